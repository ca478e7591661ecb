#!/usr/bin/env python3
"""Sends switch-guard as many switches as it can take, over a ledger of 100 accounts and 100,000 people.

    load.py target/lambda/switch-guard target/lambda/examples/tables

One execution environment gets batches of five records, as SQS passes them. Nine of ten people of an account
may enter its role. One switch in twenty is by somebody else, and gives findings.
"""

import argparse
import random
import statistics
import sys
import threading
from queue import Queue

sys.dont_write_bytecode = True

import functions  # noqa: E402
from runtime import Fault, now  # noqa: E402
from tables import Company, program  # noqa: E402

ACCOUNTS, PEOPLE, MEMBERS, CHANGES = 100, 100, 900, 100_000
# As in template.yaml.
BATCH = 5
# How many switches wait at a time, so that the two records of one come in different batches.
WAITING = 50
ELSE = 0.05


def main():
    given = arguments()
    company = Company(given.tables, given.function, accounts=ACCOUNTS, people=PEOPLE, members=MEMBERS, changes=CHANGES)
    try:
        print(f"{ACCOUNTS} accounts, {ACCOUNTS * (PEOPLE + MEMBERS):,} people, {company.tables.get('/rows'):,} rows", file=sys.stderr)
        for latency, seconds in ((0, given.seconds), (given.latency, given.slow_seconds)):
            if seconds:
                company.tables.get(f"/latency/{latency}")
                load(company, given, latency, seconds)
    except Fault as fault:
        sys.exit(str(fault))
    finally:
        company.stop()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("function", type=program, help="the program switch-guard")
    parser.add_argument("tables", type=program, help="the program tables")
    parser.add_argument("--switches", type=int, default=50_000, help="stop after so many switches (50000)")
    parser.add_argument("--seconds", type=int, default=420, help="stop after so many seconds (420)")
    parser.add_argument("--latency", type=int, default=4_000, help="then with tables that take so many microseconds longer (4000)")
    parser.add_argument("--slow-seconds", type=int, default=60, help="for so many seconds (60)")
    return parser.parse_args()


def batches(company, count, seed, into):
    """Puts batches into a queue. Makes them while the function works."""
    # The measurement asks for the calls over another connection.
    connection = company.tables.connect()
    dice = random.Random(seed)
    waiting = []
    for number in range(count):
        everybody = range(ACCOUNTS * (PEOPLE if dice.random() < ELSE else MEMBERS))
        who = "person" if len(everybody) == ACCOUNTS * PEOPLE else "member"
        waiting += company.switch(who, dice.choice(everybody), connection)
        while len(waiting) > 2 * WAITING or (number == count - 1 and waiting):
            dice.shuffle(waiting)
            into.put([waiting.pop() for _ in range(min(BATCH, len(waiting)))])
    into.put(None)


def load(company, given, latency, seconds):
    ready = Queue(maxsize=20)
    threading.Thread(target=batches, args=(company, given.switches, latency, ready), daemon=True).start()
    while not ready.full():
        threading.Event().wait(0.01)
    measured = company.start()
    events, memory, records = [], [], 0
    company.tables.get("/units")
    begin = now()
    try:
        while now() - begin < seconds and (batch := ready.get()):
            event = measured.handle(functions.queued(*batch))
            records += len(batch)
            events.append((event.wall, event.own / len(batch), event.cpu / len(batch), len(event.calls), event.rows))
            if not memory or now() - begin - memory[-1][0] >= 5:
                memory.append((now() - begin, records, measured.memory("VmRSS")))
        memory.append((now() - begin, records, measured.memory("VmRSS")))
        report(latency, events, memory, records, measured.memory("VmHWM"))
        reading, writing = (units / records for units in company.tables.get("/units"))
        print(f"DynamoDB would count {reading:.1f} units for reading and {writing:.1f} for writing per record")
    finally:
        measured.stop()


def report(latency, events, memory, records, peak):
    # The first batch pays for the start.
    walls, own, cpu, calls, rows = zip(*events[1:])
    elapsed, records_after = memory[-1][0], records - BATCH
    print(f"\nTables that take {latency / 1e3:.0f} ms longer: {records:,} records in {elapsed:.0f} s")
    print(f"working: {records_after / (sum(walls) / 1e3):.0f} records/s, with what the measurement takes {records / elapsed:.0f}/s")
    for what, values, unit in (("own", own, "ms"), ("CPU", cpu, "ms"), ("wall", [wall / BATCH for wall in walls], "ms")):
        middle, high = statistics.median(values), statistics.quantiles(values, n=100)[98]
        print(f"{what} per record, means of a batch of {BATCH}: p50 {middle:.2f} {unit}, p99 {high:.2f} {unit}")
    print(f"per record: {sum(calls) / records_after:.1f} calls, {sum(rows) / records_after:.1f} rows")
    print(f"first batch: {events[0][1]:.1f} ms own per record")
    shown = memory[:: max(1, len(memory) // 12)]
    print("resident: " + ", ".join(f"{mb:.0f} MB after {seconds:.0f} s" for seconds, _, mb in [*shown, memory[-1]]) + f"; {peak:.0f} MB at the peak")


if __name__ == "__main__":
    main()
