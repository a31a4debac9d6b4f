"""What the measurement must reach on people with exact truth, and whether it does, take by take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.scores import ClipScores

_LEGS = ("front leg", "rear leg")


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Largest accepted value of a field of the scores of an angle in some views; `null` takes have nothing injected."""

    angle: str
    views: tuple[str, ...]
    field: str
    limit: float
    null: bool = False

    @property
    def label(self) -> str:
        """Row of the table."""
        what = {
            "change": "change from the top, RMSE",
            "change_bottom": "change from the top, at the bottom",
            "rmse": "RMSE",
            "legs_right": "share of frames, at least",
        }[self.field]
        return f"{self.angle} | {' or '.join(self.views)} | {'nothing injected, ' if self.null else ''}{what}"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An aim with the takes that show the angle and those that do not, each with its reason."""

    aim: Aim
    values: dict[str, float]
    hidden: dict[str, str]

    @property
    def missed(self) -> dict[str, float]:
        """Takes beyond the limit."""
        if self.aim.field == "legs_right":
            return {k: v for k, v in self.values.items() if v < self.aim.limit}
        return {k: v for k, v in self.values.items() if v > self.aim.limit}

    @property
    def kept(self) -> bool:
        """Whether no take is beyond the limit."""
        return not self.missed


def _both(angle: str, views: tuple[str, ...], change: float, bottom: float) -> list[Aim]:
    return [
        Aim(angle=angle, views=views, field="change", limit=change),
        Aim(angle=angle, views=views, field="change_bottom", limit=bottom),
    ]


AIMS = (
    *_both("pelvic obliquity", ("back",), 2.0, 2.5),
    *_both("pelvic rotation", ("back",), 3.0, 5.0),
    *_both("anterior pelvic tilt", ("side", "back"), 2.5, 3.5),
    *_both("lumbar extension", ("side",), 2.5, 4.0),
    *(a for leg in _LEGS for a in _both(f"knee flexion, {leg}", ("side",), 2.5, 3.5)),
    *(a for leg in _LEGS for a in _both(f"thigh inclination, {leg}", ("side",), 2.5, 3.5)),
    *(a for leg in _LEGS for a in _both(f"shank inclination, {leg}", ("side",), 2.5, 3.5)),
    *_both("trunk forward lean", ("side",), 2.5, 3.5),
    Aim(angle="knee flexion, front leg", views=("side",), field="rmse", limit=5.0),
    Aim(angle="knee flexion, rear leg", views=("side",), field="rmse", limit=8.0),
    Aim(angle="pelvic rotation", views=("back",), field="change", limit=2.0, null=True),
    Aim(angle="pelvic obliquity", views=("back",), field="change", limit=1.5, null=True),
    Aim(angle="pelvic rotation", views=("front",), field="change", limit=4.0, null=True),
    Aim(angle="pelvic obliquity", views=("front",), field="change", limit=3.0, null=True),
    Aim(angle="both legs", views=("side", "back", "front", "oblique"), field="legs_right", limit=0.99),
)


def judged(clips: Sequence[ClipScores]) -> list[Judged]:
    """Hold every aim against every take of its views."""
    return [_judged(aim, clips) for aim in AIMS]


def _judged(aim: Aim, clips: Sequence[ClipScores]) -> Judged:
    values, hidden = {}, {}
    for clip in clips:
        if clip.view not in aim.views or (aim.null and clip.injected):
            continue
        if aim.field == "legs_right":
            values[clip.clip] = clip.legs_right
        elif aim.angle in clip.angles:
            values[clip.clip] = float(getattr(clip.angles[aim.angle].score, aim.field))
        else:
            stem = aim.angle.partition(",")[0].replace(" ", "_")
            reasons = [reason for name, reason in clip.hidden.items() if name.startswith(stem)]
            hidden[clip.clip] = (reasons or ["too few frames"])[0].removeprefix("reason.")
    return Judged(aim=aim, values=values, hidden=hidden)


def table(found: Sequence[Judged]) -> list[str]:
    """Markdown table of the aims."""
    lines = ["| angle | view | what | limit | takes | all | worst | kept | missed | not assessed |", "|" + "---|" * 10]
    return lines + [_line(j) for j in found]


def _line(j: Judged) -> str:
    missed = ", ".join(f"{name} {_number(j, v)}" for name, v in j.missed.items())
    hidden = ", ".join(f"{name} ({reason})" for name, reason in j.hidden.items())
    values = list(j.values.values())
    if not values:
        return f"| {j.aim.label} | {_number(j, j.aim.limit)} | 0 | | | | | {hidden} |"
    least = j.aim.field == "legs_right"
    pooled = np.mean(values) if least else np.sqrt(np.mean(np.square(values)))
    worst = min(values) if least else max(values)
    kept = f"{len(values) - len(j.missed)} of {len(values)}"
    return (
        f"| {j.aim.label} | {_number(j, j.aim.limit)} | {len(values)} | {_number(j, float(pooled))} "
        f"| {_number(j, worst)} | {kept} | {missed} | {hidden} |"
    )


def _number(j: Judged, value: float) -> str:
    return f"{100 * value:.1f} %" if j.aim.field == "legs_right" else f"{value:.1f}"
