"""Starts the worker processes, starts them again when they die, and ends them.

May import: the standard library and the rest of `jobs`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from screening.jobs.process import default_workers

_PAUSE_S: Final = 2.0
_GRACE_S: Final = 5.0
_LOG_BYTES: Final = 2_000_000


class Supervisor:
    """The worker processes of one data folder, as a context manager.

    Parameters
    ----------
    data : Path
        The data folder; what workers print goes to its `worker.log`.
    workers : int or None
        How many; by default what suits the machine.
    """

    def __init__(self, data: Path, workers: int | None = None) -> None:
        self._data = data
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * (workers or default_workers())
        self._not_before = 0.0

    def __enter__(self) -> Supervisor:
        """Start the workers."""
        self.check()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, where: TracebackType | None
    ) -> None:
        """Ask all workers to end, and end those that do not."""
        running = [process for process in self._processes if process is not None]
        for process in running:
            _close_stdin(process)
        for process in running:
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def pids(self) -> list[int]:
        """Process numbers of the workers that were alive at the last check."""
        return [process.pid for process in self._processes if process is not None]

    def check(self) -> None:
        """Start what is not running, but not again and again within one moment."""
        dead = [i for i, process in enumerate(self._processes) if process is None or process.poll() is not None]
        if not dead or time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + _PAUSE_S
        for i in dead:
            previous = self._processes[i]
            if previous is not None:
                _close_stdin(previous)
            self._processes[i] = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._open_log() as log:
            return subprocess.Popen(
                [sys.executable, "-m", "screening.jobs.worker", str(self._data)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": _python_path()},
            )

    def _open_log(self) -> IO[bytes]:
        path = self._data / "worker.log"
        too_long = path.exists() and path.stat().st_size > _LOG_BYTES
        return path.open("wb" if too_long else "ab")


def _close_stdin(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _python_path() -> str:
    """Let the worker find this very package, also when it runs from a folder that is not installed."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
