"""Proves that each of sam's questions is answered once, and that an expected question that never came is
noticed.
"""

import os
import unittest
from pathlib import Path

from rolewatch_sam.terminal import Dialogue, Stuck, converse

ASKS = 'printf "\\tName [me]: "; read a; printf "\\033[1mSure\\033[0m? [y/N]: "; read b; echo "$a,$b."'


class ATerminal(unittest.TestCase):
    def ask(self, script: str, answers: dict[str, str], patience: float = 20) -> Dialogue:
        return converse(["sh", "-c", script], answers, Path("/"), dict(os.environ), patience)

    def test_answers_by_name_and_presses_enter_otherwise(self) -> None:
        said = self.ask(ASKS, {"Sure?": "y"})
        self.assertEqual(said.questions, {"Name [me]": "", "Sure? [y/N]": "y"})
        self.assertTrue(said.text.endswith(",y.\n"), said.text)

    def test_a_program_that_fails_says_so(self) -> None:
        self.assertEqual(self.ask("echo no; exit 3", {"Sure?": "y"}).code, 3)

    def test_an_answer_that_nobody_asked_for_is_an_error(self) -> None:
        with self.assertRaisesRegex(AssertionError, "Region"):
            self.ask(ASKS, {"Region": "us-east-1"})

    def test_a_program_that_never_ends_is_ended(self) -> None:
        with self.assertRaisesRegex(Stuck, "thinking"):
            self.ask("echo thinking; sleep 60", {}, patience=1)


if __name__ == "__main__":
    unittest.main()
