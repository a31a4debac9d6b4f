"""Movements: how repetitions and phases are found, which metrics each has and which views show them.

May import: numpy and `core`. A new movement is one new file in this folder with a `MOVEMENT` in it.
"""

from __future__ import annotations

import importlib
import pkgutil

from screening.core.errors import UsageError
from screening.movements.base import Movement

#: Files of this folder that are no movements.
HELPERS = ("base", "cycles", "limbs", "peaks")


def names() -> tuple[str, ...]:
    """Names of all movements, as `--movement` takes them."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in HELPERS))


def load(name: str) -> Movement:
    """Movement of a name.

    Raises
    ------
    UsageError
        There is none of this name.
    """
    if name not in names():
        raise UsageError(f"There is no movement called {name!r}.", hint=f"Choose one of: {', '.join(names())}.")
    movement: Movement = importlib.import_module(f"screening.movements.{name}").MOVEMENT
    return movement
