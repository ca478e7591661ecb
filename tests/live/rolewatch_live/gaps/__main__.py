"""Serves ministack with its gaps filled. Settings come from the environment, as for ministack itself.

Ends when the other end of its standard input closes, together with the functions that it started.
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
