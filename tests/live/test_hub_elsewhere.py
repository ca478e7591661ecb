"""Proves that a hub outside us-east-1 receives IAM events once the guide's extra step has deployed a spoke in
us-east-1.

The world: the guide's first steps with a hub in Tokyo, and a single account.
"""

import json
import re
import unittest
import uuid

from rolewatch_live import feed, template
from rolewatch_live.accounts import DEVELOPMENT, HOME, HUB, TOKYO
from rolewatch_live.binaries import ROOT
from rolewatch_live.live import Live
from rolewatch_live.stack import deploy
from rolewatch_live.waiting import until

GUIDE = (ROOT / "docs" / "deploy.md").read_text()
# Returns the step, without the steps after it.
STEP = GUIDE.partition("3. **The Region of IAM.**")[2].partition("4. **Policy and roster.**")[0]


def of_the_hub(name: str, region: str) -> feed.Envelope:
    """Returns an event of `events/` as if it happened in the hub's account, with a new ID each time."""
    event = json.loads(json.dumps(feed.single(name)).replace(DEVELOPMENT, HUB))
    event["region"] = event["detail"]["awsRegion"] = region
    event["detail"] |= {"eventID": str(uuid.uuid4())}
    return dict(event)


class AHubElsewhere(unittest.TestCase):
    live: Live

    @classmethod
    def setUpClass(cls) -> None:
        # A single account, as in the guide's first steps.
        cls.live = cls.enterClassContext(Live(spokes=(), region=TOKYO))
        cls.live.push_policy()
        cls.live.push_rosters()

    def known(self, event: feed.Envelope) -> bool:
        return any(event["detail"]["eventID"] in json.dumps(row) for row in self.live.rows("LedgerTableName"))

    def told(self, event: feed.Envelope) -> bool:
        return any(event["detail"]["eventID"] in json.dumps(post.payload) and post.status == 200 for post in self.live.sink.posts)

    def test_1_a_switch_in_the_hubs_own_region_is_told_of(self) -> None:
        switch = of_the_hub("assume-role-no-mfa-permanent-key", TOKYO)
        self.live.publish([switch])
        until("the post", lambda: self.told(switch))

    def test_2_without_the_step_nothing_of_iam_is_heard(self) -> None:
        change = of_the_hub("add-user-to-group", HOME)
        self.live.publish([change])
        # A later event has arrived, so this one won't.
        later = of_the_hub("console-login", TOKYO)
        self.live.publish([later])
        until("the later event", lambda: self.known(later))
        self.live.rest()
        self.assertFalse(self.known(change))

    def test_3_with_the_step_it_is_heard_and_so_are_switches_there(self) -> None:
        (region,) = re.findall(r"cloudformation deploy --region (\S+)", STEP)
        given = {parameter: self.live.hub[output] for parameter, output in re.findall(r'(\w+)="\$\(out (\w+)\)"', STEP)}
        self.assertEqual((region, given["HubRegion"]), (HOME, TOKYO))
        deploy(self.live.accounts, HUB, region, template.read(ROOT / "deploy" / "spoke.yaml"), given, "rolewatch-spoke")
        change, switch = of_the_hub("add-user-to-group", HOME), of_the_hub("session-too-long", HOME)
        self.live.publish([change, switch])
        until("the change", lambda: self.known(change))
        until("the post", lambda: self.told(switch))
        self.live.rest()
        self.assertEqual(set(self.live.dead().values()), {0})


if __name__ == "__main__":
    unittest.main()
