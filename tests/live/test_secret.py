"""Proves that every valid form of the Slack secret's ARN works, with the permissions that the template grants
for it.
"""

import json
import unittest

from rolewatch_live.accounts import HOME, HUB
from rolewatch_live.live import NOTIFIER, Live
from rolewatch_live.waiting import until

SECRET = f"arn:aws:secretsmanager:{HOME}:{HUB}:secret:"
PARAMETER = f"arn:aws:ssm:{HOME}:{HUB}:parameter/"


class TheSecret(unittest.TestCase):
    def heartbeat_arrives(self, live: Live) -> None:
        live.push_policy()
        entry = {"Source": "rolewatch.heartbeat", "DetailType": "rolewatch heartbeat", "EventBusName": live.hub["BusName"]}
        beat = json.dumps({"time": "2026-03-02T09:00:00Z"})
        live.accounts.client("events", HUB).put_events(Entries=[{**entry, "Detail": beat}])
        until("a heartbeat that read the secret", lambda: live.metrics(NOTIFIER)["HeartbeatDelivered"])
        self.assertEqual(live.metrics(NOTIFIER)["SlackFailed"], 0)

    def test_is_found_by_an_arn_without_the_six_characters_of_secrets_manager(self) -> None:
        # The second name looks as if it ended in the six characters of Secrets Manager.
        for name in ("chat/slack", "chat-secret"):
            with self.subTest(name=name), Live(spokes=(), SlackSecretArn=SECRET + name) as live:
                live.accounts.client("secretsmanager").create_secret(Name=name, SecretString=live.sink.webhook)
                self.heartbeat_arrives(live)

    def test_is_found_in_a_parameter_of_one_level_with_and_without_a_slash(self) -> None:
        for name in ("slack", "/slack"):
            with self.subTest(name=name), Live(spokes=(), SlackSecretArn=PARAMETER + name.removeprefix("/")) as live:
                live.accounts.client("ssm").put_parameter(Name=name, Type="SecureString", Value=live.sink.webhook)
                self.heartbeat_arrives(live)


if __name__ == "__main__":
    unittest.main()
