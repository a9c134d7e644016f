"""Several processes that serve one listening socket: who replaces one that ends, and what ends with whom."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait
from time import monotonic

import structlog
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

WORKER_SECONDS = 60
"""A worker that is silent for so long is replaced; one that is still starting on a busy machine must not be."""

ANSWER_SECONDS = 0.2
"""How long a worker is listened to at a time: whoever waits longer for one sees neither others end nor a signal."""


class Supervisor(Multiprocess):
    """uvicorn's supervisor of several workers, which sees at once that one ended, and says so in the log."""

    _heard: dict[Process, float]
    """When each worker last answered, or was first asked."""

    @property
    def failed(self) -> bool:
        """Whether it ended as a worker could not start."""
        return any(worker.exitcode == STARTUP_FAILURE for worker in self.processes)

    def init_processes(self) -> None:
        """Start the workers."""
        self._heard = {}
        super().init_processes()

    def keep_subprocess_alive(self) -> None:
        """Start another worker for each that ended, or has been silent for long."""
        for at, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if worker.process.is_alive() and not self._is_stuck(worker):
                continue
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:  # as would every other
                self.should_exit.set()
                return
            self._heard.pop(worker, None)
            started = self.processes[at] = Process(self.config, self.sockets)
            started.start()
            structlog.get_logger("sightline.workers").warning(
                f"worker {worker.pid} ended, another was started", exit_code=worker.exitcode, started=started.pid
            )

    def terminate_all(self) -> None:
        """Have the workers finish what they have begun. Nobody new is let in meanwhile, not even to wait."""
        for listening in self.sockets:
            listening.close()
        super().terminate_all()

    def _is_stuck(self, worker: Process) -> bool:
        now = monotonic()
        if worker.ping(timeout=ANSWER_SECONDS):
            self._heard[worker] = now
        return now - self._heard.setdefault(worker, now) > WORKER_SECONDS


def end_with_supervisor() -> None:
    """Have this worker end like on SIGTERM when its supervisor has ended, however that was: nobody replaces it, and it
    would keep the port from a server that is started anew. Does nothing in a process of its own."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        threading.Thread(target=_end_after, args=(supervisor.sentinel,), name="supervisor", daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    structlog.get_logger("sightline.workers").warning("the supervisor has ended, and so does this worker")
    os.kill(os.getpid(), signal.SIGTERM)
