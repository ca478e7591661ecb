"""Proves that the rules' patterns only drop events that the engine doesn't use.

Feeds the synthetic events, and public records if available, to all matchers, and compares with what the
engine reads.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import matchers
import templates
from templates import FORWARDING, HUB, ROOT

EVENTS = ROOT / "events"
# `explain` lists at most this many records of one file individually.
AT_ONCE = 100
EVERY_ROLE = "arn:aws:iam::*:role/*"
EVERY_ROLE_POLICY = f"""version: 1
accounts: {{"111122223333": development}}
roles:
  - {{arn: "{EVERY_ROLE}", groups: [], identities: [service], mfa: optional}}
"""
NO_ROLE_POLICY = EVERY_ROLE_POLICY.replace(EVERY_ROLE, "arn:aws:iam::111122223333:role/nobody-has-this-one")


class Patterns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.matchers = matchers.available()
        cls.rules = templates.rules(templates.raw(HUB))

    def setUp(self):
        if not self.matchers:
            self.skipTest("no matcher can run here")

    def forwarded(self, events, elevated_roles):
        """Returns, for each event, the rules that forward it. All matchers have to agree."""
        patterns = {name: templates.pattern(self.rules[name], elevated_roles) for name in FORWARDING}
        patterns = {name: pattern for name, pattern in patterns.items() if pattern}
        answers = {name: matchers.match(command, patterns, events) for name, command in self.matchers.items()}
        first, *others = answers.values()
        for other in others:
            self.assertEqual(first, other, f"{list(answers)} disagree")
        return first

    def test_every_synthetic_event_that_the_engine_uses_is_forwarded(self):
        paths = sorted(EVENTS.glob("*.json")) + sorted((EVENTS / "identity-center").glob("*.json"))
        events = [json.loads(path.read_text()) for path in paths]
        uses = engine([event["detail"] for event in events], EVENTS / "rolewatch.yaml") or by_name([event["detail"] for event in events])
        roles = templates.policy_roles()
        for path, event, use, by in zip(paths, events, uses, self.forwarded(events, roles), strict=True):
            if use and not excepted(event["detail"], roles):
                self.assertTrue(by, f"{path.name} is dropped: {use}")
        # Shows that the test can fail: without the rule, an event is missing.
        for name in ("MintRule", "ConsoleRule", "MembershipRule", "IdentityCenterRule", "UseRule", "ServiceMintRule"):
            self.assertIn({name}, self.forwarded(events, roles), f"nothing in events/ needs {name} alone")

    def test_every_call_that_blinds_the_guard_is_forwarded(self):
        paths = sorted((EVENTS / "tamper").glob("*.json"))
        events = [json.loads(path.read_text()) for path in paths]
        self.assertGreater(len(events), 60)
        patterns = {name: self.rules[name]["EventPattern"] for name in ("TamperRule", "HubTamperRule")}
        for command in self.matchers.values():
            for path, by in zip(paths, matchers.match(command, patterns, events), strict=True):
                self.assertTrue(by or "other" in path.name, path.name)

    def test_the_hub_passes_on_what_arrives_and_nothing_else(self):
        event = json.loads((EVENTS / "assume-role-mfa-caller.json").read_text())
        forged = event | {"source": "com.example"}
        beat = {"source": "rolewatch.heartbeat", "account": "111122223333", "detail-type": "rolewatch heartbeat", "detail": {"time": "2026-03-02T09:00:00Z"}}
        foreign = beat | {"account": "999988887777"}
        patterns = {name: templates.pattern(self.rules[name]) for name in ("CloudTrailRule", "HeartbeatRule")}
        for command in self.matchers.values():
            self.assertEqual(matchers.match(command, patterns, [event, forged, beat, foreign]), [{"CloudTrailRule"}, set(), {"HeartbeatRule"}, set()])

    def test_switches_into_elevated_roles_come_by_a_queue_of_their_own_and_all_else_as_ever(self):
        roles = templates.policy_roles()
        patterns = {name: templates.pattern(self.rules[name], roles) for name in ("CloudTrailRule", "SwitchRule", "HeartbeatRule")}
        both, one = {"CloudTrailRule", "SwitchRule"}, {"CloudTrailRule"}
        event = json.loads((EVENTS / "assume-role-mfa-caller.json").read_text())
        other = json.loads(json.dumps(event))
        other["detail"]["requestParameters"]["roleArn"] = "arn:aws:iam::444455556666:role/ReadOnly"
        forged = event | {"source": "com.example"}
        listed = [(event, both), (other, one), (forged, set())]
        for path in sorted(EVENTS.glob("*.json")):
            event = json.loads(path.read_text())
            if event["detail"].get("eventName") in ("SwitchRole", "ExitRole", "RenewRole"):
                listed.append((event, both))
            elif event["detail"].get("eventSource") == "iam.amazonaws.com":
                listed.append((event, one))
        self.assertGreater(len(listed), 8)
        for command in self.matchers.values():
            self.assertEqual(matchers.match(command, patterns, [event for event, _ in listed]), [rules for _, rules in listed])
        # Without the list of roles, this rule doesn't exist, and all events take the other path.
        self.assertIsNone(templates.pattern(self.rules["SwitchRule"]))

    def test_what_identity_center_logs_is_forwarded_whatever_its_event_is_called(self):
        written = [json.loads(path.read_text()) for path in sorted((EVENTS / "identity-center").glob("*.json"))]
        folder = os.environ.get("ROLEWATCH_CORPUS")
        if folder:
            center = [record for record in samples(Path(folder)) if record.get("eventName") in center_calls(self.rules)]
            self.assertGreater(len(center), 20)
            written += [envelope(record) for record in center]
        # AWS documents neither the source nor the detail-type of all these events.
        called = ("AWS API Call via CloudTrail", "AWS Service Event via CloudTrail", "AWS Console Sign In via CloudTrail", "AWS Other Thing via CloudTrail")
        events = [event | {"detail-type": kind, "source": source} for event in written for kind in called for source in ("aws.sso", "aws.signin")]
        native = {"detail-type": "User Created", "source": "aws.identitystore", "account": "123456789012", "detail": {"identityStoreId": "d-1234567890"}}
        forged = written[0] | {"source": "com.example"}
        other = json.loads(json.dumps(written[0]))
        other["detail"]["eventName"] = "ListUsers"
        patterns = {name: templates.pattern(self.rules[name]) for name in ("IdentityCenterRule", "CloudTrailRule")}
        for command in self.matchers.values():
            for event, by in zip(events, matchers.match(command, patterns, events), strict=True):
                self.assertEqual(by, set(patterns), event["detail"]["eventName"])
            self.assertEqual(matchers.match(command, patterns, [native, forged, other]), [set(), set(), {"CloudTrailRule"}])

    def test_a_star_in_an_elevated_role_crosses_slashes(self):
        center = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com"
        listed = [f"{center}/*AWSReservedSSO_ReleaseManager_*", "arn:aws:iam::*:role/ops/*"]
        meant = ("AWSReservedSSO_ReleaseManager_00112233aabbccdd", "ap-northeast-1/AWSReservedSSO_ReleaseManager_ffeeddccbbaa0099")
        others = ("AWSReservedSSO_Reader_00112233aabbccdd", "ap-northeast-1/AWSReservedSSO_ReleaseManagers_00112233aabbccdd")
        arns = [f"{center}/{name}" for name in meant + others] + ["arn:aws:iam::444455556666:role/ops/a/b/BreakGlass"]
        event = json.loads((EVENTS / "identity-center-use.json").read_text())
        events = [json.loads(json.dumps(event)) for _ in arns]
        for copy, arn in zip(events, arns, strict=True):
            copy["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = arn
        by = self.forwarded(events, listed)
        self.assertEqual([bool(rules) for rules in by], [True, True, False, False, True])

    def test_of_real_records_nothing_that_the_engine_uses_is_dropped(self):
        folder = os.environ.get("ROLEWATCH_CORPUS")
        if not folder:
            self.skipTest("ROLEWATCH_CORPUS names no folder, so no real records were matched")
        records = list(corpus(Path(folder)))
        self.assertGreater(len(records), 1000)
        events = [envelope(record) for record in records]
        for policy, roles in ((EVERY_ROLE_POLICY, [EVERY_ROLE]), (NO_ROLE_POLICY, [])):
            with tempfile.TemporaryDirectory() as scratch:
                path = Path(scratch) / "rolewatch.yaml"
                path.write_text(policy)
                uses = engine(records, path) or by_name(records)
            counts, dropped = Counter(), []
            for record, use, by in zip(records, uses, self.forwarded(events, roles), strict=True):
                counts["used" if use else "not used", "forwarded" if by else "dropped"] += 1
                if use and not by and not excepted(record, roles):
                    dropped.append(f"{record.get('eventSource')} {record.get('eventName')} {record.get('eventID')}: {use}")
            print(f"roles {roles}: {dict(counts)}", file=sys.stderr)
            self.assertEqual(dropped, [])


def excepted(record, elevated_roles):
    """An AWS service enters, or is denied, a role that isn't listed. The rules drop this on purpose."""
    if (record.get("userIdentity") or {}).get("type") != "AWSService" or not str(record.get("eventName")).startswith("AssumeRole"):
        return False
    asked = str((record.get("requestParameters") or {}).get("roleArn", ""))
    listed = (re.fullmatch(re.escape(role).replace(r"\*", ".*"), asked) for role in elevated_roles)
    return not any(listed)


