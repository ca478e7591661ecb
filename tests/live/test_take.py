"""Proves that `rolewatch roster take` writes what AWS lists, as of the second in the file's name: of IAM against
the emulator, of Identity Center against a fake.

The CLI is built with the feature `aws`.
"""

import json
import os
import re
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from rolewatch_live import binaries, feed
from rolewatch_live.accounts import DEVELOPMENT, HOME, HUB, Accounts
from rolewatch_live.center import BUSY, MISSING, STORE, Center, Server, company, denied, instance
from rolewatch_live.emulator import Emulator

DETAILS = "GetAccountAuthorizationDetails"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"}]}


class Relay:
    """Passes requests on to the emulator, and lists an account in two pages, as AWS does: users first.

    Calls `before` with the number of earlier readings, before the first page of each.
    """

    def __init__(self, to: str) -> None:
        self.before: Callable[[int], None] = lambda earlier: None
        self.readings = 0
        # The `Date` of every answer, and the answer to every second page.
        self.date: str | None = None
        self.second: tuple[int, bytes, str] | None = None
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer, kind = relay.passed(to + self.path, dict(self.headers), body)
                self.send_response_only(status)
                self.send_header("Date", relay.date or self.date_time_string())
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Logs nothing."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def passed(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        asked = parse_qs(body.decode())
        if asked.get("Action") != [DETAILS]:
            return sent(url, headers, body)
        kinds = [value[0] for name, value in asked.items() if name.startswith("Filter.")] or ["User", "Group", "Role", "LocalManagedPolicy"]
        second = asked.get("Marker") == ["second"]
        if not second:
            self.before(self.readings)
            self.readings += 1
        if second and self.second:
            return self.second
        page = [kind for kind in kinds if (kind != "User") == second]
        plain = f"Action={DETAILS}&Version=2010-05-08" + "".join(f"&Filter.member.{at}={kind}" for at, kind in enumerate(page, 1))
        status, answer, kind = sent(url, headers, plain.encode())
        if not second:
            answer = answer.replace(b"<IsTruncated>false</IsTruncated>", b"<IsTruncated>true</IsTruncated><Marker>second</Marker>")
        return status, answer, kind


def sent(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
    kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length", "connection")}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, kept, method="POST"), timeout=10) as answer:
            return answer.status, answer.read(), answer.headers.get_content_type()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), refused.headers.get_content_type()


