"""A result as tidy tables: one row an observation, every column explained; the base of CSV and XLSX.

May import: catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from screening.catalog import Wordings
from screening.catalog.wordings import split_side
from screening.core.datatypes import TakeResult
from screening.core.screen import Asymmetry, ScreenResult
from screening.core.vocabulary import Observability, Side

#: What a cell may hold; None is an empty cell: not assessed there.
Cell = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name, the unit of its numbers (empty for text and counts), and the key of its explanation."""

    name: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a name that can be a file's or a sheet's; `rows` starts over at each call."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Sequence[Cell]]]


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, unit=_unit(name)) for name in names)


def _unit(name: str) -> str:
    return {"s": "s", "deg": "deg", "pct": "pct"}.get(name.rpartition("_")[2], "") if "_" in name else ""


def finite(value: float, places: int = 4) -> float | None:
    """Round a number for a table; None where there is none.

    Examples
    --------
    >>> finite(1.23456789), finite(float("nan")), finite(-0.00001)
    (1.2346, None, 0.0)
    """
    return round(float(value), places) + 0.0 if math.isfinite(value) else None


def take_tables(result: TakeResult, wordings: Wordings) -> tuple[Table, ...]:
    """Angles, metrics, repetitions and checks of one take."""
    return (
        Table(
            name="metrics",
            columns=_columns(
                "metric", "label", "lead", "value", "unit", "n", "sd", "sem", "mdc95", "view", "verdict", "reason"
            ),
            rows=lambda: _metric_rows(result, wordings),
        ),
        Table(
            name="repetitions",
            columns=_columns(
                "rep", "lead", "used", "start_s", "bottom_s", "end_s", "metric", "value", "unit", "reason"
            ),
            rows=lambda: _repetition_rows(result),
        ),
        Table(
            name="angles_seen",
            columns=_columns("angle", "side", "unit", "label", "sign", "zero", "assessed", "reason"),
            rows=lambda: _seen_rows(result, wordings),
        ),
        Table(
            name="angles_tidy",
            columns=_columns(
                "frame", "time_s", "phase", "rep", "lead", "angle", "side", "value", "sd", "unit", "assessed", "view"
            ),
            rows=lambda: _angle_rows(result),
        ),
        Table(
            name="checks",
            columns=_columns("check", "level", "sentence"),
            rows=lambda: ((c.key, str(c.level), c.sentence or wordings.check(c)) for c in result.checks),
        ),
    )


def _metric_rows(result: TakeResult, wordings: Wordings) -> Iterator[Sequence[Cell]]:
    for m in result.measurements:
        numbers = (finite(m.sd), finite(m.sem), finite(m.mdc95))
        reason = wordings.reason(m.reason, view=m.view) if m.reason else ""
        yield (
            m.key, wordings.metric(m.key).label, str(m.lead or ""), finite(m.value), m.unit, m.n, *numbers,
            str(m.view), str(m.verdict), reason,
        )  # fmt: skip


def _repetition_rows(result: TakeResult) -> Iterator[Sequence[Cell]]:
    time_s = result.angle_table.time_s
    for m in result.measurements:
        same = [rep for rep in result.timeline.repetitions if rep.lead == m.lead]
        for rep, value in zip(same, m.per_rep.tolist(), strict=True):
            times = (finite(time_s[k], 6) for k in (rep.start, rep.bottom, rep.end - 1))
            reason = result.sentences.get(rep.reason, rep.reason)
            yield (rep.index, str(rep.lead or ""), rep.used, *times, m.key, finite(value), m.unit, reason)


def _seen_rows(result: TakeResult, wordings: Wordings) -> Iterator[Sequence[Cell]]:
    table = result.angle_table
    for name in table.names:
        (stem, side), text = split_side(name), wordings.angle(name)
        reason = table.reason.get(name, "")
        said = wordings.reason(reason, angle=name, view=table.view) if reason else ""
        seen = str(table.observability[name])
        yield stem.rpartition("_")[0], str(side or ""), text.unit, text.label, text.sign, text.zero, seen, said


