"""Gives cases to both evaluators, and sorts their differences into known and unknown ones."""

import json
from collections import Counter
from dataclasses import dataclass, field

from . import differences
from .evaluator import Answer, Case, by_emulator, by_guard

SEVERAL = "several at once"


@dataclass
class Comparison:
    """The result of a comparison."""

    cases: list[Case]
    guard: list[Answer]
    emulator: list[Answer]
    # How many cases each known difference, or each gap in AWS's documentation, excuses.
    excused: Counter[str] = field(default_factory=Counter)
    # Cases that nothing excuses, each with both answers.
    unexplained: list[str] = field(default_factory=list)

    @property
    def undecided(self) -> int:
        return sum(answer["verdict"] == "undecided" for answer in self.guard)


def agree(guard: Answer, emulator: Answer) -> bool:
    """Whether two answers agree.

    The emulator doesn't say whether a denial by a trust policy is explicit, and the guard may leave it open.
    """
    explicit = {guard["explicit"], emulator["explicit"]}
    return guard["verdict"] == emulator["verdict"] and (None in explicit or len(explicit) == 1)


def compare(cases: list[Case]) -> Comparison:
    """Asks both evaluators.

    Where they differ, asks the emulator again with each rewriting of the case. Where they agree, asks it
    again with all rewritings together, because both could be wrong in the same way.
    """
    found = Comparison(cases, by_guard(cases), by_emulator(cases))
    rewritten: list[tuple[int, str, Case]] = []
    doubted: set[int] = set()
    for at, (case, guard, emulator) in enumerate(zip(cases, found.guard, found.emulator, strict=True)):
        if guard["verdict"] == "undecided":
            names = differences.unsaid(guard["open"])
            found.excused.update(names)
            if not names:
                found.unexplained.append(_shown(found, at))
            continue
        together = [(at, SEVERAL, new) for new in differences.together(case)]
        if not agree(guard, emulator):
            singly = ((difference.name, difference.rewritten(case)) for difference in differences.DIFFERENCES)
            rewritten.extend((at, name, new) for name, new in singly if new)
        elif together[0][2] == case:
            continue
        rewritten.extend(together)
        doubted.add(at)
    reasons: dict[int, str] = {}
    answers = by_emulator([case for _, _, case in rewritten])
    for (at, name, _), answer in zip(rewritten, answers, strict=True):
        if agree(found.guard[at], answer):
            reasons.setdefault(at, name)
    found.excused.update(name for at, name in reasons.items() if not agree(found.guard[at], found.emulator[at]))
    found.unexplained.extend(_shown(found, at) for at in sorted(doubted - set(reasons)))
    return found


def _shown(found: Comparison, at: int) -> str:
    return f"guard {json.dumps(found.guard[at])}, emulator {json.dumps(found.emulator[at])}, case {json.dumps(found.cases[at])}"
