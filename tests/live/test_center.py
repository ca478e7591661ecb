"""Proves that Identity Center is read every day through the reader role of the account that administers it, and
that what it logs reaches the guard.

The world: Identity Center with its home in Tokyo, in the account 123456789012 and administered by another one, or by
the hub's.
"""

import json
import unittest
from datetime import UTC, datetime
from typing import Any

import yaml
from rolewatch_live.accounts import DEVELOPMENT, EVERYWHERE, HUB, PRODUCTION, TOKYO
from rolewatch_live.center import STORE, company
from rolewatch_live.feed import EVENTS, singles
from rolewatch_live.live import AUDITOR, Live
from rolewatch_live.waiting import until


def policy(administered_in: str) -> str:
    """Returns the policy of `events/`, which also says where Identity Center is."""
    known = yaml.safe_load((EVENTS / "rolewatch.yaml").read_text())
    known["accounts"].setdefault(HUB, "management")
    known["identity_center"] = {
        "account": known["accounts"][HUB],
        "directory_account": known["accounts"][administered_in],
        "regions": [TOKYO],
        "identity_store": STORE,
    }
    return str(yaml.safe_dump(known))


class Center(unittest.TestCase):
    """A delegated administrator."""

    live: Live
    administrator = PRODUCTION

    @classmethod
    def setUpClass(cls) -> None:
        center = {"IdentityCenterAccount": cls.administrator, "IdentityCenterRegion": TOKYO}
        cls.live = cls.enterClassContext(Live(spokes=EVERYWHERE, **center))
        cls.live.emulator.center(cls.administrator, TOKYO, company())

    def rosters(self) -> dict[str, Any]:
        s3, bucket = self.live.client("s3"), self.live.hub["BucketName"]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"roster/{STORE}@").get("Contents", [])
        return {entry["Key"]: json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()) for entry in listed}

    def take(self) -> None:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.live.run("SessionAuditorName", {"task": "center-roster", "at": at})

    def test_a_roster_is_taken_of_the_directory_and_its_assignments(self) -> None:
        self.live.push_policy(policy(self.administrator))
        before = self.rosters()
        self.take()
        (key,) = set(self.rosters()) - set(before)
        roster = self.rosters()[key]
        there = company()
        self.assertEqual([user["UserName"] for user in roster["Users"]], [user["UserName"] for user in there.users])
        self.assertEqual(
            [(one["MembershipId"], one["GroupId"], one["MemberId"]) for one in roster["GroupMemberships"]],
            there.memberships,
        )
        self.assertEqual({one["Name"] for one in roster["PermissionSets"]}, {one["Name"] for one in there.sets.values()})
        ordered = [sorted(map(str, map(sorted, map(dict.items, listed)))) for listed in (roster["AccountAssignments"], there.assignments)]
        self.assertEqual(ordered[0], ordered[1])
        # Addresses and other data of people are nobody's business.
        self.assertNotIn("example.com", json.dumps(roster))


class OfTheHub(Center):
    """The hub's account administers Identity Center."""

    administrator = HUB


class Events(unittest.TestCase):
    """What Identity Center logs, and what goes wrong."""

    live: Live

    @classmethod
    def setUpClass(cls) -> None:
        center = {"IdentityCenterAccount": PRODUCTION, "IdentityCenterRegion": TOKYO}
        cls.live = cls.enterClassContext(Live(spokes=EVERYWHERE, **center))
        cls.live.push_policy(policy(PRODUCTION))

    def test_an_account_whose_reader_role_may_not_read_it_is_named_with_what_to_set(self) -> None:
        inbox = self.live.inbox("OperationsTopicArn", "operations")
        # Identity Center is there, but the stacks say that another account administers it.
        self.live.emulator.center(DEVELOPMENT, TOKYO, company())
        self.live.push_policy(policy(DEVELOPMENT))
        failed = self.live.metrics(AUDITOR)["RosterFailed"]
        self.live.run("SessionAuditorName", {"task": "center-roster"})
        (told,) = until("the notice", lambda: [body for body in map(str, inbox.bodies()) if "Identity Center" in body])
        for part in ("sso:ListInstances", f"account {DEVELOPMENT}", TOKYO, f"IdentityCenterAccount={DEVELOPMENT}"):
            self.assertIn(part, told)
        until("the metric", lambda: self.live.metrics(AUDITOR)["RosterFailed"] == failed + 1)

    def test_what_it_logs_reaches_the_guard_and_its_directorys_own_events_do_not(self) -> None:
        # The events of rolewatch's own calls may still be on their way.
        until("its own events", lambda: self.live.received() >= 0)
        self.live.rest()
        before = self.live.received()
        logged = list(singles("identity-center").values())
        native = logged[0] | {
            "detail-type": "User Created",
            "source": "aws.identitystore",
            "detail": {"identityStoreId": STORE, "userId": "u-1"},
        }
        self.live.publish([*logged, native])
        until("every event", lambda: self.live.received() >= before + len(logged))
        self.live.rest()
        self.assertEqual(self.live.received(), before + len(logged))
        self.assertEqual(self.live.quarantined(), [])
        # A rule that somebody adds can send it to the queue all the same.
        self.live.send(json.dumps(native))
        until("the native event", lambda: self.live.received() == before + len(logged) + 1)
        self.live.rest()
        self.assertEqual(self.live.quarantined(), [])


if __name__ == "__main__":
    unittest.main()