def _angle_rows(result: TakeResult) -> Iterator[Sequence[Cell]]:
    table, timeline = result.angle_table, result.timeline
    reps, leads = timeline.rep_of_frame().tolist(), timeline.lead_of_frame()
    for i, name in enumerate(table.names):
        if table.observability[name] is Observability.NONE:
            continue
        stem, side = split_side(name)
        stem, _, unit = stem.rpartition("_")
        seen, value, sd = str(table.observability[name]), table.value[:, i].tolist(), table.sd[:, i].tolist()
        for k, time_s in enumerate(table.time_s.tolist()):
            yield (
                k, finite(time_s, 6), str(timeline.phase[k]), reps[k] or None, str(leads[k] or ""), stem,
                str(side or ""), finite(value[k]), finite(sd[k]), unit, seen, str(table.view),
            )  # fmt: skip


def screen_tables(result: ScreenResult, wordings: Wordings) -> tuple[Table, ...]:
    """Comparisons, phases, curves, findings, plan, answers and takes of a whole screen."""
    return (
        Table(
            name="asymmetries",
            columns=_columns(
                "metric", "label", "movement", "unit", "left", "right", "difference", "ci95_low", "ci95_high", "mdc95",
                "n_left", "n_right", "larger_side", "verdict", "reason", "view", "symmetry_index_pct",
            ),
            rows=lambda: (_asymmetry_row(a, wordings) for a in result.asymmetries),
        ),
        Table(
            name="phases",
            columns=_columns("metric", "phase", "unit", "left", "right", "difference", "ci95_low", "ci95_high"),
            rows=lambda: _phase_rows(result),
        ),
        Table(
            name="curves",
            columns=_columns("metric", "percent", "unit", "side", "mean", "sd"),
            rows=lambda: _curve_rows(result),
        ),
        Table(
            name="findings",
            columns=_columns(
                "rule", "link", "side", "verdict", "basis", "confidence", "sentence", "asymmetries", "source"
            ),
            rows=lambda: (
                (f.rule, f.link, str(f.side or ""), str(f.verdict), str(f.basis), str(f.confidence), f.sentence,
                 " ".join(f.asymmetries), " ".join(f.source))
                for f in result.findings
            ),
        ),
        Table(
            name="plan",
            columns=_columns("order", "exercise", "phase", "side", "because"),
            rows=lambda: _plan(result),
        ),
        Table(name="intake", columns=_columns("question", "answer"), rows=lambda: _answers(result)),
        Table(
            name="takes",
            columns=_columns(
                "take", "movement", "lead", "view", "repetitions_used", "repetitions_found", "pain", "video_sha256"
            ),
            rows=lambda: (
                (t.name, t.entry.movement, str(t.lead or ""), str(t.view), t.reps_used, t.reps_found, t.entry.pain,
                 t.video_sha256)
                for t in result.takes
            ),
        ),
    )  # fmt: skip


def _asymmetry_row(a: Asymmetry, wordings: Wordings) -> Sequence[Cell]:
    label = wordings.metric(a.metric).label if a.metric in wordings.metrics else a.metric
    numbers = (finite(v) for v in (a.left, a.right, a.difference, *a.ci95, a.mdc95))
    return (
        a.metric, label, a.movement, a.unit, *numbers, a.n_left, a.n_right, str(a.larger_side or ""), str(a.verdict),
        a.reason, str(a.view or ""), finite(a.symmetry_index_pct),
    )  # fmt: skip


def _phase_rows(result: ScreenResult) -> Iterator[Sequence[Cell]]:
    for a in result.asymmetries:
        for p in a.phases:
            yield (a.metric, p.phase, a.unit, *(finite(v) for v in (p.left, p.right, p.difference, *p.ci95)))


def _curve_rows(result: ScreenResult) -> Iterator[Sequence[Cell]]:
    for curve in result.curves:
        n = max(len(curve.left_mean) - 1, 1)
        for side, mean, sd in (
            (Side.LEFT, curve.left_mean, curve.left_sd),
            (Side.RIGHT, curve.right_mean, curve.right_sd),
        ):
            for k, (m, s) in enumerate(zip(mean.tolist(), sd.tolist(), strict=True)):
                yield curve.metric, finite(100.0 * k / n, 2), curve.unit, str(side), finite(m), finite(s)


def _plan(result: ScreenResult) -> Iterator[Sequence[Cell]]:
    for k, item in enumerate(result.plan.items, start=1):
        yield k, item.exercise, item.phase, str(item.side or ""), " ".join(item.because)


def _answers(result: ScreenResult) -> Iterator[Sequence[Cell]]:
    for question, answer in result.intake.items():
        yield question, "; ".join(map(str, answer)) if isinstance(answer, (tuple, list)) else answer
