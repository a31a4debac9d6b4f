"""Worker processes for plain functions of picklable arguments: of this machine, or of a Dask cluster.

May import: `report`, `core`, the standard library and `jobs.process`; distributed on demand.

What is submitted runs unchanged on any of them. It asks `interrupted()` from time to time and stops if so.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.queues import SimpleQueue
from types import FrameType
from typing import Final

from screening.core.errors import ConfigError
from screening.jobs.process import default_workers, usable_cores

#: How long a scheduler may take to answer.
_CONNECT_S: Final = 10
_ADDRESS: Final = re.compile(r"(\w+://)?(\[[^\]\s]+\]|[^\s:/]+):\d{1,5}/?")
#: Read by the numerical libraries when they are loaded.
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
#: Set when Ctrl-C reached this worker process.
_interrupted = threading.Event()


def process_pool(workers: int | None = None) -> ProcessPoolExecutor:
    """Open a pool of fresh processes with a core each; close it with `with`.

    Parameters
    ----------
    workers : int or None
        How many takes are measured at once; by default what suits the machine.

    Notes
    -----
    Alone a take uses two cores for a part of its work. Processes that each keep to one core do not hinder each other
    (two together need 3 % more processor time than one, 9 % where both may use both cores), and leave the others to the
    rest of the machine. Only where the system can hold a process to a core (Linux).
    """
    count = workers or default_workers()
    # "spawn": the network's library keeps threads, and a forked copy of a process with threads may hang.
    context = get_context("spawn")
    free = usable_cores()
    random.shuffle(free)
    cores = context.SimpleQueue()
    for k in range(count):
        cores.put(free[k % len(free)])
    return ProcessPoolExecutor(max_workers=count, mp_context=context, initializer=_begin, initargs=(cores,))


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Use the workers of an existing Dask cluster.

    Parameters
    ----------
    address : str
        Of its scheduler, such as "tcp://10.0.0.5:8786".

    Raises
    ------
    ConfigError
        The library is not installed, or nobody answers there.
    """
    from screening.report.exchange.optional import need  # noqa: PLC0415

    distributed = need("distributed", what="Batches on a cluster", extra="dask")
    if not _ADDRESS.fullmatch(address):
        raise ConfigError(
            f"{address!r} is no address of a Dask scheduler; one with a port is needed.",
            hint="Give what dask scheduler prints when it starts, such as tcp://10.0.0.5:8786.",
        )
    try:
        client = distributed.Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError, asyncio.TimeoutError) as err:
        raise ConfigError(
            f"No Dask scheduler answers at {address!r}.",
            hint="Start one with dask scheduler and give the address that it prints, or leave --scheduler out.",
        ) from err
    with client, client.get_executor(pure=False) as executor:
        yield executor


def interrupted() -> bool:
    """Whether Ctrl-C asked this worker process to stop.

    A flag and not an exception: one that is raised in the middle of a library's own code may be printed and lost there.
    """
    return _interrupted.is_set()


def _begin(cores: SimpleQueue[int]) -> None:
    """Prepare a worker process before it loads anything large; it keeps to the next of these cores."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    if hasattr(os, "sched_setaffinity"):
        with suppress(OSError):  # the core was taken away meanwhile; the work goes on, on any
            os.sched_setaffinity(0, [cores.get()])
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    _interrupted.set()


def _end_with_parent() -> None:
    """Leave no worker behind when the main process was killed; the next run removes what lies half-written."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
