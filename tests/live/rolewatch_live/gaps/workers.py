"""A function that is updated or deleted finishes its current work.

ministack ends the processes of the old code immediately, even busy ones. Messages that they had received from
a queue would return only after its visibility timeout, minutes later.
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
        """No new work can start here, and a function has a timeout, so this loop ends."""
        while worker.in_use:
            time.sleep(PAUSE)
        kill([worker])

    lambda_runtime.kill_workers = kill_idle
    lambda_runtime.invalidate_worker = lambda_svc.invalidate_worker = invalidate_gently
