"""Scores of measured clips against their exact truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from screening.core.datatypes import FloatArray, TakeResult
from screening.core.errormodel import Leg, Source
from screening.core.vocabulary import Observability, Side
from tests.benchmarks import residuals, truth
from tests.benchmarks.measuring import Clip

#: Angles that move by less than this have no correlation and no slope.
_MOVES = 1.0
_LEG = {Leg.BODY: "", Leg.FRONT: ", front leg", Leg.REAR: ", rear leg"}


@dataclass(frozen=True, kw_only=True)
class Score:
    """One angle of one clip, degrees (percent for the shift).

    `zero` is the error of answering "no change" (or the median); `bottom` the mean absolute error of the bottoms,
    `reps` the spread of the errors between them; `change` and `change_bottom` are errors of the change from the top of
    the split.
    """

    rmse: float
    zero: float
    bias: float
    r: float
    slope: float
    bottom: float
    reps: float
    change: float
    change_bottom: float
    cover: float


@dataclass(frozen=True, kw_only=True)
class Sourced:
    """A score and where the angle came from."""

    source: str
    score: Score


@dataclass(frozen=True, kw_only=True)
class ClipScores:
    """Everything about one clip; `hidden` holds what is not assessed with its reason."""

    clip: str
    person: str
    view: str
    injected: bool
    refused: str = ""
    legs_right: float = float("nan")
    angles: dict[str, Sourced] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)


def score(value: FloatArray, sd: FloatArray, true: FloatArray, exact: truth.Truth, top: Sequence[int]) -> Score:
    """Compare an angle with its truth over the frames of the split.

    Parameters
    ----------
    value, sd, true : (time,)
        Measured, its standard error, exact; changes from the top of the split have a truth that is one too.
    exact : Truth
        Says which frames are in the split and which at the bottom.
    top : frames
        The top of the split, from which changes are taken.
    """
    error = value - true
    seen = exact.moving & np.isfinite(error)
    a, b = value[seen], true[seen]
    moves = b.std() > _MOVES
    at_top = [k for k in top if np.isfinite(error[k])]
    offset = float(np.median(error[at_top])) if at_top else float("nan")
    bottoms = np.array([np.nanmean(error[k]) for k in exact.bottoms if np.isfinite(error[k]).any()])
    return Score(
        rmse=float(np.sqrt(np.mean((a - b) ** 2))),
        zero=float(np.sqrt(np.mean((b - np.median(true[at_top] if at_top else b)) ** 2))),
        bias=float(np.mean(a - b)),
        r=float(np.corrcoef(a, b)[0, 1]) if moves else float("nan"),
        slope=float(np.polyfit(b, a, 1)[0]) if moves else float("nan"),
        bottom=float(np.mean(np.abs(bottoms))) if bottoms.size else float("nan"),
        reps=float(bottoms.std(ddof=1)) if bottoms.size > 1 else float("nan"),
        change=float(np.sqrt(np.mean((error[seen] - offset) ** 2))),
        change_bottom=float(np.mean(np.abs(bottoms - offset))) if bottoms.size else float("nan"),
        cover=float(np.mean(np.abs(a - b) <= 2 * sd[seen])),
    )


def legs_right(result: TakeResult, exact: truth.Truth) -> float:
    """Share of the split (frames with both legs seen) in which knees and ankles are nearest to their own truth."""
    right = np.ones(len(exact.moving), bool)
    seen = exact.moving.copy()
    for k, joint in enumerate(("knee", "ankle")):
        own = sum(_distance(result, exact, side, side, joint, k) for side in Side)
        other = sum(_distance(result, exact, side, side.other, joint, k) for side in Side)
        right &= own < other
        seen &= np.isfinite(own) & np.isfinite(other)
    return float(right[seen].mean())


def _distance(result: TakeResult, exact: truth.Truth, side: Side, target: Side, joint: str, k: int) -> FloatArray:
    return np.linalg.norm(result.image.point(f"{side.value}_{joint}") - exact.legs_px[target][:, k], axis=1)


def scored(clip: Clip) -> ClipScores:
    """Scores of every angle with a value and a truth; sided angles are named after the front and the rear leg."""
    injected = "null" not in clip.name
    common = {"clip": clip.name, "person": clip.exact.person, "view": clip.view, "injected": injected}
    if clip.result is None:
        return ClipScores(**common, refused=clip.refused)
    table, top = clip.result.angle_table, list(clip.result.timeline.reference)
    found = {}
    for _, name, _, (stem, _, leg, source) in residuals.columns(clip, pictures=True):
        true = clip.exact.angles[name]
        if name in truth.ZEROED:
            true = true - np.median(true[top])
        if (np.isfinite(table.column(name) + true) & clip.exact.moving).sum() > 10:
            score_of = score(table.column(name), table.column_sd(name), true, clip.exact, top)
            found[stem.replace("_", " ") + _LEG[leg]] = Sourced(source=str(source), score=score_of)
    if clip.view == "side":
        found |= _shanks(clip, top)
    hidden = {
        name: table.reason.get(name, "")
        for name in table.names
        if name in clip.exact.angles and table.observability[name] is Observability.NONE
    }
    return ClipScores(**common, legs_right=legs_right(clip.result, clip.exact), angles=found, hidden=hidden)


def _shanks(clip: Clip, top: Sequence[int]) -> dict[str, Sourced]:
    """Shanks against the vertical, which the program gives as thigh minus knee; held against the error of the knee."""
    assert clip.result is not None
    table, exact, out = clip.result.angle_table, clip.exact.angles, {}
    for leg, side in ((Leg.FRONT, clip.exact.lead), (Leg.REAR, clip.exact.lead.other)):
        thigh, knee = f"thigh_inclination_{side}_deg", f"knee_flexion_{side}_deg"
        value, true = table.column(thigh) - table.column(knee), exact[thigh] - exact[knee]
        if (np.isfinite(value + true) & clip.exact.moving).sum() > 10:
            score_of = score(value, table.column_sd(knee), true, clip.exact, top)
            out[f"shank inclination{_LEG[leg]}"] = Sourced(source=str(Source.LANDMARKS), score=score_of)
    return out


def summary(clips: Sequence[ClipScores]) -> list[str]:
    """Markdown table: one row an angle, kind of view and source, over all clips; then the legs."""
    kept: dict[tuple[str, str, str], list[Score]] = defaultdict(list)
    for clip in clips:
        for name, s in clip.angles.items():
            kept[name, clip.view, s.source].append(s.score)
    lines = [
        "| angle | view | from | takes | RMSE | worst take | no change | bias | r | slope | error at the bottom "
        "| within 2 standard errors |",
        "|" + "---|" * 12,
    ]
    lines += [_row(*key, rows) for key, rows in sorted(kept.items())]
    for view in ("side", "rest"):
        shares = [c.legs_right for c in clips if (c.view == "side") == (view == "side") and np.isfinite(c.legs_right)]
        if shares:
            lines.append(f"\nlegs right, {view}: mean {np.mean(shares):.1%}, worst {min(shares):.1%}")
    return lines


def _row(name: str, view: str, source: str, rows: Sequence[Score]) -> str:
    rmse = [s.rmse for s in rows]
    zero = np.sqrt(np.mean([s.zero**2 for s in rows]))
    bias, cover = (np.mean([getattr(s, f) for s in rows]) for f in ("bias", "cover"))
    return (
        f"| {name} | {view} | {source} | {len(rows)} | {np.sqrt(np.mean(np.square(rmse))):.1f} | {max(rmse):.1f} "
        f"| {zero:.1f} | {bias:+.1f} | {_mean(rows, 'r', '.2f')} | {_mean(rows, 'slope', '.2f')} "
        f"| {_mean(rows, 'bottom', '.1f')} | {100 * cover:.0f} % |"
    )


def _mean(rows: Sequence[Score], field_name: str, form: str) -> str:
    values = [v for s in rows if np.isfinite(v := getattr(s, field_name))]
    return format(np.mean(values), form) if values else ""
