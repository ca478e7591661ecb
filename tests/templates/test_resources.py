"""Proves that the stack's resources are encrypted, retained and monitored, and that functions get the
settings they read.
"""

import json
import re
import unittest

import templates
from templates import ALL, HUB, ROOT, SPOKE, TRAIL

SETTINGS = ROOT / "shared" / "live" / "src" / "settings"
# The settings that each function reads, with the file that reads them.
OWN, STACK = ("own", "OwnSettings"), ("stack", "StackSettings")
READERS = {
    "SwitchGuard": [("", "GuardSettings"), OWN, STACK],
    "SlackNotifier": [("", "NotifierSettings")],
    "SessionAuditor": [("auditor", "AuditorSettings"), STACK],
    "ArchiveAuditor": [("archive", "ArchiveSettings"), OWN, STACK],
}
# Invoked by a schedule, not from a queue.
SCHEDULED = {"SessionAuditor"}


class Resources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hub = templates.transformed(HUB)
        cls.spoke = templates.transformed(SPOKE)
        cls.trail = templates.transformed(TRAIL)

    def of(self, kind):
        return {name: resource["Properties"] for name, resource in templates.of_type(self.hub, kind).items()}

    def test_everything_is_encrypted_at_rest(self):
        for template in (self.hub, self.spoke, self.trail):
            for name, queue in templates.of_type(template, "AWS::SQS::Queue").items():
                self.assertTrue(queue["Properties"]["SqsManagedSseEnabled"], name)
        for name, topic in self.of("AWS::SNS::Topic").items():
            self.assertEqual(topic["KmsMasterKeyId"], {"Ref": "Key"}, name)
        for name, table in self.of("AWS::DynamoDB::Table").items():
            self.assertEqual(table["SSESpecification"]["KMSMasterKeyId"], {"Fn::GetAtt": ["Key", "Arn"]}, name)
        for name, group in self.of("AWS::Logs::LogGroup").items():
            self.assertEqual(group["KmsKeyId"], {"Fn::GetAtt": ["Key", "Arn"]}, name)
        (bucket,) = self.of("AWS::S3::Bucket").values()
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        self.assertEqual(rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "aws:kms")
        self.assertTrue(self.of("AWS::KMS::Key")["Key"]["EnableKeyRotation"])

    def test_the_tables_forget_by_expires_and_can_be_restored(self):
        for name, table in self.of("AWS::DynamoDB::Table").items():
            self.assertEqual(table["TimeToLiveSpecification"], {"AttributeName": "expires", "Enabled": True}, name)
            self.assertTrue(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name)
            self.assertEqual([key["AttributeName"] for key in table["KeySchema"]], ["pk", "sk"], name)

    def test_what_was_found_outlives_the_stack(self):
        for name in ("OutboxTable", "StateBucket", "StateBucketPolicy", "Key"):
            resource = self.hub["Resources"][name]
            policies = (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
            self.assertEqual(policies, ("RetainExceptOnCreate", "Retain"), name)

    def test_a_first_deployment_that_fails_leaves_nothing_behind(self):
        for path in ALL:
            template = templates.raw(path)
            for name, resource in template["Resources"].items():
                self.assertNotEqual(resource.get("DeletionPolicy"), "Retain", f"{path.name}: {name}")
        # CloudFormation can't delete a protected table, so the first deployment doesn't protect it.
        parameter = templates.raw(HUB)["Parameters"]["DeletionProtection"]
        self.assertEqual(parameter["Default"], "false")
        protected = self.hub["Resources"]["OutboxTable"]["Properties"]["DeletionProtectionEnabled"]
        self.assertEqual(protected, {"Ref": "DeletionProtection"})

    def test_names_after_the_stack_fit_for_every_name_that_the_docs_allow(self):
        allowed = 31
        spoke = templates.raw(SPOKE)["Parameters"]["HubStackName"]["AllowedPattern"]
        self.assertRegex("a" * allowed, spoke)
        self.assertNotRegex("a" * (allowed + 1), spoke)
        self.assertIn(f"at most {allowed} characters", (ROOT / "docs" / "deploy.md").read_text())
        # The longest Region name today, plus some room.
        known = {"AWS::StackName": "a" * allowed, "HubStackName": "a" * allowed, "AWS::Region": "x" * 19, "AWS::AccountId": "1" * 12}
        most = {"AWS::IAM::Role": ("RoleName", 64), "AWS::Events::Rule": ("Name", 64), "AWS::Scheduler::Schedule": ("Name", 64),
                "AWS::StepFunctions::StateMachine": ("StateMachineName", 80), "AWS::SQS::Queue": ("QueueName", 80)}
        checked = 0
        for path in ALL:
            for name, resource in templates.raw(path)["Resources"].items():
                member, length = most.get(resource["Type"], ("", 0))
                written = resource["Properties"].get(member, {}) if member else {}
                if not isinstance(written, dict) or "Fn::Sub" not in written:
                    continue
                text = re.sub(r"\$\{([\w:]+)\}", lambda found: known.get(found[1], "y" * 12), written["Fn::Sub"])
                self.assertLessEqual(len(text), length, f"{path.name}: {name} is called {text}")
                checked += 1
        self.assertGreater(checked, 12)

    def test_the_bucket_is_versioned_and_closed(self):
        (bucket,) = self.of("AWS::S3::Bucket").values()
        self.assertEqual(bucket["VersioningConfiguration"], {"Status": "Enabled"})
        self.assertEqual(set(bucket["PublicAccessBlockConfiguration"].values()), {True})

    def test_a_message_is_not_taken_twice_while_it_is_worked_on_and_one_failure_fails_alone(self):
        functions, queues = self.of("AWS::Lambda::Function"), self.of("AWS::SQS::Queue")
        mappings = self.of("AWS::Lambda::EventSourceMapping")
        self.assertEqual({mapping["FunctionName"]["Ref"] for mapping in mappings.values()}, set(functions) - SCHEDULED)
        for name, mapping in mappings.items():
            queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
            function = functions[mapping["FunctionName"]["Ref"]]
            self.assertGreaterEqual(queue["VisibilityTimeout"], 6 * function["Timeout"], name)
            self.assertEqual(mapping["FunctionResponseTypes"], ["ReportBatchItemFailures"], name)
            self.assertIn("deadLetterTargetArn", queue["RedrivePolicy"], name)

    def test_functions_are_one_package_each_and_log_json_into_groups_that_forget(self):
        for name, function in templates.of_type(templates.raw(HUB), "AWS::Serverless::Function").items():
            folder = ROOT / function["Properties"]["CodeUri"]
            manifest = (folder / "Cargo.toml").read_text()
            binary = function["Metadata"]["BuildProperties"]["Binary"]
            self.assertEqual((function["Metadata"]["BuildMethod"], folder.name), ("rust-cargolambda", binary), name)
            self.assertRegex(manifest, rf'\[\[bin\]\]\nname = "{binary}"', name)
            group = self.of("AWS::Lambda::Function")[name]["LoggingConfig"]
            self.assertEqual((group["LogFormat"], group["ApplicationLogLevel"]), ("JSON", {"Ref": "LogLevel"}), name)
            self.assertEqual(self.of("AWS::Logs::LogGroup")[group["LogGroup"]["Ref"]]["RetentionInDays"], {"Ref": "LogRetentionDays"}, name)
        for name, function in self.of("AWS::Lambda::Function").items():
            self.assertEqual((function["Runtime"], function["Architectures"]), ("provided.al2023", [{"Ref": "Architecture"}]), name)

    def test_the_functions_are_told_what_they_ask_for(self):
        for function, readers in READERS.items():
            asked = set().union(*(asked_by(file, reader) for file, reader in readers))
            self.assertGreater(len(asked), 5, function)
            told = set(self.hub["Resources"][function]["Properties"]["Environment"]["Variables"])
            self.assertEqual(told, asked, function)
        self.assertEqual(set(READERS), set(self.of("AWS::Lambda::Function")))

    def test_every_parameter_is_checked_and_has_its_place(self):
        for path in ALL:
            template = templates.raw(path)
            placed = [name for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"] for name in group["Parameters"]]
            self.assertEqual(sorted(placed), sorted(template["Parameters"]), path.name)
            for name, parameter in template["Parameters"].items():
                self.assertTrue({"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter), name)
                self.assertIn("Description", parameter, name)
                pattern = parameter.get("AllowedPattern")
                if pattern and "Default" in parameter:
                    self.assertRegex(parameter["Default"], pattern, name)

    def test_patterns_of_parameters_take_and_refuse(self):
        parameters = templates.raw(HUB)["Parameters"]
        cases = {
            "SlackSecretArn": (
                [
                    "arn:aws:secretsmanager:us-east-1:111122223333:secret:rolewatch-slack-EXAMPLE",
                    "arn:aws:secretsmanager:us-east-1:111122223333:secret:rolewatch/slack",
                    "arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack",
                    "arn:aws:ssm:us-east-1:111122223333:parameter/slack",
                ],
                [
                    "",
                    "https://hooks.slack.com/services/EXAMPLE",
                    "xoxb-EXAMPLE",
                    "arn:aws:ssm:us-east-1:111122223333:parameter//rolewatch/slack",
                    "arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/",
                    "arn:aws:ssm:us-east-1:111122223333:parameter/",
                    "arn:aws:ssm:us-east-1:111122223333:parameter/a//b",
                ],
            ),
            "OperationsEmail": (
                ["none", "operations@example.com", "a.b+c@mail.example.com"],
                ["", "None", "NONE", "no", "none@", "@example.com", "operations@example", "a b@example.com", "none@example.com, other@example.com"],
            ),
            "ElevatedRoles": (["arn:aws:iam::444455556666:role/ops/*", "arn:aws:iam::*:role/UpdateApp", "arn:aws:iam::444455556666:role/*/*"], ["UpdateApp", "arn:aws:iam::444455556666:role/**", "arn:aws:iam::444455556666:role/ops**/UpdateApp", 'arn:aws:iam::444455556666:role/"}']),
            "TestSlackEndpoint": (["http://127.0.0.1:8080", "http://127.0.0.1:8080/hook"], ["http://192.0.2.1:80", "https://example.com", "http://127.0.0.1.example.com:80"]),
            "OrganizationId": (["o-exampleorg1"], ["*", "example"]),
            "SpokeAccounts": (["444455556666"], ["*", "44445555666"]),
            "TrailNames": (["organization", "a,b", "a, b"], ["a b", ","]),
        }
        for name, (taken, refused) in cases.items():
            for value in taken:
                self.assertRegex(value, parameters[name]["AllowedPattern"], name)
            for value in refused:
                self.assertNotRegex(value, parameters[name]["AllowedPattern"], name)

    def test_that_alarms_reach_nobody_has_to_be_typed_and_is_said(self):
        parameter = templates.raw(HUB)["Parameters"]["OperationsEmail"]
        self.assertNotIn("Default", parameter)
        self.assertIn("none", parameter["ConstraintDescription"])
        self.assertEqual(self.hub["Conditions"]["HasOperationsEmail"], {"Fn::Not": [{"Fn::Equals": [{"Ref": "OperationsEmail"}, "none"]}]})
        (subscription,) = [one for one in self.of("AWS::SNS::Subscription").values() if one["Protocol"] == "email"]
        self.assertEqual((subscription["TopicArn"], subscription["Endpoint"]), ({"Ref": "OperationsTopic"}, {"Ref": "OperationsEmail"}))
        # With a filter policy, a person would miss alarms although rolewatch counts them as a reader.
        self.assertNotIn("FilterPolicy", subscription)
        condition, address, nobody = self.hub["Outputs"]["AlarmsReach"]["Value"]["Fn::If"]
        self.assertEqual(condition, "HasOperationsEmail")
        self.assertIn("${OperationsEmail}", address["Fn::Sub"])
        self.assertIn("NOBODY", nobody)

    def test_every_way_to_fail_has_an_alarm(self):
        alarms = self.of("AWS::CloudWatch::Alarm")
        watched = {(alarm["MetricName"], place(alarm)) for alarm in alarms.values()}
        for queue in self.of("AWS::SQS::Queue"):
            metric = "ApproximateNumberOfMessagesVisible" if queue.endswith("DeadLetters") else "ApproximateAgeOfOldestMessage"
            self.assertIn((metric, queue), watched)
        for function in self.of("AWS::Lambda::Function"):
            self.assertLessEqual({("Errors", function), ("Throttles", function)}, watched)
        ours = {("Quarantined", "switch-guard"), ("Received", "switch-guard"), ("SlackFailed", "slack-notifier"), ("HeartbeatDelivered", "slack-notifier")}
        ours |= {("Unacknowledged", "session-auditor"), ("OpenSessions", "session-auditor")}
        ours |= {("RosterFailed", "session-auditor"), ("LogFilesUnread", "archive-auditor"), ("SilentSpokes", "session-auditor")}
        self.assertLessEqual(ours, watched)
        for name, alarm in alarms.items():
            self.assertEqual(alarm["AlarmActions"], [{"Ref": "OperationsTopic"}], name)
            silent = alarm["MetricName"] in ("Received", "HeartbeatDelivered", "OpenSessions", "SilentSpokes")
            self.assertEqual(alarm["TreatMissingData"], "breaching" if silent else "notBreaching", name)
        metrics = (ROOT / "shared" / "live" / "src" / "telemetry" / "metrics.rs").read_text()
        for metric, _ in ours:
            self.assertRegex(metrics, rf"\b{metric}\b")

    def test_the_heartbeat_goes_the_whole_way(self):
        beat = self.of("AWS::Scheduler::Schedule")["Heartbeat"]["Target"]
        rule = templates.rules(self.hub)["HeartbeatRule"]
        self.assertEqual(beat["Arn"], {"Fn::GetAtt": ["HubBus", "Arn"]})
        self.assertEqual([beat["EventBridgeParameters"]["Source"]], rule["EventPattern"]["source"])
        self.assertEqual(rule["EventBusName"], {"Ref": "HubBus"})

    def test_probes_are_known_by_the_name_of_the_role_that_sends_them(self):
        engine = (ROOT / "shared" / "guard" / "src" / "probe.rs").read_text()
        (suffix,) = re.findall(r'const AUDITOR: &str = "(.+)";', engine)
        role = self.of("AWS::IAM::Role")["SessionAuditorRole"]
        self.assertEqual(role["RoleName"], {"Fn::Sub": "${AWS::StackName}" + suffix})

    def test_names_are_the_stacks_so_that_tampering_is_noticed(self):
        for template, prefix in ((self.hub, "${AWS::StackName}"), (self.spoke, "${HubStackName}"), (self.trail, "${HubStackName}")):
            for name, resource in template["Resources"].items():
                properties = resource.get("Properties", {})
                if resource["Type"] == "AWS::IAM::Role" and name != "ReaderRole":
                    self.assertTrue(properties["RoleName"]["Fn::Sub"].startswith(prefix + "-"), name)
        for name, rule in templates.rules(self.spoke).items():
            self.assertTrue(rule["Name"]["Fn::Sub"].startswith("${HubStackName}-spoke-"), name)

    def test_cloudformation_takes_templates_of_this_size(self):
        # The hub's template goes through S3, as with `sam deploy`. A StackSet gets the spoke's template
        # directly.
        self.assertLess(len(HUB.read_bytes()), 1_000_000)
        self.assertLess(len(SPOKE.read_bytes()), 51_200)

    def test_every_schedule_says_what_to_do_and_by_which_time(self):
        schedules = self.of("AWS::Scheduler::Schedule")
        tasks = {name: json.loads(schedule["Target"]["Input"]) for name, schedule in schedules.items() if name != "Heartbeat"}
        self.assertEqual({task["at"] for task in tasks.values()}, {"<aws.scheduler.scheduled-time>"})
        by_function = sorted((schedules[name]["Target"]["Arn"]["Fn::GetAtt"][0], task["task"]) for name, task in tasks.items())
        ours = [("SessionAuditor", task) for task in ("center-roster", "digest", "probe", "rosters", "sweep")]
        self.assertEqual(by_function, [("ArchiveAuditor", "sweep"), *ours])


def asked_by(file, reader):
    """Returns the environment variables that some settings are read from."""
    names = dict(re.findall(r'const (\w+): Variable = Variable \{\s+name: "(ROLEWATCH_\w+)"', (SETTINGS / "variables.rs").read_text()))
    text = (SETTINGS / f"{file}.rs" if file else SETTINGS.with_suffix(".rs")).read_text()
    asked = re.findall(r"&variables::(\w+)", text.partition(f"impl {reader} {{")[2].partition("\nimpl ")[0])
    # AWS_REGION, which Lambda sets, isn't among the names.
    found = {names[constant] for constant in asked if constant in names}
    if not found:
        raise RuntimeError(f"{reader} is read in another way now")
    return found


def place(alarm):
    """Returns the queue or function that an alarm watches."""
    (dimension,) = alarm["Dimensions"]
    value = dimension["Value"]
    return value if isinstance(value, str) else value.get("Ref") or value["Fn::GetAtt"][0]
