"""Runs a program at a terminal, and answers its questions."""

import codecs
import os
import pty
import re
import select
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

# How a question ends: `[y/N]: ` or `: `.
QUESTION = re.compile(r"([^\n]*\S): \Z")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# After this many seconds without output, a program is waiting for an answer.
QUIET = 0.3


class Stuck(AssertionError):
    """The program neither ended in time nor asked anything."""


@dataclass
class Dialogue:
    """The whole conversation, and each question with its answer."""

    code: int = 0
    text: str = ""
    seconds: float = 0.0
    questions: dict[str, str] = field(default_factory=dict)


def converse(
    command: list[str],
    answers: dict[str, str],
    cwd: Path,
    environment: dict[str, str],
    patience: float,
) -> Dialogue:
    """Runs the program until it ends.

    If a question contains a key of `answers`, it gets that value, any other question gets Enter. A key that
    no question contains is an error.
    """
    said, began = Dialogue(), time.monotonic()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        _listen(ours, said, answers, began + patience)
        said.code = process.wait(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
    said.seconds = time.monotonic() - began
    unasked = [key for key in answers if not any(key in asked for asked in said.questions)]
    if unasked and said.code == 0:
        raise AssertionError(f"nobody asked for {unasked}; questions: {list(said.questions)}")
    return said


def _listen(ours: int, said: Dialogue, answers: dict[str, str], deadline: float) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    # Each question is answered once, so the text before the answer isn't searched again.
    seen = 0
    while True:
        if time.monotonic() > deadline:
            raise Stuck(f"it did not end; it last said:\n{said.text[-3000:]}")
        if select.select([ours], [], [], QUIET)[0]:
            if not (read := _read(ours)):
                return
            said.text += ESCAPES.sub("", decoder.decode(read)).replace("\r\n", "\n")
        elif asked := QUESTION.search(said.text, seen):
            answer = next((text for key, text in answers.items() if key in asked[1]), "")
            said.questions[asked[1].strip()] = answer
            seen = len(said.text)
            os.write(ours, f"{answer}\n".encode())


def _read(ours: int) -> bytes:
    try:
        return os.read(ours, 65536)
    except OSError:
        # Linux reports this error when the last process has closed its end.
        return b""