def engine(records, policy):
    """Returns what the engine reads from each record besides hints, in its own words.

    None where it reads nothing. Returns nothing at all if ROLEWATCH_BIN isn't set.
    """
    binary = os.environ.get("ROLEWATCH_BIN")
    if not binary:
        print("SKIPPED: the engine's own word: ROLEWATCH_BIN names no rolewatch; its list of names decides", file=sys.stderr)
        return None
    answers = []
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "records.json"
        for start in range(0, len(records), AT_ONCE):
            some = records[start : start + AT_ONCE]
            path.write_text(json.dumps({"Records": some}))
            run = subprocess.run(
                [binary, "explain", str(path), "--policy", str(policy)], capture_output=True, text=True, timeout=120, check=False
            )
            # Text that doesn't fit continues on the next line, below its first word.
            told = re.findall(
                r"^record (\d+): .*\n(?:(?!record \d|  what it is).*\n)*  what it is +(.*(?:\n {16}\S.*)*)", run.stdout, re.MULTILINE
            )
            words = {int(number): " ".join(text.split()) for number, text in told}
            if run.returncode not in (0, 3) or not words:
                raise RuntimeError(f"rolewatch explain: {run.stderr}")
            # If a record that can't be read were forwarded, it would go into quarantine.
            answers += [words.get(number, "") for number in range(1, len(some) + 1)]
    nothing = ("not relevant", "a record from ", "a correction of a record, with nothing")
    return [None if not text or text.startswith(nothing) else text for text in answers]


