"""Proves that the EventBridge rules lose no event on the way to the hub, and don't let forged events in."""

import copy
import json
import re
import unittest

import permissions
import templates
from templates import ALL, FORWARDING, FULL_STATE, HUB, ROOT, SPOKE, TRAIL, TWINS

SIGN_IN = {"AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"}
# Matches every detail-type of CloudTrail's events.
BY_CLOUDTRAIL = [{"suffix": " via CloudTrail"}]
SEEN = ROOT / "shared" / "guard" / "src" / "seen"
# The maximum length of an event pattern.
LONGEST = 2048


class Rules(unittest.TestCase):
    def test_every_rule_sees_read_only_calls_and_retries_for_a_day_and_keeps_what_it_could_not_deliver(self):
        for path in ALL:
            for template in (templates.raw(path), templates.transformed(path)):
                self.assertEqual(faults(templates.rules(template)), [], path.name)

    def test_a_plain_enabled_rule_is_a_fault(self):
        for change in ({"State": "ENABLED"}, {"State": "DISABLED"}, {"State": None}, {"RetryPolicy": None}, {"DeadLetterConfig": None}):
            rules = copy.deepcopy(templates.rules(templates.raw(HUB)))
            for key, value in change.items():
                place = rules["MintRule"] if key == "State" else rules["MintRule"]["Targets"][0]
                place[key] = value
            self.assertEqual(len(faults(rules)), 1, change)

    def test_hub_and_spoke_forward_the_same(self):
        hub, spoke = templates.rules(templates.raw(HUB)), templates.rules(templates.raw(SPOKE))
        self.assertEqual(tuple(spoke), FORWARDING)
        for name in FORWARDING:
            self.assertEqual(hub[name]["EventPattern"], spoke[name]["EventPattern"], name)

    def test_calls_that_would_blind_the_guard_take_two_paths_that_share_nothing_up_to_the_function(self):
        hub, spoke = templates.raw(HUB), templates.raw(SPOKE)
        bus = "arn:${AWS::Partition}:events:${HubRegion}:${HubAccountId}:event-bus/${HubStackName}"
        main, tamper = ({"Fn::GetAtt": [name, "Arn"]} for name in ("HubBus", "TamperBus"))
        targets = {id(hub): (main, tamper), id(spoke): ({"Fn::Sub": bus}, {"Fn::Sub": f"{bus}-tamper"})}
        for template in (hub, spoke):
            rules, (on_main, on_own) = templates.rules(template), targets[id(template)]
            for name, rule in rules.items():
                (target,) = rule["Targets"]
                if target["Id"] != "hub":
                    continue
                expected = (on_own, "TamperForwarderRole") if name in TWINS else (on_main, "ForwarderRole")
                self.assertEqual((target["Arn"], target["RoleArn"]["Fn::GetAtt"][0]), expected, name)
            for name in set(TWINS) & set(rules):
                self.assertEqual(rules[name]["EventPattern"], rules[TWINS[name]]["EventPattern"], name)
        ways = {name: arrival(hub, name) for name in ("HubBus", "TamperBus")}
        self.assertEqual(
            ways,
            {
                "HubBus": ("CloudTrailRule", "EventQueue", "EventDeadLetters", "EventQueueMapping", "SwitchGuard"),
                "TamperBus": ("TamperArrivalRule", "TamperQueue", "TamperDeadLetters", "TamperQueueMapping", "SwitchGuard"),
            },
        )
        patterns = [templates.rules(hub)[name]["EventPattern"] for name in ("CloudTrailRule", "TamperArrivalRule")]
        self.assertEqual(*patterns)

    def test_where_the_trail_lies_the_same_calls_on_buckets_and_keys_are_forwarded(self):
        def listed(rule):
            branches = rule["EventPattern"]["detail"]["$or"]
            return {branch["eventSource"][0]: branch["eventName"] for branch in branches}

        there = templates.rules(templates.raw(TRAIL))["TamperRule"]
        in_the_hub = listed(templates.rules(templates.raw(HUB))["HubTamperRule"])
        wanted = {service: in_the_hub[service] for service in ("kms.amazonaws.com", "s3.amazonaws.com")}
        self.assertEqual(listed(there), wanted)
        (target,) = there["Targets"]
        self.assertEqual(target["RoleArn"], {"Fn::GetAtt": ["TamperForwarderRole", "Arn"]})
        self.assertTrue(target["Arn"]["Fn::Sub"].endswith(":event-bus/${HubStackName}-tamper"))

    def test_the_role_of_a_path_may_send_on_that_path_alone(self):
        bus = "arn:aws:events:HubRegion:HubAccountId:event-bus/HubStackName"
        for path, buses in ((HUB, ("HubBus", "TamperBus")), (SPOKE, (bus, f"{bus}-tamper")), (TRAIL, (bus, f"{bus}-tamper"))):
            sends = [(who, on) for who, action, on in permissions.pairs(path) if action == "events:PutEvents" and who.endswith("ForwarderRole")]
            self.assertEqual(dict(sends), dict(zip(("ForwarderRole", "TamperForwarderRole"), buses, strict=True)))
            self.assertEqual(len(sends), 2)

    def test_no_two_rules_bear_the_same_name(self):
        for path in (HUB, SPOKE):
            given = [str(properties["Name"]) for properties in templates.rules(templates.raw(path)).values() if "Name" in properties]
            self.assertEqual(len(given), len(set(given)), path.name)

    def test_patterns_are_short_enough(self):
        many = [f"arn:aws:iam::444455556666:role/elevated/Role{number:02}" for number in range(20)]
        for path in (HUB, SPOKE):
            for name, properties in templates.rules(templates.raw(path)).items():
                for roles in (templates.policy_roles(), many):
                    self.assertLess(len(json.dumps(templates.pattern(properties, roles))), LONGEST, name)

    def test_sign_in_is_matched_under_both_spellings(self):
        rules = templates.rules(templates.raw(HUB))
        self.assertLessEqual(SIGN_IN, set(rules["ConsoleRule"]["EventPattern"]["detail-type"]))
        for name in ("IdentityCenterRule", "CloudTrailRule", "TamperArrivalRule"):
            self.assertEqual(rules[name]["EventPattern"]["detail-type"], BY_CLOUDTRAIL, name)
        for path in (HUB, SPOKE):
            use = templates.pattern(templates.rules(templates.raw(path))["UseRule"], templates.policy_roles())
            self.assertNotIn("detail-type", use, "a session may do anything")

    def test_who_made_a_call_for_somebody_is_never_asked(self):
        for path in (HUB, SPOKE):
            self.assertNotIn("invokedBy", path.read_text(), "the console's halves say AWS Internal there")

    def test_a_heartbeat_of_another_account_does_not_count(self):
        pattern = templates.rules(templates.raw(HUB))["HeartbeatRule"]["EventPattern"]
        self.assertEqual(pattern["account"], [{"Ref": "AWS::AccountId"}])

    def test_nothing_that_anybody_can_put_on_the_bus_reaches_the_queue(self):
        for name, properties in templates.rules(templates.raw(HUB)).items():
            if properties.get("EventBusName") and name != "HeartbeatRule":
                for source in templates.pattern(properties, ["arn:aws:iam::*:role/*"])["source"]:
                    text = source if isinstance(source, str) else source["prefix"]
                    self.assertTrue(text.startswith("aws."), "PutEvents refuses only sources of AWS")

    def test_a_flood_of_events_keeps_switches_heartbeats_and_judgements_from_nothing(self):
        hub = templates.raw(HUB)
        rules = templates.rules(hub)
        for name in ("SwitchRule", "HeartbeatRule"):
            (target,) = rules[name]["Targets"]
            self.assertEqual(target["Arn"], {"Fn::GetAtt": ["SwitchQueue", "Arn"]}, name)
        (target,) = rules["CloudTrailRule"]["Targets"]
        self.assertEqual(target["Arn"], {"Fn::GetAtt": ["EventQueue", "Arn"]})
        mappings = templates.of_type(hub, "AWS::Lambda::EventSourceMapping")
        most = {name: mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"] for name, mapping in mappings.items()}
        flooded = {name for name, value in most.items() if value == {"Ref": "Concurrency"}}
        self.assertEqual(flooded, {"EventQueueMapping", "TrailQueueMapping"})
        self.assertEqual({most[name] for name in set(most) - flooded}, {2})
        for function in ("SwitchGuard", "SessionAuditor"):
            told = hub["Resources"][function]["Properties"]["Environment"]["Variables"]
            self.assertEqual(told["ROLEWATCH_SWITCH_QUEUE_URL"], {"Ref": "SwitchQueue"}, function)
            self.assertEqual(told["ROLEWATCH_QUEUE_URL"], {"Ref": "EventQueue"}, function)

    def test_with_the_defaults_a_new_account_runs_all_functions_at_once(self):
        hub = templates.raw(HUB)
        concurrency = hub["Parameters"]["Concurrency"]["Default"]
        written = [
            mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"]
            for mapping in templates.of_type(hub, "AWS::Lambda::EventSourceMapping").values()
        ]
        self.assertLessEqual(sum(concurrency if isinstance(most, dict) else most for most in written), 10)
        # The two event queues and the history leave room for a switch and its alert.
        floods = 2 * concurrency + hub["Parameters"]["HistoryConcurrency"]["Default"]
        self.assertLessEqual(floods + 2 + 2, 10)

    def test_a_new_log_file_reaches_the_queue_wherever_the_bucket_is(self):
        hub, there = templates.rules(templates.raw(HUB)), templates.rules(templates.raw(TRAIL))
        patterns = [rule["EventPattern"] for rule in (hub["TrailRule"], hub["TrailForwardedRule"], there["TrailRule"])]
        self.assertEqual(patterns, patterns[:1] * 3)
        self.assertEqual(patterns[0]["detail"]["bucket"], {"name": [{"Ref": "TrailBucket"}]})
        self.assertNotIn("EventBusName", hub["TrailRule"])
        self.assertEqual(hub["TrailForwardedRule"]["EventBusName"], {"Ref": "HubBus"})
        for name in ("TrailRule", "TrailForwardedRule"):
            (target,) = hub[name]["Targets"]
            self.assertEqual(target["Arn"], {"Fn::GetAtt": ["TrailQueue", "Arn"]})

    def test_the_names_are_those_that_the_engine_makes_facts_of(self):
        rules = templates.rules(templates.raw(HUB))
        mints = re.findall(r'Self::\w+ => "(\w+)"', (SEEN.parent / "seen.rs").read_text().partition("impl MintApi")[2].partition("from_event_name")[0])
        changes = re.findall(r'\|? "(\w+)"', (SEEN / "iam.rs").read_text().partition("matches!(")[2].partition(");")[0])
        changes += re.findall(r'at\.name,\s+"(\w+)"', (SEEN / "iam.rs").read_text())
        steps = re.findall(r'"(\w+)" => ConsoleAct', (SEEN / "sign_in.rs").read_text())
        self.assertEqual((len(mints), len(set(changes)), len(steps)), (6, 10, 3), "the sources are written differently now; read them anew")
        self.assertEqual(set(names(rules["MintRule"])), set(mints))
        self.assertEqual(set(names(rules["MembershipRule"])), set(changes))
        # A sign-in connects a name with an ID.
        self.assertEqual(set(names(rules["ConsoleRule"])), {*steps, "ConsoleLogin"})

    def test_what_identity_center_logs_is_forwarded_if_the_engine_reads_it(self):
        center = SEEN / "identity_center"

        def quoted(file, begin, end):
            return set(re.findall(r'"(\w+)"', (center / file).read_text().partition(begin)[2].partition(end)[0]))

        portal = quoted("portal.rs", "fn portal_api(", "_ => None")
        grants = quoted("grant.rs", "fn is_watched(", "\n}")
        tokens = quoted("token.rs", "fn of_center(", "_ => None")
        read = {
            "signin": quoted("sign_in.rs", "fn sign_in_step(", "_ => None") | quoted("token.rs", "fn of_sign_in(", "_ => None"),
            "sso": portal | grants | tokens,
            "sso-oauth": tokens,
        }
        directory = quoted("directory.rs", "fn subject_of(", "_ => None")
        read |= dict.fromkeys(("sso-directory", "identitystore", "identitystore-scim"), directory)
        self.assertEqual({name: len(calls) for name, calls in read.items()}, {"signin": 5, "sso": 8, "sso-oauth": 2} | dict.fromkeys(list(read)[3:], 21))
        branches = templates.rules(templates.raw(HUB))["IdentityCenterRule"]["EventPattern"]["detail"]["$or"]
        listed = [(source.removesuffix(".amazonaws.com"), branch["eventName"]) for branch in branches for source in branch["eventSource"]]
        self.assertEqual({source: set(calls) for source, calls in listed}, read)
        self.assertEqual(len(listed), len(read))

    def test_every_change_of_the_set_up_is_forwarded_once(self):
        table = (ROOT / "shared" / "guard" / "src" / "review" / "change.rs").read_text().partition("CHANGES")[2].partition("];")[0]
        known = re.findall(r'"(\w+)"', table)
        rules = templates.rules(templates.raw(HUB))
        tampering = [name for branch in rules["TamperRule"]["EventPattern"]["detail"]["$or"] if branch["eventSource"] == ["iam.amazonaws.com"] for name in branch["eventName"]]
        others = {*tampering, *names(rules["MembershipRule"])}
        self.assertGreater(len(known), 30)
        self.assertEqual(set(names(rules["SetupRule"])), set(known) - others)

    def test_calls_that_would_blind_the_guard_are_those_that_it_knows(self):
        table = (ROOT / "shared" / "guard" / "src" / "tamper" / "calls.rs").read_text()
        known = set(re.findall(r'^    "(\w+)" "(\w+)" [A-Z]', table, re.MULTILINE))
        rules = templates.rules(templates.raw(HUB))
        watched = [
            (service.removesuffix(".amazonaws.com"), name)
            for rule in ("TamperRule", "HubTamperRule")
            for branch in rules[rule]["EventPattern"]["detail"]["$or"]
            for service in branch["eventSource"]
            for name in branch["eventName"]
        ]
        self.assertGreater(len(known), 60)
        self.assertEqual(len(watched), len(set(watched)), "nothing is listed twice")
        self.assertEqual(set(watched), known)


def arrival(hub, bus):
    """Returns the path from a bus of the hub to the function: rule, queue, dead-letter queue, mapping and
    function.
    """
    (rule,) = [
        name
        for name, properties in templates.rules(hub).items()
        # SwitchRule sends some of these events a second time.
        if properties.get("EventBusName") == {"Ref": bus} and properties["State"] == FULL_STATE and name != "SwitchRule"
    ]
    (target,) = templates.rules(hub)[rule]["Targets"]
    queue = target["Arn"]["Fn::GetAtt"][0]
    dead = hub["Resources"][queue]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    mappings = templates.of_type(hub, "AWS::Lambda::EventSourceMapping")
    (mapping,) = [name for name, one in mappings.items() if one["Properties"]["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}]
    return rule, queue, dead, mapping, mappings[mapping]["Properties"]["FunctionName"]["Ref"]


def names(rule):
    """Returns the names of the calls that a rule lists."""
    return rule["EventPattern"]["detail"]["eventName"]


def faults(rules):
    """Returns everything that could make a rule lose events."""
    found = []
    for name, properties in rules.items():
        # Heartbeats and new objects in the trail's bucket aren't CloudTrail events.
        wanted = "ENABLED" if name in ("HeartbeatRule", "TrailRule", "TrailForwardedRule") else FULL_STATE
        if properties["State"] != wanted:
            found.append(f"{name}: state {properties['State']}")
        for target in properties["Targets"]:
            if target["RetryPolicy"] != {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}:
                found.append(f"{name}: retry policy {target['RetryPolicy']}")
            if not target["DeadLetterConfig"]:
                found.append(f"{name}: no dead letters")
    return found
