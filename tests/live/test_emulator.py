"""Proves that the emulator does what AWS does where plain ministack doesn't: one test or more for each module
in `gaps/`.
"""

import json
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rolewatch_live import audit, binaries, company, totp
from rolewatch_live.accounts import DEVELOPMENT, HOME, HUB, PRODUCTION, STAGING, Accounts, confirmation
from rolewatch_live.emulator import Emulator
from rolewatch_live.inbox import Inbox
from rolewatch_live.people import Person, hire, open_role
from rolewatch_live.waiting import until

STS = {"source": ["aws.sts"]}
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


class TheEmulator(unittest.TestCase):
    accounts: Accounts
    emulator: Emulator
    alice: Person
    tess: Person
    update_app: str
    behind_mfa: str
    for_nobody: str
    development: Inbox
    production: Inbox

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rolewatch-live-"))
        cls.emulator = cls.enterClassContext(Emulator(Path(folder), HUB))
        cls.accounts = Accounts(cls.emulator.endpoint)
        cls.alice = hire(cls.accounts, "alice", "Developers", device=True)
        cls.tess = hire(cls.accounts, "tess", "Testers")
        cls.update_app = open_role(cls.accounts, "UpdateApp")
        cls.behind_mfa = open_role(cls.accounts, "BehindMfa", condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
        cls.for_nobody = open_role(cls.accounts, "ForNobody", trust=f"arn:aws:iam::{PRODUCTION}:root")
        cls.development = Inbox(cls.accounts, "development", DEVELOPMENT)
        cls.development.listen(STS, ALL)
        cls.production = Inbox(cls.accounts, "production", PRODUCTION)
        cls.production.listen(STS, ALL)

    def halves(self, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Returns both events of the switch that issued this key."""
        return self.envelope(self.development, key), self.envelope(self.production, key)

    def envelope(self, inbox: Inbox, text: str) -> dict[str, Any]:
        found = until(f"record with {text}", lambda: [body for body in inbox.bodies() if text in json.dumps(body)])
        (only,) = found
        return dict(only)

    def test_an_address_receives_nothing_until_it_confirms_and_is_listed_so(self) -> None:
        sns = self.accounts.client("sns")
        topic = sns.create_topic(Name="confirmations")["TopicArn"]
        for n in range(101):
            sns.subscribe(TopicArn=topic, Protocol="email-json" if n % 2 else "email", Endpoint=f"person{n}@example.com")
        queue = Inbox(self.accounts, "confirmations", HUB)
        queue.subscribe(topic)

        def listed() -> dict[str, str]:
            pages = list(sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic))
            self.assertEqual([len(page["Subscriptions"]) for page in pages], [100, 2])
            return {one["Endpoint"]: one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]}

        before = listed()
        waiting = {arn for endpoint, arn in before.items() if endpoint.startswith("person")}
        self.assertEqual(waiting, {"PendingConfirmation"})
        sns.confirm_subscription(TopicArn=topic, Token=confirmation("person7@example.com"))
        arn = listed()["person7@example.com"]
        self.assertTrue(arn.startswith(topic + ":"), arn)
        sns.unsubscribe(SubscriptionArn=arn)
        self.assertEqual(listed()["person7@example.com"], "Deleted")

    def test_a_switch_over_accounts_leaves_two_halves_that_share_an_id(self) -> None:
        key = self.tess.switch(self.update_app)["Credentials"]["AccessKeyId"]
        callers, owners = self.halves(key)
        self.assertEqual((callers["account"], owners["account"]), (DEVELOPMENT, PRODUCTION))
        self.assertEqual(callers["detail"]["sharedEventID"], owners["detail"]["sharedEventID"])
        self.assertNotEqual(callers["detail"]["eventID"], owners["detail"]["eventID"])
        self.assertEqual(owners["detail"]["userIdentity"], {"type": "AWSAccount", "principalId": self.tess.id, "accountId": DEVELOPMENT})
        self.assertEqual(
            callers["detail"]["userIdentity"],
            {
                "type": "IAMUser",
                "principalId": self.tess.id,
                "arn": f"arn:aws:iam::{DEVELOPMENT}:user/tess",
                "accountId": DEVELOPMENT,
                "accessKeyId": self.tess.key["AccessKeyId"],
                "userName": "tess",
            },
        )

    def test_the_record_tells_of_the_role_what_it_granted_and_until_when(self) -> None:
        answer = self.tess.switch(self.update_app, DurationSeconds=7200, Tags=[{"Key": "ticket", "Value": "4711"}])
        detail = self.halves(answer["Credentials"]["AccessKeyId"])[0]["detail"]
        self.assertEqual(
            detail["requestParameters"],
            {"roleArn": self.update_app, "roleSessionName": "tess", "durationSeconds": 7200, "tags": [{"key": "ticket", "value": "4711"}]},
        )
        self.assertEqual(detail["resources"], [{"accountId": PRODUCTION, "type": "AWS::IAM::Role", "ARN": self.update_app}])
        granted = datetime.strptime(detail["responseElements"]["credentials"]["expiration"], "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=UTC)
        minted = datetime.fromisoformat(detail["eventTime"])
        self.assertAlmostEqual((granted - minted).total_seconds(), 7200, delta=1)
        self.assertNotIn(answer["Credentials"]["SessionToken"], json.dumps(detail))

    def test_a_denial_stays_with_the_caller_and_says_nothing_but_its_message(self) -> None:
        with self.assertRaises(ClientError) as refused:
            self.tess.switch(self.for_nobody)
        self.assertEqual(refused.exception.response["Error"]["Code"], "AccessDenied")
        detail = self.envelope(self.development, "role/ForNobody")["detail"]
        self.assertEqual((detail["errorCode"], detail["requestParameters"], detail["responseElements"]), ("AccessDenied", None, None))
        self.assertEqual({"resources", "sharedEventID"} & set(detail), set())
        self.assertIn("is not authorized to perform: sts:AssumeRole on resource: " + self.for_nobody, detail["errorMessage"])
        self.assertEqual([body for body in self.production.bodies() if "errorCode" in body["detail"]], [])

    def test_a_denial_names_the_role_whatever_denied_it(self) -> None:
        nobody = hire(self.accounts, "nobody", may=None)
        barred = hire(self.accounts, "barred", may={"Effect": "Deny", "Action": "*", "Resource": "*"})
        for person, why in ((nobody, "because no identity-based policy allows"), (barred, "with an explicit deny in an identity-based policy")):
            with self.assertRaises(ClientError):
                person.switch(self.update_app)
            detail = self.envelope(self.development, f"user/{person.name} is not authorized")["detail"]
            self.assertIn(f"perform: sts:AssumeRole on resource: {self.update_app} {why}", detail["errorMessage"])

    def test_only_the_code_that_the_device_shows_opens_a_role_behind_mfa(self) -> None:
        wrong = next(code for code in ("000000", "111111", "222222", "333333") if not totp.matches(self.alice.seed, code))
        no_code: dict[str, Any] = {}
        for proof in (no_code, {"SerialNumber": self.alice.device, "TokenCode": wrong}):
            with self.assertRaises(ClientError):
                self.alice.switch(self.behind_mfa, **proof)
        key = self.alice.switch(self.behind_mfa, **self.alice.with_code())["Credentials"]["AccessKeyId"]
        for half in self.halves(key):
            self.assertEqual(half["detail"]["requestParameters"]["serialNumber"], self.alice.device)
            self.assertNotIn("tokenCode", half["detail"]["requestParameters"])

    def test_nobody_proves_mfa_with_the_device_of_somebody_else(self) -> None:
        with self.assertRaisesRegex(ClientError, "MultiFactorAuthentication failed"):
            self.tess.switch(self.behind_mfa, **self.alice.with_code())

    def test_how_long_ago_mfa_was_proved_counts(self) -> None:
        fresh = open_role(self.accounts, "Fresh", condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})
        session = self.alice.sign_in()
        self.alice.switch(fresh, session)
        self.alice.switch(fresh, **self.alice.with_code())
        self.emulator.later(3600)
        for credentials in (session, None):
            with self.assertRaisesRegex(ClientError, "is not authorized"):
                self.alice.switch(fresh, credentials)

    def test_a_role_is_not_had_for_longer_than_it_says_or_than_an_hour_from_another_role(self) -> None:
        self.tess.switch(self.update_app, DurationSeconds=43200)
        with self.assertRaisesRegex(ClientError, "MaxSessionDuration"):
            self.tess.switch(self.update_app, DurationSeconds=43201)
        first = self.tess.switch(self.update_app)["Credentials"]
        inner = open_role(self.accounts, "Chained", trust=self.update_app)
        may = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": inner}]}
        self.accounts.client("iam", PRODUCTION).put_role_policy(RoleName="UpdateApp", PolicyName="chain", PolicyDocument=json.dumps(may))
        self.tess.switch(inner, first, DurationSeconds=3600)
        with self.assertRaisesRegex(ClientError, "role chaining"):
            self.tess.switch(inner, first, DurationSeconds=3601)

    def test_a_variable_of_a_policy_stands_for_the_callers_own_value(self) -> None:
        own_name = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
        named = open_role(self.accounts, "Named", condition=own_name)
        self.tess.switch(named)
        with self.assertRaisesRegex(ClientError, "is not authorized"):
            self.tess.switch(named, RoleSessionName="alice")
        inner = open_role(self.accounts, "NamedInside", trust=self.update_app, condition=own_name)
        session = self.tess.switch(self.update_app)["Credentials"]
        with self.assertRaisesRegex(ClientError, "is not authorized"):
            self.tess.switch(inner, session)

    def test_a_session_opened_with_mfa_says_so_to_its_own_account_alone(self) -> None:
        key = self.alice.switch(self.behind_mfa, self.alice.sign_in())["Credentials"]["AccessKeyId"]
        callers, owners = self.halves(key)
        self.assertEqual(callers["detail"]["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"], "true")
        self.assertNotIn("sessionContext", owners["detail"]["userIdentity"])

    def test_a_session_knows_its_role_and_the_second_it_began(self) -> None:
        inner = open_role(self.accounts, "Inner", trust=f"arn:aws:iam::{PRODUCTION}:role/UpdateApp")
        self.accounts.client("iam", PRODUCTION).put_role_policy(
            RoleName="UpdateApp",
            PolicyName="onward",
            PolicyDocument=json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": inner}]}),
        )
        first = self.tess.switch(self.update_app)["Credentials"]
        second = self.tess.switch(inner, first)["Credentials"]["AccessKeyId"]
        mint = self.envelope(self.production, first["AccessKeyId"] + '", "sessionToken')["detail"]
        chained = self.envelope(self.production, second)["detail"]
        context = chained["userIdentity"]["sessionContext"]
        self.assertEqual(chained["userIdentity"]["type"], "AssumedRole")
        self.assertEqual(chained["userIdentity"]["accessKeyId"], first["AccessKeyId"])
        self.assertEqual(context["attributes"], {"creationDate": mint["eventTime"], "mfaAuthenticated": "false"})
        self.assertEqual(context["sessionIssuer"]["arn"], self.update_app)
        self.assertNotIn("sharedEventID", chained)

    def test_a_bucket_of_another_account_is_read_by_the_role_that_its_policy_lets_in(self) -> None:
        owner = self.accounts.client("s3", STAGING)
        owner.create_bucket(Bucket="foreign-logs")
        owner.put_object(Bucket="foreign-logs", Key="a", Body=b"a")
        may = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::foreign-logs/*"}]}
        roles = {}
        for name in ("Reads", "ReadsToo", "MayNot"):
            roles[name] = open_role(self.accounts, name)
            if name != "MayNot":
                iam = self.accounts.client("iam", PRODUCTION)
                iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=json.dumps(may))
        # The role's ARN as AWS gives it, whatever the session.
        condition = {"ArnEquals": {"aws:PrincipalArn": [roles["Reads"], roles["MayNot"]]}}
        lets_in = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PRODUCTION}:root"}, "Condition": condition, **may["Statement"][0]}
        read = {name: self.reads(role) for name, role in roles.items()}
        self.assertEqual(read, {"Reads": False, "ReadsToo": False, "MayNot": False}, "nobody is let in")
        owner.put_bucket_policy(Bucket="foreign-logs", Policy=json.dumps({"Statement": [lets_in]}))
        read = {name: self.reads(role) for name, role in roles.items()}
        self.assertEqual(read, {"Reads": True, "ReadsToo": False, "MayNot": False})
        lets_in |= {"Principal": {"AWS": roles["ReadsToo"]}, "Condition": {}}
        owner.put_bucket_policy(Bucket="foreign-logs", Policy=json.dumps({"Statement": [lets_in]}))
        self.assertEqual((self.reads(roles["Reads"]), self.reads(roles["ReadsToo"])), (False, True))

    def reads(self, role: str) -> bool:
        """Whether a session of the role can read the object."""
        session = self.tess.switch(role)["Credentials"]
        try:
            self.tess.client("s3", session).get_object(Bucket="foreign-logs", Key="a")
        except ClientError as refused:
            self.assertEqual(refused.response["Error"]["Code"], "AccessDenied")
            return False
        return True

    def test_a_trust_policy_forgets_a_principal_that_is_deleted_and_made_again(self) -> None:
        named = f"arn:aws:iam::{DEVELOPMENT}:role/Returning"
        account = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}}
        anywhere = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        iam = self.accounts.client("iam", DEVELOPMENT)

        def create() -> None:
            iam.create_role(RoleName="Returning", AssumeRolePolicyDocument=json.dumps({"Statement": [account]}))
            iam.put_role_policy(RoleName="Returning", PolicyName="go", PolicyDocument=json.dumps({"Statement": [anywhere]}))

        create()
        by_principal = open_role(self.accounts, "ByPrincipal", trust=named)
        by_condition = open_role(self.accounts, "ByCondition", condition={"ArnEquals": {"aws:PrincipalArn": named}})
        comer = hire(self.accounts, "comer", may=anywhere)
        session = comer.switch(named)["Credentials"]
        for role in (by_principal, by_condition):
            comer.switch(role, session)
        iam.delete_role_policy(RoleName="Returning", PolicyName="go")
        iam.delete_role(RoleName="Returning")
        shown = self.accounts.client("iam", PRODUCTION).get_role(RoleName="ByPrincipal")["Role"]["AssumeRolePolicyDocument"]
        self.assertRegex(shown["Statement"][0]["Principal"]["AWS"][0], r"^AROA\w+$")
        create()
        session = comer.switch(named)["Credentials"]
        comer.switch(by_condition, session)
        with self.assertRaisesRegex(ClientError, "is not authorized"):
            comer.switch(by_principal, session)

    def test_root_assumes_no_role(self) -> None:
        with self.assertRaisesRegex(ClientError, "may not be assumed by root"):
            self.accounts.client("sts", DEVELOPMENT).assume_role(RoleArn=self.update_app, RoleSessionName="root")

    def test_lookup_finds_a_switch_by_the_key_that_it_issued(self) -> None:
        key = self.tess.switch(self.update_app)["Credentials"]["AccessKeyId"]
        self.halves(key)
        for account in (DEVELOPMENT, PRODUCTION):
            trail = self.accounts.client("cloudtrail", account)
            found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": key}])["Events"]
            self.assertEqual([event["EventName"] for event in found], ["AssumeRole"])
            self.assertEqual(json.loads(found[0]["CloudTrailEvent"])["recipientAccountId"], account)

    def test_a_half_can_be_late(self) -> None:
        self.emulator.hold(DEVELOPMENT)
        key = self.tess.switch(self.update_app)["Credentials"]["AccessKeyId"]
        self.envelope(self.production, key)
        self.assertNotIn(key, json.dumps(self.development.bodies()))
        self.emulator.release(DEVELOPMENT)
        self.envelope(self.development, key)

    def test_a_rule_that_is_merely_enabled_does_not_see_switches(self) -> None:
        plain = Inbox(self.accounts, "plain", DEVELOPMENT)
        plain.listen(STS, "ENABLED")
        key = self.alice.switch(self.behind_mfa, self.alice.sign_in())["Credentials"]["AccessKeyId"]
        self.envelope(self.development, key)
        seen = until("record of the sign-in", plain.bodies)
        self.assertEqual({body["detail"]["eventName"] for body in seen}, {"GetSessionToken"})

    def test_a_bus_of_another_account_and_region_gets_the_event_as_it_was(self) -> None:
        tokyo = "ap-northeast-1"
        bus = self.open_bus("hub", PRODUCTION, tokyo)
        arrived = Inbox(self.accounts, "arrived", HUB, tokyo)
        arrived.listen(STS, ALL, bus="hub")
        spoke = self.accounts.client("events", PRODUCTION)
        spoke.put_rule(Name="forward", EventPattern=json.dumps(STS), State=ALL)
        spoke.put_targets(Rule="forward", Targets=[{"Id": "hub", "Arn": bus, "RoleArn": self.sender(PRODUCTION, "forward", bus)}])
        key = self.tess.switch(self.update_app)["Credentials"]["AccessKeyId"]
        sent, got = self.envelope(self.production, key), self.envelope(arrived, key)
        self.assertEqual(got, sent)
        self.assertEqual((got["account"], got["region"]), (PRODUCTION, "us-east-1"))

    def test_a_bus_takes_nothing_from_accounts_that_its_policy_does_not_admit(self) -> None:
        bus = self.open_bus("closed", PRODUCTION)
        arrived = Inbox(self.accounts, "closed", HUB)
        arrived.listen(STS, ALL, bus="closed")
        for account in (DEVELOPMENT, PRODUCTION):
            spoke = self.accounts.client("events", account)
            spoke.put_rule(Name="to-closed", EventPattern=json.dumps(STS), State=ALL)
            role = self.sender(account, "to-closed", bus)
            spoke.put_targets(Rule="to-closed", Targets=[{"Id": "hub", "Arn": bus, "RoleArn": role}])
        key = self.tess.switch(self.update_app)["Credentials"]["AccessKeyId"]
        self.halves(key)
        self.assertEqual(self.envelope(arrived, key)["account"], PRODUCTION)

    def test_a_rule_sends_as_long_as_its_role_is_allowed_to(self) -> None:
        bus = self.open_bus("guarded", PRODUCTION)
        arrived = Inbox(self.accounts, "guarded", HUB)
        arrived.listen(STS, ALL, bus="guarded")
        rules, iam = self.accounts.client("events", PRODUCTION), self.accounts.client("iam", PRODUCTION)
        rules.put_rule(Name="to-guarded", EventPattern=json.dumps(STS), State=ALL)
        rules.put_targets(Rule="to-guarded", Targets=[{"Id": "hub", "Arn": bus, "RoleArn": self.sender(PRODUCTION, "to-guarded", bus)}])

        def arrives() -> bool:
            key = self.tess.switch(self.update_app)["Credentials"]["AccessKeyId"]
            self.halves(key)
            return key in json.dumps(arrived.bodies())

        def denied(effect: str) -> str:
            return json.dumps({"Statement": [{"Effect": effect, "Action": "events:PutEvents", "Resource": "*"}]})

        self.assertTrue(arrives())
        iam.put_role_policy(RoleName="to-guarded", PolicyName="cut", PolicyDocument=denied("Deny"))
        self.assertFalse(arrives())
        iam.delete_role_policy(RoleName="to-guarded", PolicyName="cut")
        self.assertTrue(arrives())
        trust = iam.get_role(RoleName="to-guarded")["Role"]["AssumeRolePolicyDocument"]
        other = trust["Statement"][0] | {"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{PRODUCTION}:rule/other"}}}
        for broken in (other, other | {"Condition": {}, "Principal": {"Service": "lambda.amazonaws.com"}}):
            iam.update_assume_role_policy(RoleName="to-guarded", PolicyDocument=json.dumps({"Statement": [broken]}))
            self.assertFalse(arrives(), broken)
        iam.update_assume_role_policy(RoleName="to-guarded", PolicyDocument=json.dumps(trust))
        self.assertTrue(arrives())
        limit = iam.create_policy(PolicyName="nothing", PolicyDocument=denied("Deny"))["Policy"]["Arn"]
        iam.put_role_permissions_boundary(RoleName="to-guarded", PermissionsBoundary=limit)
        self.assertFalse(arrives())
        iam.delete_role_permissions_boundary(RoleName="to-guarded")
        self.assertTrue(arrives())
        iam.delete_role_policy(RoleName="to-guarded", PolicyName="send")
        self.assertFalse(arrives())

    def sender(self, account: str, rule: str, bus: str) -> str:
        """A role with the name of its rule that may put events on the bus."""
        iam = self.accounts.client("iam", account)
        source = {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{account}:rule/{rule}"}, "StringEquals": {"aws:SourceAccount": account}}
        trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": source}
        role = iam.create_role(RoleName=rule, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]
        send = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
        iam.put_role_policy(RoleName=rule, PolicyName="send", PolicyDocument=json.dumps({"Statement": [send]}))
        return str(role["Arn"])

    def open_bus(self, name: str, account: str, region: str = HOME) -> str:
        """A bus of the hub that one account may send to. A stack creates it, as in production."""
        arn = f"arn:aws:events:{region}:{HUB}:event-bus/{name}"
        statement = {"Effect": "Allow", "Principal": {"AWS": [account]}, "Action": "events:PutEvents", "Resource": arn}
        bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": name, "Policy": {"Statement": [statement]}}}
        stacks = self.accounts.client("cloudformation", HUB, region)
        stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": {"Bus": bus}}))
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        return arn

    def test_the_cli_judges_its_records_rightly(self) -> None:
        cli = binaries.folder() / binaries.CLI
        entered = [
            self.alice.switch(self.update_app, self.alice.sign_in()),
            self.alice.switch(self.update_app, **self.alice.with_code()),
            self.tess.switch(self.update_app),
        ]
        keys = [answer["Credentials"]["AccessKeyId"] for answer in entered]
        records = [half["detail"] for key in keys for half in self.halves(key)]
        with tempfile.TemporaryDirectory(prefix="rolewatch-audit-") as folder:
            scratch = Path(folder)
            found = audit.findings(cli, records, scratch, rosters=company.written(self.accounts, scratch))
        proving = {records[4]["eventID"], records[5]["eventID"]}
        self.assertEqual({finding["rule"]: set(finding["events"]) for finding in found}, {"RW001": proving, "RW002": proving})
        self.assertEqual({finding["verdict"] for finding in found}, {"violation"})


class ACode(unittest.TestCase):
    def test_is_that_of_rfc_6238(self) -> None:
        seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # appendix B: 12345678901234567890
        for at, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
            with self.subTest(at=at):
                self.assertEqual(totp.code(seed, at), code)

    def test_is_good_for_one_step_before_and_after(self) -> None:
        seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        code = totp.code(seed, 90)
        self.assertEqual([totp.matches(seed, code, at) for at in (59, 60, 90, 149, 150)], [False, True, True, True, False])


if __name__ == "__main__":
    unittest.main()
