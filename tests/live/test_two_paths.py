"""Proves that if somebody cuts one of the two paths to the guard, the other one reports it.

The emulator doesn't record calls to IAM and EventBridge. So each test makes the call, and publishes the
record that CloudTrail would write.
"""

import json
import unittest
from typing import Any

from rolewatch_live import feed
from rolewatch_live.accounts import HOME, HUB, PRODUCTION
from rolewatch_live.feed import record
from rolewatch_live.live import Live
from rolewatch_live.stack import NAME
from rolewatch_live.waiting import until

DENY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}]})
NOBODY = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
# The roles of the two paths, by account: a spoke, and the hub itself.
MAIN = {PRODUCTION: f"{NAME}-spoke-{HOME}", HUB: f"{NAME}-forwarder"}
TAMPER = {PRODUCTION: f"{NAME}-spoketamper-{HOME}", HUB: f"{NAME}-tamper-forwarder"}


class TwoPaths(unittest.TestCase):
    live: Live

    @classmethod
    def setUpClass(cls) -> None:
        cls.live = cls.enterClassContext(Live(spokes=((PRODUCTION, HOME),)))
        cls.live.push_policy()

    def iam(self, account: str) -> Any:
        return self.live.accounts.client("iam", account)

    def cut(self, account: str, role: str) -> None:
        """Denies a role to send, with one call."""
        self.iam(account).put_role_policy(RoleName=role, PolicyName="cut", PolicyDocument=DENY)
        self.addCleanup(self.iam(account).delete_role_policy, RoleName=role, PolicyName="cut")

    def told(self, event: feed.Record) -> list[dict[str, Any]]:
        """Returns the messages about an event that Slack accepted."""
        posts = [post for post in self.live.sink.posts if post.status == 200]
        return [post.payload for post in posts if event["eventID"] in json.dumps(post.payload)]

    def is_reported(self, event: feed.Record, verdict: str = "violation", severity: str = "critical") -> None:
        self.live.publish([feed.envelope(event)])
        until(f"an alert about {event['eventName']} of {event['requestParameters']}", lambda: self.told(event))
        (finding,) = [finding for finding in self.live.findings() if event["eventID"] in finding["events"]]
        self.assertEqual((finding["rule"], finding["verdict"], finding["severity"]), ("RW201", verdict, severity))

    def is_lost(self, event: feed.Record) -> None:
        self.live.publish([feed.envelope(event)])
        self.live.rest()
        self.assertEqual(self.told(event), [])

    def test_one_policy_that_cuts_a_role_is_reported_by_the_other(self) -> None:
        for account in (PRODUCTION, HUB):
            for role in (MAIN[account], TAMPER[account]):
                with self.subTest(account=account, role=role):
                    asked = {"roleName": role, "policyName": "cut", "policyDocument": DENY}
                    self.cut(account, role)
                    self.is_reported(record(account, "iam", "PutRolePolicy", asked))
                    self.doCleanups()

    def test_a_role_that_is_cut_carries_nothing(self) -> None:
        for account in (PRODUCTION, HUB):
            asked = {"roleName": MAIN[account], "policyName": "cut", "policyDocument": DENY}
            for role in (MAIN[account], TAMPER[account]):
                self.cut(account, role)
            self.is_lost(record(account, "iam", "PutRolePolicy", asked))
            self.doCleanups()
            self.is_reported(record(account, "iam", "PutRolePolicy", asked))

    def test_a_role_that_rules_may_not_take_is_reported_by_the_other(self) -> None:
        for role in (MAIN[PRODUCTION], TAMPER[PRODUCTION]):
            iam = self.iam(PRODUCTION)
            trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps({"Statement": [NOBODY]}))
            self.addCleanup(iam.update_assume_role_policy, RoleName=role, PolicyDocument=json.dumps(trust))
            self.is_reported(record(PRODUCTION, "iam", "UpdateAssumeRolePolicy", {"roleName": role, "policyDocument": "{}"}))
            self.doCleanups()

    def test_a_rule_that_is_stopped_is_reported_by_the_other(self) -> None:
        rules = self.live.accounts.client("events", PRODUCTION)
        for rule in ("tamper", "twin"):
            name = f"{NAME}-spoke-{rule}"
            rules.disable_rule(Name=name)
            self.addCleanup(rules.enable_rule, Name=name)
            self.is_reported(record(PRODUCTION, "events", "DisableRule", {"name": name}))
            self.doCleanups()

    def test_within_the_hub_each_path_has_its_own_rule_bus_and_queue(self) -> None:
        lambda_ = self.live.client("lambda")
        mappings = lambda_.list_event_source_mappings(FunctionName=self.live.hub["SwitchGuardName"])["EventSourceMappings"]
        self.assertEqual(len(mappings), 3)
        for mapping in mappings:
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
            named = {"uUID": mapping["UUID"], "enabled": False, "functionName": self.live.hub["SwitchGuardName"]}
            self.is_reported(record(HUB, "lambda", "UpdateEventSourceMapping20150331", named))
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def test_what_is_done_to_all_accounts_at_once_is_reported_from_where_it_is_done(self) -> None:
        self.is_reported(record(PRODUCTION, "cloudformation", "DeleteStackInstances", {"stackSetName": f"{NAME}-spoke", "retainStacks": False}))
        attached = {"policyId": "p-exampledeny", "targetId": PRODUCTION}
        self.is_reported(record(PRODUCTION, "organizations", "AttachPolicy", attached), "unproven", "medium")
        self.is_lost(record(PRODUCTION, "cloudformation", "DeleteStackInstances", {"stackSetName": "shop"}))

    def test_what_comes_by_both_paths_is_told_once(self) -> None:
        event = record(PRODUCTION, "sqs", "PurgeQueue", {"queueUrl": f"https://sqs.{HOME}.amazonaws.com/{PRODUCTION}/{NAME}-spoke-dead-letters"})
        self.live.rest()
        before = self.live.received()
        self.is_reported(event)
        self.live.rest()
        until("both copies, and no third", lambda: self.live.received() - before == 2)
        self.assertEqual(len(self.told(event)), 1)


if __name__ == "__main__":
    unittest.main()
