"""`make local`: runs rolewatch on this machine until interrupted. `target/local.json` says how to reach it.

To publish events with a source `aws.…`, send them to `bus` at `endpoint`. There, any account number is an
access key, with the secret `test`.
"""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from .accounts import EVERYWHERE
from .binaries import ROOT
from .live import POLICY_KEY, Live

PLACE = ROOT / "target" / "local.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make local", description="Keep rolewatch up on this machine until interrupted.")
    parser.add_argument("--bot", action="store_true", help="reach Slack by a bot token instead of an incoming webhook")
    parser.add_argument("--language", choices=("en", "ja"), default="en", help="language of the Slack messages")
    parser.add_argument("--place", type=Path, default=PLACE, help="the file that tells how to reach it")
    arguments = parser.parse_args()

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    print("building the functions and starting, a few minutes the first time ...", file=sys.stderr, flush=True)
    with Live(EVERYWHERE, bot=arguments.bot, Language=arguments.language) as live:
        live.push_policy()
        live.push_rosters()
        try:
            write(live, arguments.place)
            print(f"up; {arguments.place} tells how to reach it. Ctrl-C ends it.", file=sys.stderr, flush=True)
            stopped.wait()
        finally:
            arguments.place.unlink(missing_ok=True)
    return 0


def write(live: Live, place: Path) -> None:
    """Writes the file in one step, so that nobody reads half of it."""
    reached_by = {
        "endpoint": live.emulator.endpoint,
        "account": live.hub.account,
        "region": live.hub.region,
        "bus": live.hub["BusName"],
        "topic_arn": live.hub["FindingsTopicArn"],
        "operations_topic_arn": live.hub["OperationsTopicArn"],
        "ledger_table": live.hub["LedgerTableName"],
        "outbox_table": live.hub["OutboxTableName"],
        "bucket": live.hub["BucketName"],
        "policy_key": POLICY_KEY,
        "slack_posts": live.sink.url + "/posts",
        "slack_messages": live.sink.url + "/messages",
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(".json.new")
    unfinished.write_text(json.dumps(reached_by, indent=2) + "\n")
    unfinished.replace(place)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"local: {error}")
