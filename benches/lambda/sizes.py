#!/usr/bin/env python3
"""Measures switch-guard by the size of its account, over a ledger in memory.

    sizes.py target/lambda/switch-guard target/lambda/examples/tables

The account's roster lists so many people. Each of them entered a role in the week before, and an
administrator made so many IAM changes about them. The people who switch come in addition. Each run starts
the program, sends a member's switch as a first event, and then switches of members and of strangers, both
records of each. A stranger is in no roster and used no MFA, so there are findings.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import functions  # noqa: E402
from aws import certify  # noqa: E402
from runtime import Fault  # noqa: E402
from tables import Company, program  # noqa: E402

SIZES = [(10, 0), (1_000, 0), (100_000, 0), (10, 100_000), (1_000, 100_000), (100_000, 100_000)]
RECORDS = ["the caller's record", "the role owner's record"]
# The goals, each a maximum. They apply to a switch by a member.
GOALS = {"calls": 30, "rows": 80, "warm CPU": 15, "first own": 60, "init": 15, "peak": 64}


def main():
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        measure(given, certify(Path(folder)) if given.tls else None)


def measure(given, certificate):
    starts, events = [], []
    for people, changes in given.sizes:
        members = (given.runs + 1) * (given.warm + 1)
        company = Company(given.tables, given.function, certificate, people=people, members=members, changes=changes)
        try:
            # The first run only fills the page cache.
            runs = [run(company, number, given) for number in range(given.runs + 1)][1:]
        except Fault as fault:
            sys.exit(f"{people} people, {changes} changes: {fault}")
        finally:
            company.stop()
        starts.append(start_row(people, changes, runs))
        events += event_rows(people, changes, runs)
        print(f"{people} people, {changes} changes: measured", file=sys.stderr)
    print("| people | changes | init | init, CPU | first event, own | first event, CPU | resident | at the peak |")
    print("|---|---|---|---|---|---|---|---|")
    print("\n".join(starts))
    print("\n| people | changes | warm event | calls | rows | own | CPU |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(events))
    print(f"\nGoals: {', '.join(f'{what} {most}' for what, most in GOALS.items())}; {os.cpu_count()} processors")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("function", type=program, help="the program switch-guard")
    parser.add_argument("tables", type=program, help="the program tables")
    parser.add_argument("--runs", type=int, default=3, help="how often it is started for each size (3)")
    parser.add_argument("--warm", type=int, default=40, help="how many switches of each kind follow (40)")
    parser.add_argument("--sizes", type=sizes, default=SIZES, metavar="PEOPLE:CHANGES,…", help="other sizes")
    parser.add_argument("--tls", action="store_true", help="speak TLS, as AWS does; needs openssl")
    return parser.parse_args()


def sizes(text):
    return [tuple(int(number) for number in size.split(":")) for size in text.split(",")]


def run(company, number, given):
    """One execution environment: its start, its first event, and the warm events by kind."""
    measured = company.start()
    try:
        person = number * (given.warm + 1)
        caller, owner = company.switch("member", person)
        first = measured.handle(functions.queued(caller))
        measured.handle(functions.queued(owner))
        warm = {}
        for count in range(given.warm):
            for who in ("member", "stranger"):
                for record, body in zip(RECORDS, company.switch(who, person + 1 + count)):
                    warm.setdefault((who, record), []).append(measured.handle(functions.queued(body)))
        return measured, first, warm, measured.memory("VmRSS"), measured.memory("VmHWM")
    finally:
        measured.stop()


def start_row(people, changes, runs):
    def middle(of):
        return statistics.median(of(run) for run in runs)

    values = [
        f"{middle(lambda run: run[0].init):.0f} ms",
        f"{middle(lambda run: run[0].init_cpu):.0f} ms",
        f"{middle(lambda run: run[1].own):.0f} ms",
        f"{middle(lambda run: run[1].cpu):.0f} ms",
        f"{middle(lambda run: run[3]):.0f} MB",
        f"{middle(lambda run: run[4]):.0f} MB",
    ]
    return f"| {people:,} | {changes:,} | {' | '.join(values)} |"


def event_rows(people, changes, runs):
    for kind in runs[0][2]:
        events = [event for run in runs for event in run[2][kind]]
        # The minute's check of policy and rosters is in few of them.
        calls, rows = (statistics.median(of) for of in ([len(event.calls) for event in events], [event.rows for event in events]))
        own, cpu = (statistics.median(of) for of in ([event.own for event in events], [event.cpu for event in events]))
        who, record = kind
        yield f"| {people:,} | {changes:,} | a {who} switches: {record} | {calls:.0f} | {rows:.0f} | {own:.1f} ms | {cpu:.1f} ms |"


if __name__ == "__main__":
    main()
