"""How long something may take: what is promised where the processor is free, a looser limit where others use it too."""

import os
import statistics
import time


def is_quiet():
    """Whether nobody else wants the processor: few things run, and a loop gets nearly all the time it asks for."""
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        return False
    wall, own = time.perf_counter(), time.thread_time()
    while time.perf_counter() - wall < 0.2:
        pass
    return time.thread_time() - own > 0.9 * (time.perf_counter() - wall)


def check(what, tries, promised, busy):
    """Hold the median of some tries (s) against what is promised, or on a busy machine against `busy`; prints it.

    Parameters
    ----------
    what : str
        What was measured, for the line that is printed.
    tries : callable
        Gives the seconds of all tries; called once.
    promised, busy : float
        Limits, s.
    """
    free = is_quiet()
    seconds = tries()
    free = free and is_quiet()
    median, limit = statistics.median(seconds), promised if free else busy
    state = "quiet" if free else f"busy, load {os.getloadavg()[0]:.1f}"
    told = ", ".join(f"{second:.3f}" for second in sorted(seconds))
    line = f"{what}: median {median:.3f} s of {told} (promised {promised:g} s; {state})"
    print(f"\n{line}")
    assert median < limit, line
