"""Serves ministack with its gaps filled; settings come from the environment, as ministack's own do.

It lives no longer than whoever holds the other end of its standard input, and takes the functions that it started along.
"""

import os
import signal
import sys
import threading

from ministack import app

from . import fill


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
fill()
app.main()
