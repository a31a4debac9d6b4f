"""The three CSV files of a take: angles, landmarks, repetitions.

May import: core and the sibling files `atomic`; numpy and the standard library.

Numbers: times with six decimals, degrees and percent with three, pixels with two, metres with four, scores with
three; an empty cell is "not assessed there". Text that a spreadsheet would take for a formula gets an apostrophe.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from screening.core.datatypes import Repetition, TakeResult
from screening.core.skeleton import LANDMARKS
from screening.report.atomic import writing

#: The metrics that every `reps.csv` has, in this order; further ones of a movement follow.
METRICS = (
    "hip_hike_deg",
    "rotation_to_front_deg",
    "arch_deg",
    "tilt_deg",
    "depth_deg",
    "trunk_lean_deg",
    "rear_hip_extension_deg",
    "knee_drift_deg",
    "dorsiflexion_deg",
    "descent_s",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 512


def write_angles(result: TakeResult, path: Path) -> None:
    """Write `angles.csv`: one row a frame, as in `TakeResult.angles`."""
    header = ["frame", "time_s", "phase", "rep", "lead", *result.numbers()]
    with writing(path) as file:
        _write_rows(file, header, _angle_rows(result))


def _angle_rows(result: TakeResult) -> Iterator[list[str]]:
    """Rows made a piece at a time, without the pandas table, whose library takes 60 MiB."""
    timeline, time_s, columns = result.timeline, result.angle_table.time_s, list(result.numbers().values())
    reps, leads = timeline.rep_of_frame(), timeline.lead_of_frame()
    for first in range(0, len(time_s), _CHUNK):
        cells = np.stack([column[first : first + _CHUNK] for column in columns], axis=1)
        for k, row in enumerate(cells.tolist(), start=first):
            told = safe_text(str(timeline.phase[k])), str(reps[k] or ""), safe_text(str(leads[k] or ""))
            yield [str(k), f"{time_s[k]:.6f}", *told, *(number(v, 3) for v in row)]


def write_landmarks(result: TakeResult, path: Path) -> None:
    """Write `landmarks.csv`: for each landmark x, y in pixels, visibility, then x, y, z in metres."""
    header = ["frame", "time_s"]
    for name in LANDMARKS:
        header += [f"{name}_{tail}" for tail in ("x_px", "y_px", "visibility", "x_m", "y_m", "z_m")]
    with writing(path) as file:
        _write_rows(file, header, _landmark_rows(result))


def _landmark_rows(result: TakeResult) -> Iterator[list[str]]:
    """Rows made a piece at a time, so that a long take needs no more memory than a short one."""
    image, body = result.image, result.body
    places = [2, 2, 3, 4, 4, 4] * len(LANDMARKS)
    for first in range(0, image.n_frames, _CHUNK):
        span = slice(first, first + _CHUNK)
        cells = np.concatenate([image.position[span], image.visibility[span, :, None], body.position[span]], axis=2)
        for k, row in enumerate(cells.reshape(len(cells), -1).tolist()):
            numbers = [number(v, p) for v, p in zip(row, places, strict=True)]
            yield [str(first + k), f"{image.time_s[first + k]:.6f}", *numbers]


def write_repetitions(result: TakeResult, path: Path) -> None:
    """Write `reps.csv`: one row a repetition with its metrics."""
    keys = (*METRICS, *dict.fromkeys(m.key for m in result.measurements if m.key not in METRICS))
    header = ["rep", "lead", "start_s", "bottom_s", "end_s", "depth_deg", "used", "reason"]
    # The depth has its column already; the contract names it once.
    rest = [key for key in keys if key != "depth_deg"]
    with writing(path) as file:
        _write_rows(file, [*header, *rest], (_repetition_row(result, rep, rest) for rep in result.timeline.repetitions))


def _repetition_row(result: TakeResult, rep: Repetition, keys: Sequence[str]) -> list[str]:
    time_s = result.angle_table.time_s
    depth = rep.depth_deg if math.isfinite(rep.depth_deg) else per_rep_value(result, "depth_deg", rep)
    return [
        str(rep.index),
        str(rep.lead) if rep.lead else "",
        *(f"{time_s[i]:.6f}" for i in (rep.start, rep.bottom, rep.end - 1)),
        number(depth, 3),
        "true" if rep.used else "false",
        safe_text(result.sentences.get(rep.reason, rep.reason)),
        *(number(per_rep_value(result, key, rep), 3) for key in keys),
    ]


def per_rep_value(result: TakeResult, key: str, rep: Repetition) -> float:
    """Return one metric of one repetition in the metric's unit, NaN if it has none."""
    same_lead = [r.index for r in result.timeline.repetitions if r.lead == rep.lead]
    for measurement in result.measurements:
        if measurement.key == key and measurement.lead == rep.lead:
            return float(measurement.per_rep[same_lead.index(rep.index)])
    return float("nan")


def number(value: float, places: int) -> str:
    """Write a number with fixed decimals, without a negative zero; "" for NaN.

    Examples
    --------
    >>> number(1.23456, 3), number(float("nan"), 3), number(-0.0001, 2)
    ('1.235', '', '0.00')
    """
    if not math.isfinite(value):
        return ""
    text = f"{value:.{places}f}"
    return text[1:] if text.startswith("-") and float(text) == 0.0 else text


def safe_text(text: str) -> str:
    """Keep a spreadsheet from running text as a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("left")
    ("'=1+1", 'left')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_rows(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
