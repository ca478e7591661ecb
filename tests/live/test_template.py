"""Proves that the tests deploy the template as it is, and name everything that they leave out."""

import tempfile
import unittest
from pathlib import Path

from rolewatch_live import template
from rolewatch_live.binaries import FUNCTIONS, ROOT
from rolewatch_live.stack import LEFT_OUT_OF_HUB, LEFT_OUT_OF_SPOKE

TEMPLATE = """
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${AWS::StackName}-topic'}}
  Trail: {Type: AWS::CloudTrail::Trail, Properties: {SnsTopicName: !Ref Topic}}
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: [Trail, Topic]
    Properties: {Tags: [{Key: version, Value: 2012-10-17}]}
Outputs:
  TrailArn: {Value: !GetAtt Trail.Arn}
  TopicArn: {Value: !Ref Topic}
"""
TRAIL = {"AWS::CloudTrail::Trail"}


class ATemplate(unittest.TestCase):
    def read(self, text: str) -> template.Json:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "template.yaml"
            path.write_text(text)
            return template.read(path)

    def test_loses_only_what_the_emulator_does_not_know_and_what_tells_of_it(self) -> None:
        less = template.without(self.read(TEMPLATE), TRAIL)
        self.assertEqual(set(less["Resources"]), {"Topic", "Queue"})
        self.assertEqual(less["Resources"]["Queue"]["DependsOn"], ["Topic"])
        self.assertEqual(set(less["Outputs"]), {"TopicArn"})

    def test_is_refused_with_an_unknown_type_that_was_not_named(self) -> None:
        with self.assertRaisesRegex(ValueError, "AWS::CloudTrail::Trail"):
            template.without(self.read(TEMPLATE), set())

    def test_is_refused_when_a_named_type_is_not_there_or_known(self) -> None:
        for wrong in ("AWS::Chatbot::SlackChannelConfiguration", "AWS::SNS::Topic"):
            with self.subTest(type=wrong), self.assertRaisesRegex(ValueError, wrong):
                template.without(self.read(TEMPLATE), TRAIL | {wrong})

    def test_is_refused_when_what_remains_needs_what_is_gone(self) -> None:
        for reference in ("!Ref Trail", "!GetAtt Trail.Arn", "!Sub 'x-${Trail.Arn}'"):
            text = TEMPLATE.replace("2012-10-17", reference)
            with self.subTest(reference=reference), self.assertRaisesRegex(ValueError, "Queue needs"):
                template.without(self.read(text), TRAIL)

    def test_keeps_dates_as_text(self) -> None:
        self.assertEqual(self.read(TEMPLATE)["Resources"]["Queue"]["Properties"]["Tags"][0]["Value"], "2012-10-17")


class TheTemplates(unittest.TestCase):
    def test_lose_exactly_what_is_listed(self) -> None:
        for path, left_out in ((ROOT / "template.yaml", LEFT_OUT_OF_HUB), (ROOT / "deploy" / "spoke.yaml", LEFT_OUT_OF_SPOKE)):
            with self.subTest(template=path.name):
                template.without(template.read(path), left_out)

    def test_the_hub_runs_these_functions_and_no_other(self) -> None:
        filled = template.with_code(template.read(ROOT / "template.yaml"), dict.fromkeys(FUNCTIONS, "s3://bucket/key"))
        self.assertEqual({filled["Resources"][name]["Properties"]["CodeUri"] for name in FUNCTIONS}, {"s3://bucket/key"})


if __name__ == "__main__":
    unittest.main()
