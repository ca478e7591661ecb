"""A function that is updated or deleted finishes what it is doing.

ministack ends the processes of the old code at once, the busy ones too. What they had taken from a
queue then comes again only after its visibility timeout, minutes later.
"""

import contextvars
import threading
import time
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

PAUSE = 0.05
gently: contextvars.ContextVar[bool] = contextvars.ContextVar("gently", default=False)


def fill() -> None:
    invalidate, kill = lambda_runtime.invalidate_worker, lambda_runtime.kill_workers

    def invalidate_gently(*given: Any, **named: Any) -> None:
        token = gently.set(True)
        try:
            invalidate(*given, **named)
        finally:
            gently.reset(token)

    def kill_idle(workers: Any) -> None:
        every = [worker for worker in workers if worker is not None]
        busy = [worker for worker in every if gently.get() and worker.in_use]
        kill([worker for worker in every if worker not in busy])
        for worker in busy:
            threading.Thread(target=end, args=(worker,), daemon=True).start()

    def end(worker: Any) -> None:
        """Nobody can lease it any more; a function has a time limit, so this ends."""
        while worker.in_use:
            time.sleep(PAUSE)
        kill([worker])

    lambda_runtime.kill_workers = kill_idle
    lambda_runtime.invalidate_worker = lambda_svc.invalidate_worker = invalidate_gently