class Taking(unittest.TestCase):
    """Runs the command in an empty directory."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="rolewatch-take-")))

    def run_at(self, endpoint: str, key: str, secret: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = kept | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": HOME,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [str(binaries.cli_for_aws()), *arguments]
        return subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120)

    def written(self, done: subprocess.CompletedProcess[str]) -> tuple[Path, Any]:
        """Returns the only file, which stdout names, and its content."""
        self.assertEqual(done.returncode, 0, done.stderr)
        (file,) = self.folder.rglob("*.json")
        self.assertEqual((self.folder / done.stdout.removesuffix("\n")).resolve(), file.resolve())
        return file, json.loads(file.read_text())

    def assert_nothing_written(self) -> None:
        self.assertEqual([entry for entry in self.folder.rglob("*") if entry.is_file()], [])


class OfAnAccount(Taking):
    accounts: Accounts
    emulator: Emulator

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rolewatch-live-"))
        cls.emulator = cls.enterClassContext(Emulator(Path(folder), HUB))
        cls.accounts = Accounts(cls.emulator.endpoint)
        iam = cls.iam()
        for group in ("Developers", "Operators"):
            iam.create_group(GroupName=group)
        for user in ("alice", "bob", "carol"):
            iam.create_user(UserName=user)
            iam.add_user_to_group(UserName=user, GroupName="Developers")
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
        iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=policy)
        iam.create_role(RoleName="Update", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.create_policy(PolicyName="reads", PolicyDocument=policy)

    @classmethod
    def iam(cls) -> Any:
        return cls.accounts.client("iam", DEVELOPMENT)

    def setUp(self) -> None:
        super().setUp()
        self.relay = self.enterContext(Relay(self.emulator.endpoint))

    def take(self, *more: str) -> subprocess.CompletedProcess[str]:
        return self.run_at(self.relay.url, DEVELOPMENT, "test", "roster", "take", *more)

    def test_all_pages_are_one_file_named_by_account_and_time(self) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        file, roster = self.written(self.take())
        name, at = file.stem.split("@")
        self.assertEqual(name, DEVELOPMENT)
        taken = datetime.strptime(at, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
        self.assertTrue(before <= taken <= datetime.now(UTC), taken)
        self.assertEqual(sorted(roster), sorted(LISTS))
        users = {user["UserName"]: user["GroupList"] for user in roster["UserDetailList"]}
        self.assertEqual(users, {name: ["Developers"] for name in ("alice", "bob", "carol")})
        self.assertEqual(sorted(group["GroupName"] for group in roster["GroupDetailList"]), ["Developers", "Operators"])
        self.assertEqual(self.relay.readings, 2)

    def test_policies_are_as_the_cli_prints_them(self) -> None:
        _, roster = self.written(self.take())
        listed = self.iam().get_account_authorization_details()
        (role,) = (role for role in roster["RoleDetailList"] if role["RoleName"] == "Update")
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"][0]["Action"], "sts:AssumeRole")
        ours = {entry["Arn"]: entry for entries in (roster[key] for key in LISTS) for entry in entries}
        theirs = {entry["Arn"]: entry for entries in (listed[key] for key in LISTS) for entry in entries}
        self.assertEqual(sorted(ours), sorted(theirs))
        for arn, entry in ours.items():
            for key in ("UserId", "GroupId", "AssumeRolePolicyDocument", "UserPolicyList", "GroupList", "AttachedManagedPolicies"):
                if entry.get(key):
                    self.assertEqual(entry[key], theirs[arn][key], f"{key} of {arn}")

    def test_it_can_be_audited_reviewed_and_found_next_to_logs(self) -> None:
        (self.folder / "roster").mkdir()
        file, _ = self.written(self.take("--output", "roster"))
        self.assertEqual(file.parent.name, "roster")
        run = [str(binaries.cli_for_aws()), "audit", str(feed.EVENTS / "archive"), "--policy", str(feed.EVENTS / "rolewatch.yaml"), "--roster", str(file)]
        audited = subprocess.run(run, capture_output=True, text=True, check=False, timeout=120)
        self.assertIn(f"of account {DEVELOPMENT}, taken 20", audited.stderr)
        self.assertNotIn("truncated", audited.stderr)
        review = subprocess.run([str(binaries.cli_for_aws()), "init", str(file)], capture_output=True, text=True, check=False, timeout=60)
        self.assertNotIn("missing", review.stderr)

    def test_the_time_is_that_of_aws_and_not_of_this_machine(self) -> None:
        self.relay.date = "Tue, 31 Mar 2026 09:30:00 GMT"
        file, _ = self.written(self.take())
        self.assertEqual(file.name, f"{DEVELOPMENT}@2026-03-31T093000Z.json")

    def test_a_change_during_the_reading_is_read_again(self) -> None:
        self.addCleanup(self.iam().remove_user_from_group, UserName="bob", GroupName="Operators")

        def change(earlier: int) -> None:
            if earlier == 1:
                self.iam().add_user_to_group(UserName="bob", GroupName="Operators")

        self.relay.before = change
        done = self.take()
        _, roster = self.written(done)
        (groups,) = (user["GroupList"] for user in roster["UserDetailList"] if user["UserName"] == "bob")
        self.assertEqual(sorted(groups), ["Developers", "Operators"])
        self.assertEqual(self.relay.readings, 4)
        self.assertNotIn("warning", done.stderr)

    def test_who_never_rests_is_left_out_and_the_run_says_so(self) -> None:
        self.addCleanup(lambda: self.iam().remove_user_from_group(UserName="bob", GroupName="Operators"))

        def change(earlier: int) -> None:
            call = self.iam().remove_user_from_group if earlier % 2 == 0 else self.iam().add_user_to_group
            call(UserName="bob", GroupName="Operators")

        self.iam().add_user_to_group(UserName="bob", GroupName="Operators")
        self.relay.before = change
        done = self.take()
        _, roster = self.written(done)
        self.assertEqual(sorted(user["UserName"] for user in roster["UserDetailList"]), ["alice", "carol"])
        self.assertIn("leaves out 1 user and 0 groups", done.stderr)

    def test_another_roster_is_never_replaced(self) -> None:
        self.relay.date = "Tue, 31 Mar 2026 09:30:00 GMT"
        file = self.folder / f"{DEVELOPMENT}@2026-03-31T093000Z.json"
        file.write_text("mine")
        done = self.take()
        self.assertEqual(done.returncode, 2)
        self.assertIn("already exists", done.stderr)
        self.assertEqual([(entry.name, entry.read_text()) for entry in self.folder.iterdir()], [(file.name, "mine")])

    def test_a_denied_call_names_the_action(self) -> None:
        iam = self.iam()
        iam.create_user(UserName="nobody")
        self.addCleanup(iam.delete_user, UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        self.addCleanup(iam.delete_access_key, UserName="nobody", AccessKeyId=key["AccessKeyId"])
        # Not through the relay, whose changed requests have signatures that don't match.
        done = self.run_at(self.emulator.endpoint, key["AccessKeyId"], key["SecretAccessKey"], "roster", "take")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("nothing was written", done.stderr)
        self.assertIn("allow `iam:GetAccountAuthorizationDetails`", done.stderr)
        self.assert_nothing_written()

    def test_a_directory_that_is_not_there_is_reported_before_anything_is_read(self) -> None:
        done = self.take("--output", "rosters")
        self.assertEqual(done.returncode, 2)
        self.assertIn("`rosters`", done.stderr)
        self.assertEqual(self.relay.readings, 0)

    def test_nothing_is_written_if_the_second_page_fails(self) -> None:
        why = b"<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>no</Message></Error></ErrorResponse>"
        self.relay.second = (400, why, "text/xml")
        done = self.take()
        self.assertEqual(done.returncode, 2)
        self.assertIn("ValidationError", done.stderr)
        self.assert_nothing_written()


class OfIdentityCenter(Taking):
    def setUp(self) -> None:
        super().setUp()
        self.directory = company()
        self.center = self.enterContext(Center(self.directory))

    def take(self, *more: str) -> subprocess.CompletedProcess[str]:
        return self.run_at(self.center.url, HUB, "test", "roster", "take", "--identity-center", *more)

    def test_all_pages_of_all_lists_are_one_file(self) -> None:
        file, roster = self.written(self.take())
        self.assertRegex(file.name, re.compile(rf"^{STORE}@\d{{4}}-\d\d-\d\dT\d{{6}}Z\.json$"))
        keys = ["IdentityStoreId", "Users", "Groups", "GroupMemberships", "PermissionSets", "AccountAssignments"]
        self.assertEqual(sorted(roster), sorted(keys))
        self.assertEqual(roster["IdentityStoreId"], STORE)
        self.assertEqual([user["UserName"] for user in roster["Users"]], ["alice", "bob", "carol", "dora", "erin"])
        self.assertEqual(roster["Users"][4], {"UserId": "u-erin", "UserName": "erin", "UserStatus": "DISABLED"})
        self.assertEqual([group["DisplayName"] for group in roster["Groups"]], ["Platform", "Audit", "Nobody"])
        self.assertEqual(len(roster["GroupMemberships"]), 4)
        self.assertEqual(roster["GroupMemberships"][0]["MemberId"], {"UserId": "u-alice"})
        self.assertRegex(roster["GroupMemberships"][0]["CreatedAt"], r"^2026-03-01T09:00:00\.12\d*Z$")
        self.assertEqual([one["Name"] for one in roster["PermissionSets"]], ["Admin", "Read", "Unused"])
        self.assertEqual({one["SessionDuration"] for one in roster["PermissionSets"]}, {"PT4H"})

        def by_text(entries: list[Any]) -> list[str]:
            return sorted(json.dumps(entry, sort_keys=True) for entry in entries)

        self.assertEqual(by_text(roster["AccountAssignments"]), by_text(self.directory.assignments))

    def test_an_audit_reads_it(self) -> None:
        file, _ = self.written(self.take())
        run = [str(binaries.cli_for_aws()), "audit", str(feed.EVENTS / "archive"), "--policy", str(feed.EVENTS / "rolewatch.yaml"), "--roster", str(file)]
        audited = subprocess.run(run, capture_output=True, text=True, check=False, timeout=120)
        self.assertIn(f"of identity store {STORE}, taken 20", audited.stderr)

    def test_a_member_that_is_no_user_stays_and_the_run_says_so(self) -> None:
        self.directory.memberships.append(("m-5", "g-Audit", {"GroupId": "g-Nobody"}))
        done = self.take()
        _, roster = self.written(done)
        (odd,) = (one for one in roster["GroupMemberships"] if one["MembershipId"] == "m-5")
        self.assertNotIn("UserId", odd["MemberId"])
        self.assertIn("1 member of a group isn't a user", done.stderr)

    def test_who_joins_during_the_reading_is_read_again(self) -> None:
        def join(action: str, earlier: int) -> None:
            if action == "ListGroups" and earlier == 2:
                self.directory.memberships.append(("m-9", "g-Audit", {"UserId": "u-erin"}))

        self.center.before = join
        done = self.take()
        _, roster = self.written(done)
        self.assertIn("m-9", [one["MembershipId"] for one in roster["GroupMemberships"]])
        self.assertNotIn("warning", done.stderr)

    def test_a_group_deleted_while_it_is_read_is_left_out(self) -> None:
        def delete(action: str, earlier: int) -> None:
            if action == "ListGroupMemberships" and earlier == 0:
                self.directory.groups.pop()

        self.center.before = delete
        _, roster = self.written(self.take())
        self.assertEqual([group["DisplayName"] for group in roster["Groups"]], ["Platform", "Audit"])

    def test_a_permission_set_deleted_while_it_is_read_is_left_out(self) -> None:
        def delete(action: str, earlier: int) -> None:
            if action == "DescribePermissionSet" and earlier == 0:
                raise MISSING

        self.center.before = delete
        _, roster = self.written(self.take())
        self.assertEqual(len(roster["PermissionSets"]), 2)

    def test_several_instances_are_named_and_one_is_chosen(self) -> None:
        self.directory.instances.append(instance("d-2222222222", "sandbox"))
        done = self.take()
        self.assertEqual(done.returncode, 2)
        for said in (STORE, "d-2222222222 (sandbox)", "`--identity-store ID`"):
            self.assertIn(said, done.stderr)
        self.assert_nothing_written()
        self.assertEqual(self.center.calls, ["ListInstances"])
        self.written(self.take("--identity-store", STORE))

    def test_no_instance_and_a_store_that_is_not_there_are_errors(self) -> None:
        unknown = self.take("--identity-store", "d-3333333333")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn(STORE, unknown.stderr)
        self.directory.instances.clear()
        none = self.take()
        self.assertEqual(none.returncode, 2)
        self.assertIn("AWS_REGION", none.stderr)

    def test_every_denied_call_names_its_action(self) -> None:
        actions = {
            "ListInstances": "sso",
            "ListPermissionSets": "sso",
            "DescribePermissionSet": "sso",
            "ListAccountsForProvisionedPermissionSet": "sso",
            "ListAccountAssignments": "sso",
            "ListUsers": "identitystore",
            "ListGroups": "identitystore",
            "ListGroupMemberships": "identitystore",
        }
        page = (binaries.ROOT / "docs" / "permissions.md").read_text()
        for name, service in actions.items():
            with self.subTest(name):

                def deny(action: str, earlier: int, name: str = name, service: str = service) -> None:
                    if action == name:
                        raise denied(f"{service}:{action}")

                self.center.before = deny
                done = self.take()
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(f"allow `{service}:{name}`", done.stderr)
                self.assertIn(f"`{service}:{name}`", page)
                self.assert_nothing_written()
        self.center.before = lambda action, earlier: None
        self.written(self.take())
        self.assertEqual(set(self.center.calls), set(actions), "nothing else is called")

    def test_a_throttled_call_is_repeated(self) -> None:
        def busy(action: str, earlier: int) -> None:
            if action == "ListUsers" and earlier < 4:
                raise BUSY

        self.center.before = busy
        begun = time.monotonic()
        self.written(self.take())
        self.assertLess(time.monotonic() - begun, 60)


if __name__ == "__main__":
    unittest.main()
