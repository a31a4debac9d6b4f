"""Worker processes for `take.analyze_to_folder`, which is a plain function of picklable arguments.

May import: the standard library and `jobs.process`.

Any `concurrent.futures` executor serves as well, also one of a cluster.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from screening.jobs.process import default_workers


def process_pool(workers: int | None = None) -> ProcessPoolExecutor:
    """Open a pool of fresh processes; close it with `with`.

    Parameters
    ----------
    workers : int or None
        How many takes are measured at once; by default what suits the machine.
    """
    # "spawn": the network's library keeps threads, and a forked copy of a process with threads may hang.
    return ProcessPoolExecutor(max_workers=workers or default_workers(), mp_context=get_context("spawn"))
