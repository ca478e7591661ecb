"""Proves that a hub for Japanese readers works.

The world: language, time zone, the secret in an SSM parameter, and a chat room of Amazon Q besides Slack.
"""

import json
import unittest

from rolewatch_live import feed
from rolewatch_live.accounts import HOME, HUB
from rolewatch_live.live import Live
from rolewatch_live.waiting import until

PARAMETER = "/rolewatch/slack"


class Tokyo(unittest.TestCase):
    live: Live

    @classmethod
    def setUpClass(cls) -> None:
        arn = f"arn:aws:ssm:{HOME}:{HUB}:parameter{PARAMETER}"
        chosen = {"Language": "ja", "TimeZone": "Asia/Tokyo", "ChatbotTopicWanted": "true", "SlackSecretArn": arn}
        cls.live = cls.enterClassContext(Live(**chosen))
        cls.live.accounts.client("ssm").put_parameter(Name=PARAMETER, Type="SecureString", Value=cls.live.sink.webhook)
        cls.live.push_policy()
        cls.live.push_rosters()

    def test_the_message_is_japanese_in_tokyo_time_and_the_chat_room_hears_of_it_too(self) -> None:
        chat = self.live.inbox("ChatbotTopicArn", "chat")
        event = feed.single("outside-group")
        self.live.publish([event])
        (post,) = until("the post", lambda: [post for post in self.live.sink.posts if "tess" in json.dumps(post.payload)])
        self.assertEqual((post.status, post.objections), (200, []))
        text = json.dumps(post.payload, ensure_ascii=False)
        self.assertRegex(text, r"[\u3041-\u3096\u30a1-\u30fa]", "there is kana in it")
        # 09:40 UTC.
        self.assertIn("18:40", text)
        self.live.rest()
        (message,) = until("word in the chat room", chat.read)
        said = json.loads(message["body"])
        self.assertEqual((said["version"], said["source"]), ("1.0", "custom"))
        self.assertIn("tess", said["content"]["description"])


if __name__ == "__main__":
    unittest.main()
