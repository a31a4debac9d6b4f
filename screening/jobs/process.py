"""What this machine can run, and who is still alive on it.

May import: the standard library and `core`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from screening.core.settings import DEFAULTS, WebSettings


def usable_cores() -> list[int]:
    """Numbers of the processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def default_workers(cores: int | None = None, settings: WebSettings = DEFAULTS.web) -> int:
    """Tell how many takes are worth measuring at once.

    Examples
    --------
    >>> [default_workers(cores) for cores in (1, 2, 3, 8)]
    [1, 1, 1, 4]
    """
    return max(1, (len(usable_cores()) if cores is None else cores) // settings.cores_per_worker)


def process_alive(pid: int) -> bool:
    """Whether a process with this number exists; where nobody can ask without harm, True."""
    if sys.platform == "win32":  # there os.kill(pid, 0) would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """A killed child that nobody has waited for yet still has a number, but does no work."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["Z"]
