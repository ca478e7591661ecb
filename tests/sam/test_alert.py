"""Proves that the guide's first steps lead from a fresh clone to the first alert, on this machine's
architecture.
"""

import json
import time
import unittest

from rolewatch_sam import guide, shared
from rolewatch_sam.clone import ARCHITECTURE
from rolewatch_sam.stack import POLICY, Sam, required

from rolewatch_live.accounts import HUB
from rolewatch_live.binaries import FUNCTIONS, ROOT
from rolewatch_live.people import SWITCH, Person, hire, open_role
from rolewatch_live.stack import NAME, OPERATIONS
from rolewatch_live.waiting import until


class TheFirstAlert(unittest.TestCase):
    """Each test is a step and builds on the previous one."""

    seconds: float
    live: Sam
    carol: Person
    role: str

    @classmethod
    def setUpClass(cls) -> None:
        built = shared.built(ARCHITECTURE)
        cls.live = cls.enterClassContext(Sam(shared.clone()))
        cls.seconds = built + cls.live.first.seconds

    def test_1_every_function_is_built_for_this_machine_and_for_lambda(self) -> None:
        self.assertEqual(shared.flaws(ARCHITECTURE, set(FUNCTIONS)), [])

    def test_2_a_second_build_takes_little(self) -> None:
        first = shared.built(ARCHITECTURE)
        second = shared.clone().build(ARCHITECTURE)
        shared.measured(f"second `sam build` for {ARCHITECTURE}", f"{second:.0f} s")
        self.assertLess(second, max(60.0, first / 2))

    def test_3_it_is_deployed_with_the_answers_that_the_guide_names(self) -> None:
        took = self.live.first.seconds
        shared.measured("`sam deploy --guided`, on the emulator", f"{took:.0f} s")
        self.assertEqual(self.live.stack()["StackStatus"], "CREATE_COMPLETE")
        self.assertIn(OPERATIONS, self.live.hub["AlarmsReach"])
        said = guide.step("Build and deploy")
        for name in required(ROOT / "template.yaml"):
            self.assertIn(f"`{name}`", said, "the guide says what has to be typed")
        # Checks that the guide's "shows each" is true: every parameter is asked for, and nothing else.
        questions = " ".join(self.live.first.questions)
        for name in self.parameters():
            self.assertIn(f"Parameter {name} [", questions)
        kept = (shared.clone().folder / "samconfig.toml").read_text()
        self.assertIn(OPERATIONS, kept, "the answers are kept for the next deployment")

    def parameters(self) -> list[str]:
        return [parameter["ParameterKey"] for parameter in self.live.stack()["Parameters"]]

    def test_4_policy_and_roster_are_pushed(self) -> None:
        began = time.monotonic()
        self.live.confirm(OPERATIONS)
        type(self).carol = hire(
            self.live.accounts,
            "carol",
            "Developers",
            may={"Effect": "Allow", "Action": SWITCH, "Resource": f"arn:aws:iam::{HUB}:role/*"},
            account=HUB,
        )
        trust = f"arn:aws:iam::{HUB}:root"
        type(self).role = open_role(self.live.accounts, "UpdateApp", trust, account=HUB)
        (shared.clone().folder / "rolewatch.yaml").write_text(POLICY)
        self.live.shell(guide.pushes())
        took = time.monotonic() - began
        type(self).seconds += took
        shared.measured("`rolewatch` built, and policy and roster pushed", f"{took:.0f} s")
        bucket = self.live.client("s3").list_objects_v2(Bucket=self.live.hub["BucketName"])
        keys = [entry["Key"] for entry in bucket["Contents"]]
        self.assertIn("policy/rolewatch.yaml", keys)
        self.assertTrue(any(key.startswith("roster/security@") for key in keys), keys)

    def test_5_a_switch_without_mfa_is_in_slack(self) -> None:
        began = time.monotonic()
        self.carol.switch(self.role)
        (post,) = until("the alert", lambda: self.live.sink.taken())
        took = time.monotonic() - began
        shared.measured("from the switch to the alert, on the emulator", f"{took:.1f} s")
        whole = type(self).seconds + took
        shared.measured(
            "from the clone to the first alert, on the emulator", f"{whole / 60:.1f} min"
        )
        said = json.dumps(post.payload)
        self.assertIn("RW002", said)
        self.assertIn("carol", said)
        self.assertEqual(post.objections, [])

    def test_6_an_event_handed_to_the_function_is_in_slack_too(self) -> None:
        before = len(self.live.sink.taken())
        self.live.shell(guide.pushes().replace(" rolewatch.yaml ", " events/rolewatch.yaml "))
        # A new process reads the policy immediately. A reader of the guide waits for a minute at most.
        client = self.live.client("lambda")
        client.update_function_configuration(
            FunctionName=self.live.hub["SwitchGuardName"], MemorySize=256
        )
        self.assertNotIn("FunctionError", self.live.shell(guide.invocation()))
        until("the alert", lambda: len(self.live.sink.taken()) > before)

    def test_7_nothing_was_given_up_and_no_function_complains(self) -> None:
        self.live.rest()
        self.assertEqual(self.live.given_up(), {})
        self.assertEqual([line for line in self.live.log() if '"level":"ERROR"' in line], [])

    def test_8_nothing_to_deploy_is_said(self) -> None:
        again = self.live.sam("sam deploy", {})
        self.assertIn("No changes to deploy", again.text)
        stack = self.live.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]
        self.assertEqual(stack["StackStatus"], "CREATE_COMPLETE")


if __name__ == "__main__":
    unittest.main()
