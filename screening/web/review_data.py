"""What the review pages show and change: the screen under review, its takes as the component wants them.

May import: `jobs`, `review`, `report`, `catalog`, `store`, `core` and `web.clinic`.

Takes are computed from their evidence and kept for a while, so that a page shows them again at once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from screening.catalog.wordings import Wordings, load_wordings, split_side
from screening.core.corrections import NO_CORRECTIONS, Border, Corrections, DrawnAngle, Mark, MovedBorder
from screening.core.datatypes import AngleTable, FloatArray, TakeResult
from screening.core.screen import ScreenResult
from screening.core.serial import from_plain, to_plain
from screening.core.vocabulary import Observability, Side, View
from screening.jobs.reviewing import read_corrections, reassess, retake
from screening.jobs.screen_folder import TAKES, read_screen
from screening.jobs.signature import REVIEW_FILE
from screening.jobs.take import EVIDENCE
from screening.report.numbers import value_and_error
from screening.report.palette import line_colour
from screening.review.decisions import Decision, read_decisions
from screening.review.drawn import COMPARABLE, compare
from screening.review.repetitions import DROPPED
from screening.store import ResultRecord, ReviewRecord, ScreenRecord, Store, TakeRecord

#: A curve has at most about so many points on the page.
_MAX_POINTS: Final = 1500
_OVERLAY: Final = "overlay.mp4"
#: What the curves open on, by the kind of view: the first that the take shows.
_OPENS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "front": ("pelvic_obliquity_deg", "pelvic_rotation_deg", "trunk_lateral_lean_deg"),
    "side": ("lumbar_extension_deg", "hip_flexion_{rear}_deg", "knee_flexion_{lead}_deg"),
}
#: The movement whose two legs a first look compares.
_COMPARED: Final = "split_squat"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A measured screen: its record, the results as they were measured, and its films by name of the take."""

    screen: ScreenRecord
    result: ResultRecord
    folder: Path
    measured: ScreenResult
    films: Mapping[str, TakeRecord]

    @property
    def takes(self) -> tuple[str, ...]:
        """Names of the takes that can be computed anew."""
        names = (take.name for take in self.measured.takes)
        return tuple(name for name in names if f"{TAKES}/{name}/{EVIDENCE}" in self.result.files)


def measured_result(store: Store, screen: str) -> ResultRecord | None:
    """Give the newest results that were measured, not signed."""
    found = [result for result in store.results.of_screen(screen) if REVIEW_FILE not in result.files]
    return found[-1] if found else None


def load_case(store: Store, screen: ScreenRecord) -> Case | None:
    """Load a screen for its review; None if it was not measured yet."""
    result = measured_result(store, screen.id)
    if result is None or "screen.json" not in result.files:
        return None
    folder = store.results.folder(result)
    films = {take.name: take for take in store.takes.of_screen(screen.id)}
    measured = _read_screen(folder)
    return Case(screen=screen, result=result, folder=folder, measured=measured, films=films)


@lru_cache(maxsize=32)
def _read_screen(folder: Path) -> ScreenResult:
    return read_screen(folder / "screen.json")


def corrections_of(review: ReviewRecord) -> dict[str, Corrections]:
    """Give the corrections of a review by take."""
    return read_corrections(review.content.corrections)


def decisions_of(review: ReviewRecord) -> dict[str, Decision]:
    """Give the decisions of a review by what they are about."""
    return read_decisions(review.content.decisions)


def take_of(case: Case, name: str, corrections: Corrections) -> TakeResult:
    """Give a take with its corrections."""
    used = replace(corrections, marks=(), drawn=())  # these change no number
    return _retake(case.folder, name, json.dumps(to_plain(used), sort_keys=True))


@lru_cache(maxsize=24)
def _retake(folder: Path, name: str, corrections: str) -> TakeResult:
    return retake(folder, name, from_plain(Corrections, json.loads(corrections)))


