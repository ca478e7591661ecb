"""`make demo`: a short story on this machine, with what Slack would show.

People really call STS, and nothing leaves the machine. The guard also reviews the company's setup, which has
faults. It does so on a schedule, in the middle of the story or not at all. So the demo neither shows nor
counts the findings of the review, and the story is always the same.
"""

import argparse
import sys
import textwrap
import time

from .accounts import DEVELOPMENT
from .by_clock import tells_of_set_up
from .company import Company, found, rosters
from .live import Live
from .readable import WIDTH, framed, lines
from .sink import Post
from .waiting import TooLate, until


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description="Play a short story to rolewatch and show what Slack would.")
    parser.add_argument("--webhook", action="store_true", help="reach Slack by an incoming webhook, which cannot change messages")
    parser.add_argument("--language", choices=("en", "ja"), default="en", help="language of the Slack messages")
    arguments = parser.parse_args()

    say("Building the functions (a few minutes the first time), then starting AWS and Slack stand-ins on this machine ...")
    begun = time.monotonic()
    with Live(bot=not arguments.webhook, on_post=show, Language=arguments.language) as live:
        company = found(live.accounts)
        live.push_policy()
        for name, roster in rosters(live.accounts).items():
            live.push_roster(name, roster)
        say(f"Up after {time.monotonic() - begun:.0f} s: a hub, and spokes in the accounts development and production.")
        play(live, company)
        messages = [message for message in live.sink.messages() if not tells_of_set_up(message["payload"])]
        say(
            f"The end. {live.received()} events judged, {len(live.findings_of_switches())} findings, {len(messages)} messages in Slack. "
            "Everything is removed again."
        )
    return 0


def play(live: Live, company: Company) -> None:
    role = company.update_app

    say("1. alice, a developer, signs in with MFA and enters UpdateApp in production.")
    before = live.received()
    session = company.alice.sign_in()
    company.alice.switch(role, session)
    judged(live, before + 3)
    say("   Both accounts' records are judged, all is well, and nobody is told.")

    say("2. tess, a tester, enters the same role: IAM lets her, as its trust policy names the whole account.")
    before, told = live.received(), posted(live)
    company.tess.switch(role, **company.tess.with_code())
    judged(live, before + 2)
    until("message about tess", lambda: posted(live) > told)

    say("3. carol, a developer, enters it with nothing but her access key: no MFA.")
    before, told = live.received(), posted(live)
    company.carol.switch(role)
    judged(live, before + 2)
    until("message about carol", lambda: posted(live) > told)

    say("4. tom, a tester, enters it too, but the record of his own account is late. Production's knows no more of him than an id.")
    before, told = live.received(), posted(live)
    live.emulator.hold(DEVELOPMENT)
    company.tom.switch(role, **company.tom.with_code())
    judged(live, before + 1)
    until("message about tom", lambda: posted(live) > told)

    say("   Now the late half arrives: no second alert, but the first one is completed.")
    told = posted(live)
    live.emulator.release(DEVELOPMENT)
    judged(live, before + 2)
    until("the completed message about tom", lambda: posted(live) > told)


def posted(live: Live) -> int:
    """Returns how many posts about people Slack has accepted."""
    return sum(not tells_of_set_up(post.payload) for post in live.sink.taken())


def judged(live: Live, total: int) -> None:
    """Waits until this many events have arrived and nothing is in progress."""
    until(f"{total} judged events", lambda: live.received() >= total)
    live.rest()


def show(post: Post) -> None:
    """Prints each message about people as it arrives."""
    if tells_of_set_up(post.payload):
        return
    if post.taken:
        title = "Slack: the message is changed" if post.method == "chat.update" else "Slack"
        print(framed(title, lines(post.payload)), flush=True)
    else:
        print(framed(f"Slack refused a message: {post.answer}", post.objections), flush=True)


def say(text: str) -> None:
    print("\n" + textwrap.fill(text, WIDTH, subsequent_indent="   " if text[:1].isdigit() or text[:1] == " " else ""), flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; everything is removed.")
    except (RuntimeError, TooLate) as error:
        sys.exit(f"demo: {error}")