def by_name(records):
    """The same without the engine: by the names that `test_rules` finds in its sources. This misses uses of
    sessions.
    """
    rules = templates.rules(templates.raw(HUB))
    listed = {
        f"{source}.amazonaws.com": set(rules[rule]["EventPattern"]["detail"]["eventName"])
        for source, rule in (("sts", "MintRule"), ("signin", "ConsoleRule"), ("iam", "MembershipRule"))
    }
    for branch in rules["IdentityCenterRule"]["EventPattern"]["detail"]["$or"]:
        for source in branch["eventSource"]:
            listed.setdefault(source, set()).update(branch["eventName"])
    return ["listed" if record.get("eventName") in listed.get(record.get("eventSource"), ()) else None for record in records]


def center_calls(rules):
    """Returns the names of the calls that the rule about Identity Center lists."""
    return {name for branch in rules["IdentityCenterRule"]["EventPattern"]["detail"]["$or"] for name in branch["eventName"]}


def samples(folder):
    """Returns the samples of Identity Center: captured records, and AWS's own examples. A shortened one without
    the service that wrote it isn't a record.
    """
    for path in sorted((folder / "identity-center").glob("*.json")):
        yield from (record for record in json.loads(path.read_text())["Records"] if "eventSource" in record)


def corpus(folder):
    """Returns real public records, if a folder with them is available."""
    yield from samples(folder)
    for line in (folder / "records.jsonl").read_text().splitlines():
        yield json.loads(line)
    for line in (folder / "envelopes.jsonl").read_text().splitlines():
        detail = json.loads(line).get("detail")
        if isinstance(detail, dict) and "eventName" in detail:
            yield detail
    for path in sorted((folder / "logs").glob("*.json.gz")):
        yield from json.loads(gzip.decompress(path.read_bytes())).get("Records", [])


def envelope(record):
    """Returns the record as EventBridge delivers it."""
    kinds = {"AwsConsoleSignIn": "AWS Console Sign In via CloudTrail", "AwsServiceEvent": "AWS Service Event via CloudTrail"}
    kind = kinds.get(record.get("eventType"), "AWS API Call via CloudTrail")
    if record.get("eventSource") == "signin.amazonaws.com":
        kind = kinds["AwsConsoleSignIn"]
    source = "aws." + str(record.get("eventSource", "unknown")).split(".")[0]
    return {"version": "0", "id": "0", "detail-type": kind, "source": source, "account": "111122223333", "region": "us-east-1", "detail": record}
