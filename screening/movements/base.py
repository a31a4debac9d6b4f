"""What every movement offers.

May import: numpy and `core`.
"""

from __future__ import annotations

from typing import Protocol

from screening.core.datatypes import BodyMotion, MetricSpec, Timeline
from screening.core.settings import MovementSettings, TakeOptions


class Movement(Protocol):
    """A movement: a name, its metrics and the way its repetitions are found."""

    @property
    def name(self) -> str:
        """Word used for `--movement`."""
        ...

    @property
    def metrics(self) -> tuple[MetricSpec, ...]:
        """Metrics in the order in which they are shown."""
        ...

    def find(self, motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
        """Repetitions, phases, lead and reference frames of a take."""
        ...
