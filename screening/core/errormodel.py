"""What is known about the errors of angles and metrics, measured on people with exact truth.

May import: the standard library and `core`.

The figures lie in `data/errors.yaml` and are made by `tests/benchmarks/calibrate.py`. Two kinds: what all frames of a
take share of an angle's error, and what all repetitions of a set share of a metric's error. Both are widened for the
small number of people they come from, once, so that whoever uses them multiplies by 1.96 (or 2) and by nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from screening.core.vocabulary import View, Word


class Leg(Word):
    """Whose angle: of the leg in front, of the leg behind, or of the body as a whole."""

    FRONT = "front"
    REAR = "rear"
    BODY = "body"


class Source(Word):
    """Where an angle comes from: from landmarks, or from what was followed in the pictures."""

    LANDMARKS = "landmarks"
    PICTURES = "pictures"


#: However little error a take states for itself, this share of the measured one is left.
LEAST_SHARE: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Basis:
    """How much a figure stands on: takes, people, and the share of the left-out people's errors within two of it."""

    takes: int
    people: int
    within_pct: float


@dataclass(frozen=True, kw_only=True)
class FrameError:
    """Standard error that all frames of a take share, in the angle's unit; `angle` is the stem of its name."""

    angle: str
    view: str
    leg: Leg
    source: Source
    sd: float
    basis: Basis


@dataclass(frozen=True, kw_only=True)
class MetricError:
    """Standard error that all repetitions of a set share, in the metric's unit.

    `sem` is that of the value itself; `repeat` that of a difference's two ends: what two sets of one person, filmed in
    the same way, do not have in common. Both hold for a take whose frames state the error `stated`, and go in
    proportion to what a take states: one in which less could be seen errs more.
    """

    movement: str
    metric: str
    view: str
    sem: float
    repeat: float
    stated: float
    basis: Basis

    def of_take(self, own: float) -> float:
        """Shared error of the value in a take whose frames state an error of their own.

        Examples
        --------
        >>> seen = Basis(takes=4, people=3, within_pct=95.0)
        >>> known = MetricError(
        ...     movement="squat", metric="m", view="side", sem=3.0, repeat=2.0, stated=2.0, basis=seen
        ... )
        >>> known.of_take(2.0), known.of_take(4.0), known.of_take(0.1)
        (3.0, 6.0, 1.5)
        """
        return self.sem * self._share(own)

    def of_repeat(self, own: float) -> float:
        """Shared error of one end of a difference in a take whose frames state an error of their own."""
        return self.repeat * self._share(own)

    def _share(self, own: float) -> float:
        return max(own / self.stated, LEAST_SHARE)


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a table of errors was made."""

    date: str
    how: str
    takes: int
    people: int


def kind_of(view: View) -> str:
    """Kind of view in the tables: front, back, oblique, or side for either side."""
    return "side" if view.is_side else view.value


@dataclass(frozen=True, kw_only=True)
class ErrorModel:
    """All known errors; what is missing is not known, and then the stated error of the frames stands."""

    made: Made = field(default_factory=lambda: Made(date="", how="", takes=0, people=0))
    frames: Mapping[tuple[str, str, Leg, Source], FrameError] = field(default_factory=dict)
    metrics: Mapping[tuple[str, str, str], MetricError] = field(default_factory=dict)

    def shared_sd(self, angle: str, view: View, leg: Leg, source: Source) -> float | None:
        """Standard error that all frames share, None where it is not known."""
        found = self.frames.get((angle, kind_of(view), leg, source))
        return None if found is None else found.sd

    def of_movement(self, movement: str, view: View) -> dict[str, MetricError]:
        """Known errors of a movement's metrics in a view, by metric."""
        kind = kind_of(view)
        return {e.metric: e for e in self.metrics.values() if (e.movement, e.view) == (movement, kind)}

    def sha256(self) -> str:
        """Fingerprint of all figures, in whatever order they stand."""
        rows = sorted(repr(row) for row in (*self.frames.values(), *self.metrics.values()))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()


#: Nothing was measured: every error is the one that the frames state.
NO_ERRORS: Final = ErrorModel()
