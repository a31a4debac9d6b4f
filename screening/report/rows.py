"""The rows of a report's tables: each angle and metric with value, error, view, verdict and reason.

May import: catalog, core and the sibling files `bottom` and `numbers`.
"""

from __future__ import annotations

from dataclasses import dataclass

from screening.catalog import Wordings
from screening.catalog.wordings import split_side
from screening.core.datatypes import Measurement, TakeResult
from screening.core.vocabulary import Observability, Side, Verdict
from screening.report.bottom import bottom_value, leads, used_repetitions, whole_range
from screening.report.legs import leg_heading, legs_of
from screening.report.numbers import Z95, decimals, value_and_error, with_unit

GAP = "reason.gap"
_VERDICT = {
    Observability.GOOD: Verdict.MEASURED,
    Observability.TREND: Verdict.TREND,
    Observability.NONE: Verdict.NOT_ASSESSED,
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One value in words. `error` is the 95 % margin; texts are empty where there is nothing to say."""

    key: str
    label: str
    note: str
    value: str
    error: str
    smallest_change: str
    n: int
    view: str
    verdict: Verdict
    verdict_label: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What could not be assessed for one and the same reason."""

    labels: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class ValueSet:
    """The values of all repetitions with one leg in front; `lead` is empty where no leg leads.

    `not_assessed` groups the rows without a value by their reason; `heading` names the leg and what it does.
    """

    lead: str
    angles: tuple[Row, ...]
    metrics: tuple[Row, ...]
    not_assessed: tuple[Missing, ...]
    heading: str = ""


@dataclass(frozen=True, kw_only=True)
class RepetitionRow:
    """One repetition in words."""

    index: int
    lead: str
    start: str
    bottom: str
    end: str
    depth: str
    used: bool
    used_label: str
    reason: str


def value_sets(result: TakeResult, wordings: Wordings) -> tuple[ValueSet, ...]:
    """Return one set of values for each lead that occurs, or one over the whole take if no repetition is used."""
    found = leads(result)
    if not found:
        return (_value_set("", _range_rows(result, wordings), ()),)
    return tuple(
        _value_set(
            wordings.word("side", str(lead)) if lead else "",
            _angle_rows(result, wordings, lead),
            _metric_rows(result, wordings, lead),
            heading=leg_heading(result.movement, lead, wordings) if lead else "",
        )
        for lead in found
    )


def _value_set(lead: str, angles: tuple[Row, ...], metrics: tuple[Row, ...], *, heading: str = "") -> ValueSet:
    groups: dict[str, list[str]] = {}
    for row in (*angles, *metrics):
        if not row.value:
            groups.setdefault(row.reason, []).append(row.label)
    not_assessed = tuple(Missing(labels=tuple(labels), reason=reason) for reason, labels in groups.items())
    return ValueSet(lead=lead, angles=angles, metrics=metrics, not_assessed=not_assessed, heading=heading)


def _assessed(result: TakeResult, lead: Side | None = None) -> list[str]:
    """Angles with a value in this view, the two sides of one angle together, the front leg's first."""
    table = result.angle_table
    stems = list(dict.fromkeys(split_side(name)[0] for name in table.names))

    def place(name: str) -> tuple[int, bool]:
        stem, side = split_side(name)
        return stems.index(stem), side is not (lead or Side.LEFT)

    return sorted((n for n in table.names if table.observability[n] is not Observability.NONE), key=place)


def _angle_rows(result: TakeResult, wordings: Wordings, lead: Side | None) -> tuple[Row, ...]:
    reps = used_repetitions(result, lead)
    rows = []
    for name in _assessed(result, lead):
        found = bottom_value(result, name, reps)
        unit = wordings.angle(name).unit
        value, error = value_and_error(found.value, found.sem, unit)
        rows.append(_angle_row(result, wordings, name, lead, value=value, error=error, n=found.n))
    return tuple(rows)


def _range_rows(result: TakeResult, wordings: Wordings) -> tuple[Row, ...]:
    rows = []
    for name in _assessed(result):
        low, high, sem = whole_range(result, name)
        unit = wordings.angle(name).unit
        (lowest, error), (highest, _) = (value_and_error(end, sem, unit) for end in (low, high))
        value = f"{lowest} to {highest}" if lowest else ""
        rows.append(_angle_row(result, wordings, name, None, value=value, error=error, n=0))
    return tuple(rows)


def _angle_row(  # noqa: PLR0913  (the parts of one row)
    result: TakeResult, wordings: Wordings, name: str, lead: Side | None, *, value: str, error: str, n: int
) -> Row:
    text, table = wordings.angle(name), result.angle_table
    key = table.reason.get(name, "")
    verdict = _VERDICT[table.observability[name]]
    if not value:
        verdict, key = Verdict.NOT_ASSESSED, table.gap_reason.get(name, GAP)
    legs = legs_of(result.movement)
    role = "" if text.side is None or lead is None else legs.own if text.side is lead else legs.other
    tail = f" ({wordings.word('label', role)})" if role else ""
    return Row(
        key=name,
        label=f"{text.label}{tail}",
        note=f"{text.sign}; zero: {text.zero}",
        value=value,
        error=error,
        smallest_change="",
        n=n,
        view=wordings.word("view_short", str(table.view)),
        verdict=verdict,
        verdict_label=wordings.verdict(verdict)[0],
        reason=wordings.reason(key, angle=name, view=table.view) if key else "",
    )


def _metric_rows(result: TakeResult, wordings: Wordings, lead: Side | None) -> tuple[Row, ...]:
    return tuple(_metric_row(m, wordings) for m in result.measurements if m.lead == lead)


def _metric_row(found: Measurement, wordings: Wordings) -> Row:
    text = wordings.metric(found.key)
    known = found.verdict is not Verdict.NOT_ASSESSED
    value, error = value_and_error(found.value, found.sem, text.unit, signed=text.signed) if known else ("", "")
    smallest = with_unit(found.mdc95, decimals(Z95 * found.sem, text.unit), text.unit) if known else ""
    return Row(
        key=found.key,
        label=text.label,
        note=text.text,
        value=value,
        error=error,
        smallest_change=smallest,
        n=found.n,
        view=wordings.word("view_short", str(found.view)),
        verdict=found.verdict,
        verdict_label=wordings.verdict(found.verdict)[0],
        reason=_metric_reason(found, wordings),
    )


def _metric_reason(found: Measurement, wordings: Wordings) -> str:
    said = [wordings.reason(found.reason, view=found.view)] if found.reason else []
    if found.verdict is Verdict.NOT_DISTINGUISHABLE:
        said.insert(0, wordings.verdict(found.verdict)[1])
    return " ".join(said)


def missing(result: TakeResult, wordings: Wordings) -> tuple[Missing, ...]:
    """Return the angles that this recording cannot show, grouped by the reason, in the order of the table."""
    table = result.angle_table
    groups: dict[str, list[str]] = {}
    for name in table.names:
        if table.observability[name] is Observability.NONE:
            stem, side = split_side(name)
            tail = f" ({wordings.word('label', 'both_sides')})" if side else ""
            both = _side_missing(result, stem) if side else True
            label = f"{wordings.angle_label(stem)}{tail}" if both else wordings.angle(name).label
            labels = groups.setdefault(table.reason.get(name, ""), [])
            if label not in labels:
                labels.append(label)
    return tuple(
        Missing(labels=tuple(labels), reason=wordings.reason(key, view=table.view) if key else "")
        for key, labels in groups.items()
    )


def _side_missing(result: TakeResult, stem: str) -> bool:
    table = result.angle_table
    pair = [name for name in table.names if split_side(name)[0] == stem]
    same = {(table.observability[name], table.reason.get(name, "")) for name in pair}
    return len(same) == 1


def repetition_rows(result: TakeResult, wordings: Wordings) -> tuple[RepetitionRow, ...]:
    """Return every repetition found, used or not, with its times and the reason if it is not used."""
    time_s = result.angle_table.time_s
    return tuple(
        RepetitionRow(
            index=rep.index,
            lead=wordings.word("side", str(rep.lead)) if rep.lead else "",
            start=f"{time_s[rep.start]:.2f} s",
            bottom=f"{time_s[rep.bottom]:.2f} s",
            end=f"{time_s[rep.end - 1]:.2f} s",
            depth=with_unit(rep.depth_deg, 0, "deg"),
            used=rep.used,
            used_label=wordings.word("label", "yes" if rep.used else "no"),
            reason=wordings.reason(rep.reason, view=result.scene.view) if rep.reason else "",
        )
        for rep in result.timeline.repetitions
    )
