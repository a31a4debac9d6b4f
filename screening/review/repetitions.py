"""Corrected repetitions: dropped ones, moved borders, another leg in front.

May import: `movements.cycles` and `core`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from screening.core.corrections import Border, Corrections, MovedBorder
from screening.core.datatypes import BodyMotion, Repetition, Timeline
from screening.core.errors import UsageError
from screening.core.settings import MovementSettings
from screening.core.vocabulary import Side
from screening.movements import cycles

#: Key of the sentence that says why a repetition does not count.
DROPPED: Final = "reason.dropped_in_review"


def corrected(motion: BodyMotion, found: Timeline, corrections: Corrections, settings: MovementSettings) -> Timeline:
    """Give the timeline with a clinician's corrections.

    Parameters
    ----------
    motion : BodyMotion
        The take's motion.
    found : Timeline
        As the movement found it.
    corrections : Corrections
        `lead`, `borders` and `dropped` are read; numbers of repetitions are those of `found`.
    settings : MovementSettings
        As the movement was found with.

    Raises
    ------
    UsageError
        If a repetition that is named does not exist, or a border would lie outside of its neighbours.
    """
    if not (corrections.lead or corrections.borders or corrections.dropped):
        return found
    _check_named(corrections, found)
    reps = [_dropped(_moved(rep, corrections.borders), corrections.dropped) for rep in found.repetitions]
    reps = _led(reps, corrections.lead)
    _check_apart(reps, len(found.phase))
    lead = corrections.lead or found.lead
    fresh = cycles.timeline(motion, reps, lead=lead, height_pct=found.signal_pct, settings=settings)
    first = next((rep.start for rep in fresh.repetitions), 0)
    if found.reference and max(found.reference) <= first:
        return replace(fresh, reference=found.reference)  # the same zero as long as it still lies before the movement
    return fresh


def _led(reps: list[Repetition], lead: Side | None) -> list[Repetition]:
    return reps if lead is None else [replace(rep, lead=lead) for rep in reps]


def _dropped(rep: Repetition, dropped: Iterable[int]) -> Repetition:
    return replace(rep, used=False, reason=DROPPED) if rep.index in dropped else rep


def _moved(rep: Repetition, borders: Iterable[MovedBorder]) -> Repetition:
    mine = {b.border: b.frame for b in borders if b.rep == rep.index}
    if not mine:
        return rep
    edges = [mine.get(border, int(getattr(rep, border.value))) for border in Border]
    if not edges[0] < edges[1] < edges[2] < edges[3]:
        raise UsageError(
            f"The borders of repetition {rep.index} would lie at frames {', '.join(map(str, edges))}: no order.",
            hint="Each phase needs a frame of its own: start, lowest part, way up, end.",
        )
    start, bottom_start, bottom_end, end = edges
    bottom = min(max(rep.bottom, bottom_start), bottom_end - 1)
    return replace(rep, start=start, bottom_start=bottom_start, bottom=bottom, bottom_end=bottom_end, end=end)


def _check_named(corrections: Corrections, found: Timeline) -> None:
    there = {rep.index for rep in found.repetitions}
    missing = sorted({*corrections.dropped, *(b.rep for b in corrections.borders)} - there)
    if missing:
        raise UsageError(
            f"The corrections name repetition {missing[0]}, but {len(there)} were found.",
            hint="Take back the corrections of repetitions and make them anew.",
        )


def _check_apart(reps: list[Repetition], n_frames: int) -> None:
    edges = [edge for rep in reps for edge in (rep.start, rep.end)]
    if edges and (edges != sorted(edges) or edges[0] < 0 or edges[-1] > n_frames):
        raise UsageError(
            "A moved border lies in the neighbouring repetition or outside of the video.",
            hint="Move it to a frame between the neighbouring repetitions.",
        )
