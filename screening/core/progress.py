"""How a long piece of work says how far it is.

May import: the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

#: Called with the stage's name and how much of how much is done. Raising `CancelledError` in it stops the work.
Progress = Callable[[str, float, float], None]

#: The stages of one take in order, with the share of the whole time that each of them usually needs.
STAGES: Final[dict[str, float]] = {"pose": 0.72, "overlay": 0.22, "report": 0.06}

#: Name of the stage under which work of several takes tells how much of all of it is done.
WHOLE: Final = "whole"


def overall(stage: str, done: float, total: float) -> float:
    """Share of the whole work that is done, 0 to 1.

    Examples
    --------
    >>> overall("pose", 50, 100)
    0.36
    >>> overall("report", 1, 1)
    1.0
    >>> overall("whole", 1, 4)
    0.25
    """
    if stage == WHOLE:
        return round(min(done / total, 1.0), 4)
    names = list(STAGES)
    before = sum(STAGES[name] for name in names[: names.index(stage)])
    inside = min(done / total, 1.0) if total > 0 else 0.0
    return round(min(before + STAGES[stage] * inside, 1.0), 4)
