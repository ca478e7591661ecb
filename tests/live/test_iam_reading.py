"""Proves that the guard evaluates IAM policies as the emulator does, except for known and documented
differences.

Compares both on thousands of random cases. `ROLEWATCH_IAM_SEED` and `ROLEWATCH_IAM_CASES` choose other cases
and more of them. docs/iam-differences.md describes the known differences.
"""

import os
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from typing import ClassVar

from rolewatch_live.accounts import HUB, Accounts
from rolewatch_live.binaries import ROOT
from rolewatch_live.emulator import Emulator
from rolewatch_live.reading import cases, compared, conditions, differences, rewriting, tried
from rolewatch_live.reading.compared import Comparison
from rolewatch_live.reading.evaluator import Case, by_emulator

SEED = int(os.environ.get("ROLEWATCH_IAM_SEED", "20261101"))
ENOUGH = 9000
COUNT = int(os.environ.get("ROLEWATCH_IAM_CASES", ENOUGH))
SWITCHES = 250
SIMULATED = 350
# The largest share of all cases that one known difference, all of them, or an open question may excuse.
BY_ONE, BY_ALL, LEFT_OPEN = 0.05, 0.12, 0.02
# The smallest share of each answer.
ALLOWED, EXPLICIT, IMPLICIT = 0.15, 0.12, 0.2


class TheGuard(unittest.TestCase):
    """Asks once. Each test checks a part of the answers."""

    found: ClassVar[Comparison]

    @classmethod
    def setUpClass(cls) -> None:
        print(f"IAM cases: ROLEWATCH_IAM_SEED={SEED} ROLEWATCH_IAM_CASES={COUNT}", file=sys.stderr)
        cls.found = compared.compare([*cases.made(SEED, COUNT), *cases.switches(SEED, SWITCHES)])

    def test_says_what_the_emulator_says_but_for_the_known_differences(self) -> None:
        some = "\n\n".join(self.found.unexplained[:3])
        self.assertEqual(len(self.found.unexplained), 0, f"of {len(self.found.cases)}, with seed {SEED}:\n{some}")

    @unittest.skipIf(COUNT < ENOUGH, "with fewer cases some differences may not occur")
    def test_every_known_difference_still_occurs(self) -> None:
        known = [entry.name for entry in (*differences.DIFFERENCES, *differences.UNSAID)]
        self.assertEqual([name for name in known if not self.found.excused[name]], [])

    def test_few_cases_are_excused(self) -> None:
        share = {name: count / len(self.found.cases) for name, count in self.found.excused.items()}
        self.assertLess(max(share.values()), BY_ONE, share)
        self.assertLess(sum(share.values()), BY_ALL, share)
        self.assertLess(self.found.undecided / len(self.found.cases), LEFT_OPEN)

    def test_every_answer_is_given_often_of_every_kind_of_policy(self) -> None:
        for kind in ("identity", "policy", "trust"):
            for conditional in (False, True):
                answers = [
                    (answer["verdict"], answer["explicit"])
                    for case, answer in zip(self.found.cases, self.found.guard, strict=True)
                    if kind_of(case) == kind and bool(case["context"]) == conditional
                ]
                count = Counter(answers)
                with self.subTest(kind=kind, conditional=conditional, count=count):
                    for answer, least in ((("allowed", False), ALLOWED), (("denied", True), EXPLICIT), (("denied", False), IMPLICIT)):
                        self.assertGreater(count[answer] / len(answers), least)

    def test_every_element_and_operator_occurs(self) -> None:
        statements = [
            (statement, kind_of(case))
            for case in self.found.cases
            for policy in rewriting.policies(case)
            for statement in rewriting.statements(policy)
        ]
        elements = Counter(element for statement, _ in statements for element in statement)
        for element in ("NotAction", "NotResource", "NotPrincipal", "Principal", "Condition"):
            self.assertGreater(elements[element], COUNT // 50, element)
        used = Counter(operator for statement, _ in statements for operator in statement.get("Condition", {}))
        plain = {operator for operators in conditions.OPERATORS.values() for operator in operators}
        for operator in sorted(plain | {"Null"}):
            self.assertGreater(used[operator], COUNT // 500, operator)
        for operator in ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"):
            for form in (f"ForAllValues:{operator}", f"ForAnyValue:{operator}", f"{operator}IfExists"):
                self.assertGreater(used[form], 0, form)

    def test_the_page_of_known_differences_has_them_all(self) -> None:
        page = (ROOT / "docs" / "iam-differences.md").read_text()
        for difference in differences.DIFFERENCES:
            self.assertIn(f"| {difference.name} | {difference.emulator} | `{difference.page}` |", page)
        for entry in differences.UNSAID:
            self.assertIn(f"| {entry.name} | `{entry.page}` |", page)


class TheEmulator(unittest.TestCase):
    """The emulator's evaluator answers the same with and without HTTP, in its simulator and in what it
    enforces.
    """

    accounts: ClassVar[Accounts]

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="rolewatch-live-"))
        cls.accounts = Accounts(cls.enterClassContext(Emulator(Path(folder), HUB)).endpoint)

    def test_simulates_what_its_evaluator_says(self) -> None:
        plain = [case for case in cases.made(SEED + 1, SIMULATED * 12) if kind_of(case) == "identity" and not case["context"]]
        asked = [case for case in plain if case["identity"] and "boundary" not in case][:SIMULATED]
        simulated = [tried.simulated(self.accounts, case)[action] for case in asked for action in cases.ACTIONS]
        answers = by_emulator([{**case, "action": action} for case in asked for action in cases.ACTIONS])
        words = {("allowed", False): "allowed", ("denied", True): "explicitDeny", ("denied", False): "implicitDeny"}
        self.assertEqual(simulated, [words[answer["verdict"], answer["explicit"]] for answer in answers])
        self.assertEqual(set(simulated), set(words.values()))

    def test_enforces_what_its_evaluator_says(self) -> None:
        switcher = tried.Switcher(self.accounts)
        # Includes the cases that the guard was asked.
        asked = list(cases.switches(SEED, SWITCHES))
        wanted = [answer["verdict"] == "allowed" for answer in by_emulator(asked)]
        differing = [case for case, allowed in zip(asked, wanted, strict=True) if switcher.enters(case) != allowed]
        self.assertEqual(differing, [])
        self.assertGreater(sum(wanted), SWITCHES // 10)
        self.assertGreater(SWITCHES - sum(wanted), SWITCHES // 10)


def kind_of(case: Case) -> str:
    """The kind of policy that the case has besides the caller's own policies."""
    return next((kind for kind in ("trust", "policy") if kind in case), "identity")


if __name__ == "__main__":
    unittest.main()