def screen_of(case: Case, corrections: Mapping[str, Corrections]) -> ScreenResult:
    """Give the whole screen with all corrections; without any, as it was measured."""
    changed = {name: held for name, held in corrections.items() if held.changes_results and name in case.takes}
    if not changed or len(case.takes) < len(case.measured.takes):
        return case.measured
    return _reassess(case.folder, json.dumps({name: to_plain(held) for name, held in changed.items()}, sort_keys=True))


@lru_cache(maxsize=8)
def _reassess(folder: Path, corrections: str) -> ScreenResult:
    held = read_corrections(json.loads(corrections))
    measured = _read_screen(folder)
    takes = {}
    for take in measured.takes:
        mine = replace(held.get(take.name, NO_CORRECTIONS), marks=(), drawn=())
        takes[take.name] = _retake(folder, take.name, json.dumps(to_plain(mine), sort_keys=True))
    return reassess(measured, takes)


def corrected(old: Corrections, event: Mapping[str, Any]) -> Corrections:
    """Put what somebody did in the workspace into the corrections of its take.

    Parameters
    ----------
    old : Corrections
        As they were.
    event : mapping
        `kind` is drop, border, mark, draw, unmark or undraw; the rest as the component sends it.
    """
    kind = event.get("kind")
    if kind == "drop":
        rep = int(event["rep"])
        held = set(old.dropped)
        return replace(old, dropped=tuple(sorted(held - {rep} if rep in held else held | {rep})))
    if kind == "border":
        moved = MovedBorder(rep=int(event["rep"]), border=Border(event["border"]), frame=int(event["frame"]))
        others = tuple(b for b in old.borders if (b.rep, b.border) != (moved.rep, moved.border))
        return replace(old, borders=(*others, moved))
    if kind == "mark":
        mark = Mark(frame=int(event["frame"]), note=str(event.get("note", ""))[:200])
        return replace(old, marks=(*old.marks, mark))
    if kind == "draw":
        points = tuple((float(x), float(y)) for x, y in event["points"])
        drawn = DrawnAngle(frame=int(event["frame"]), points=points, angle=str(event["angle"]))  # type: ignore[arg-type]
        return replace(old, drawn=(*old.drawn, drawn))
    if kind in ("unmark", "undraw"):
        name, k = ("marks" if kind == "unmark" else "drawn"), int(event["k"])
        kept = getattr(old, name)
        return replace(old, **{name: kept[:k] + kept[k + 1 :]})
    return old


def take_data(result: TakeResult, corrections: Corrections, language: str) -> dict[str, Any]:
    """Everything of a take that the workspace draws; times are those of the film's own clock."""
    words = load_wordings(language)
    times = result.recording.time_s / result.recording.time_scale
    return {
        "times": np.round(times, 4).tolist(),
        "shown": np.round(result.recording.time_s, 3).tolist(),
        "width": result.recording.width,
        "height": result.recording.height,
        "curves": _curves(result, words),
        "start": opens_on(result),
        "reps": [_rep(rep, result) for rep in result.timeline.repetitions],
        "marks": [{"frame": _inside(m.frame, result), "text": m.note} for m in corrections.marks],
        "drawn": [_drawn(d, result, words) for d in corrections.drawn],
    }


def opens_on(result: TakeResult) -> str:
    """Name the angle that matters most in a take among those it shows; empty if none of these does."""
    table, view, lead = result.angle_table, result.scene.view, result.timeline.lead
    kinds = ("front", "side") if view is View.OBLIQUE else (_plane(view),)
    sides = {"lead": lead, "rear": lead.other} if lead else {}
    names = [name for kind in kinds for name in _OPENS_ON[kind] if lead or "{" not in name]
    return next((name for name in (name.format(**sides) for name in names) if _is_shown(table, name)), "")


def _is_shown(table: AngleTable, name: str) -> bool:
    read = name in table.names and table.observability.get(name) is not Observability.NONE
    return read and bool(np.isfinite(table.column(name)).any())


def _plane(view: View) -> str:
    return "side" if view.is_side else "front"


