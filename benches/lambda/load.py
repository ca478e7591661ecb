#!/usr/bin/env python3
"""Sends switch-guard as many switches as it can take, over a ledger of 100 accounts and 100,000 people.

    load.py target/lambda/switch-guard target/lambda/examples/tables

As many execution environments as template.yaml allows get batches of five records, as SQS passes them. Then a
single one is measured more closely. Nine of ten people of an account may enter its role. One switch in twenty is by somebody else, and gives findings.
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
    runs = ((given.environments, 0, given.seconds), (1, 0, given.short), (1, given.latency, given.short))
    try:
        print(f"{ACCOUNTS} accounts, {ACCOUNTS * (PEOPLE + MEMBERS):,} people, {company.tables.get('/rows'):,} rows", file=sys.stderr)
        for number, (environments, latency, seconds) in enumerate(runs):
            if seconds:
                company.tables.get(f"/latency/{latency}")
                Load(company, environments, latency).run(given.switches, seconds, number)
    except Fault as fault:
        sys.exit(str(fault))
    finally:
        company.stop()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("function", type=program, help="the program switch-guard")
    parser.add_argument("tables", type=program, help="the program tables")
    parser.add_argument("--switches", type=int, default=50_000, help="stop after so many switches (50000)")
    parser.add_argument("--environments", type=int, default=2, help="execution environments that work at the same time (2)")
    parser.add_argument("--seconds", type=int, default=480, help="stop after so many seconds (480)")
    parser.add_argument("--short", type=int, default=30, help="then with one environment for so many seconds (30)")
    parser.add_argument("--latency", type=int, default=4_000, help="then with tables that take so many microseconds longer (4000)")
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


class Load:
    """What execution environments do with as many batches as they can take.

    Which of two environments made a call isn't known, so only a single one is measured call by call.
    """

    def __init__(self, company, environments, latency):
        self.company = company
        self.latency = latency
        self.alone = environments == 1
        self.environments = [company.start(alone=self.alone) for _ in range(environments)]
        self.events = []
        self.memory = []
        self.records = 0
        self.fault = None

    def run(self, switches, seconds, seed):
        ready = Queue(maxsize=20)
        threading.Thread(target=batches, args=(self.company, switches, seed, ready), daemon=True).start()
        while not ready.full():
            threading.Event().wait(0.01)
        self.company.tables.get("/units")
        self.begin = now()
        workers = [threading.Thread(target=self.work, args=(one, ready, seconds)) for one in self.environments]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            if self.fault:
                raise self.fault
            self.note_memory()
            self.report()
        finally:
            for one in self.environments:
                one.stop()

    def work(self, environment, ready, seconds):
        """Handles batches until the time is over or none is left."""
        try:
            while now() - self.begin < seconds and not self.fault:
                batch = ready.get()
                if batch is None:
                    # For the other workers.
                    ready.put(None)
                    return
                self.events.append((len(batch), environment.handle(functions.queued(*batch))))
                self.records += len(batch)
                if not self.memory or now() - self.begin - self.memory[-1][0] >= 5:
                    self.note_memory()
        except Fault as fault:
            self.fault = fault

    def note_memory(self):
        largest = max(one.memory("VmRSS") for one in self.environments)
        self.memory.append((now() - self.begin, largest))

    def report(self):
        elapsed = self.memory[-1][0]
        # The first batches pay for the start.
        events = self.events[len(self.environments) :]
        working = sum(event.wall for _, event in events) / len(self.environments)
        records = sum(count for count, _ in events)
        plural = "" if self.alone else "s"
        print(f"\n{len(self.environments)} environment{plural}, tables that take {self.latency / 1e3:.0f} ms longer: {self.records:,} records in {elapsed:.0f} s")
        print(f"working: {records / (working / 1e3):.0f} records/s, with what the measurement takes {self.records / elapsed:.0f}/s")
        for what in ("own", "cpu", "wall") if self.alone else ("cpu", "wall"):
            values = [getattr(event, what) / count for count, event in events]
            middle, high = statistics.median(values), statistics.quantiles(values, n=100)[98]
            print(f"{what} per record, means of a batch of {BATCH}: p50 {middle:.2f} ms, p99 {high:.2f} ms")
        if self.alone:
            calls, rows = (sum(of(event) for _, event in events) / records for of in (lambda event: len(event.calls), lambda event: event.rows))
            print(f"per record: {calls:.1f} calls, {rows:.1f} rows")
        shown = self.memory[:: max(1, len(self.memory) // 12)]
        peak = max(one.memory("VmHWM") for one in self.environments)
        print("resident: " + ", ".join(f"{mb:.0f} MB after {seconds:.0f} s" for seconds, mb in [*shown, self.memory[-1]]) + f"; {peak:.0f} MB at the peak")
        reading, writing = (units / self.records for units in self.company.tables.get("/units"))
        print(f"DynamoDB would count {reading:.1f} units for reading and {writing:.1f} for writing per record")


if __name__ == "__main__":
    main()