def _curves(result: TakeResult, words: Wordings) -> list[dict[str, Any]]:
    table, out = result.angle_table, []
    every = max(1, math.ceil(len(table.time_s) / _MAX_POINTS))
    for name in table.names:
        if not _is_shown(table, name):
            continue
        text, (_, side) = words.angle(name), split_side(name)
        out.append(
            {
                "key": name,
                "label": text.label,
                "unit": {"deg": "°", "pct": " %"}.get(name.rpartition("_")[2], ""),
                "colour": line_colour(side),
                "dashed": side is not None and side.value == "right",
                "every": every,
                "values": _numbers(table.column(name)[::every]),
                "sd": _numbers(table.column_sd(name)[::every]),
            }
        )
    return out


def _numbers(values: FloatArray) -> list[float | None]:
    return [round(float(v), 1) if np.isfinite(v) else None for v in values]


def _rep(rep: Any, result: TakeResult) -> dict[str, Any]:
    names = ("index", "start", "bottom_start", "bottom", "bottom_end", "end", "used")
    why = result.sentences.get(rep.reason, "") if rep.reason else ""
    return {**{name: getattr(rep, name) for name in names}, "why": why, "mine": rep.reason == DROPPED}


def _inside(frame: int, result: TakeResult) -> int:
    return min(max(frame, 0), result.recording.n_frames - 1)


def _drawn(drawn: DrawnAngle, result: TakeResult, words: Wordings) -> dict[str, Any]:
    found = compare(drawn, result)
    text = f"{found.drawn_deg:.0f}°"
    if math.isfinite(found.computed_deg):
        value, error = value_and_error(found.computed_deg, found.sd_deg, "deg")
        text = f"{words.angle(drawn.angle).label} {text} / {value} {error}"
    return {"frame": _inside(drawn.frame, result), "points": [list(p) for p in drawn.points], "text": text}


def comparable(result: TakeResult, language: str) -> list[dict[str, str]]:
    """Angles of a take that a drawn one can be compared with."""
    words, table = load_wordings(language), result.angle_table
    names = [n for n in table.names if n.startswith(COMPARABLE) and np.isfinite(table.column(n)).any()]
    return [{"key": name, "label": words.angle(name).label} for name in names]


def has_overlay(case: Case, name: str) -> bool:
    """Whether a take has a video with what was measured drawn in."""
    return f"{TAKES}/{name}/{_OVERLAY}" in case.result.files


def overlay_name(name: str) -> str:
    """Path of a take's overlay within the results."""
    return f"{TAKES}/{name}/{_OVERLAY}"


def partners(case: Case, name: str, screens: Sequence[Case]) -> list[tuple[Case, str]]:
    """Takes worth seeing beside one: the same movement and kind of view, of this screen and of others."""
    mine = next(take for take in case.measured.takes if take.name == name)
    out = []
    for other in (case, *screens):
        for take in other.measured.takes:
            same = take.entry.movement == mine.entry.movement and _kind(take.view) == _kind(mine.view)
            if same and take.name in other.takes and (other.screen.id, take.name) != (case.screen.id, name):
                out.append((other, take.name))
    return out


def pairs_of(case: Case) -> dict[tuple[str, str], str]:
    """Films of the left and of the right leg in front, filmed the same way and both still there.

    Returns
    -------
    dict
        By the names of the two takes what their view shows: `front` (also from behind) or `side`.
    """
    films = [
        take
        for take in case.measured.takes
        if take.name in case.takes and take.entry.movement == _COMPARED and take.name in case.films
    ]
    found: dict[tuple[str, str], str] = {}
    films = [take for take in films if case.films[take.name].video and take.view is not View.OBLIQUE]
    for view in dict.fromkeys(_kind(take.view) for take in films):
        left, right = ([t.name for t in films if _kind(t.view) == view and t.lead is side] for side in Side)
        found |= dict.fromkeys(zip(left, right, strict=False), "side" if view == "side" else "front")
    return found


def _kind(view: View) -> str:
    return "side" if view.is_side else view.value
