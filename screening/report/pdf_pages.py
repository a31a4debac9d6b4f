"""The pages of one take: one for the person, then values, curves, pictures, recording, method and sources.

May import: reportlab, catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer

from screening.catalog import Wordings
from screening.catalog.errors import load_errors
from screening.catalog.wordings import split_side
from screening.core.datatypes import TakeResult
from screening.core.vocabulary import Observability, Side
from screening.report import pdf_parts as part
from screening.report.bottom import leads, used_repetitions
from screening.report.curves import mean_curve, normalised
from screening.report.error_table import error_rows, note
from screening.report.legs import leg_heading
from screening.report.model import TakeReport
from screening.report.pdf_curves import Curve, PanelData, panels
from screening.report.pictures import KeyPicture
from screening.report.rows import Row, ValueSet
from screening.report.texts import TAKE, Texts, load_texts

#: Pictures on the person's page.
_PERSON_PICTURES = 2


def take_story(
    report: TakeReport,
    result: TakeResult,
    pictures: Sequence[KeyPicture],
    *,
    wordings: Wordings,
    texts: Texts,
    width: float,
) -> list[Flowable]:
    """All pages of a take in reading order.

    Parameters
    ----------
    report : TakeReport
        The result in words.
    result : TakeResult
        The same in numbers, for the curves.
    pictures : sequence of KeyPicture
        Lowest frames; none where the video is not at hand.
    width : float
        Width of the text, points.
    """
    return [
        *_person(report, pictures, texts, width),
        PageBreak(),
        *_clinician(report, texts, width),
        *_curves(result, wordings, texts, width),
        *_pictures(report, pictures, texts, width),
        *_recording(report, texts, width),
        *_appendix(report, texts, width),
        *_errors(result, wordings, width),
    ]


def _person(report: TakeReport, pictures: Sequence[KeyPicture], texts: Texts, width: float) -> list[Flowable]:
    out: list[Flowable] = [
        part.heading(report.title, "title"),
        part.text(report.video_name, "small", width=width),
        part.box([part.text(report.statement, "lead", width=width - 24)], width=width),
        part.heading(texts("take.for_person")),
        *part.bullets(report.summary, "lead", width=width),
        part.heading(texts("take.how_sure")),
        *part.bullets(report.certainty, width=width),
        part.heading(texts("take.next")),
        *part.bullets(report.advice, width=width),
    ]
    if pictures:
        found = part.pictures(_looks(_best(pictures)), width=width, columns=_PERSON_PICTURES, max_height=220)
        out.append(KeepTogether([part.heading(texts("take.at_bottom")), *found]))
    return out


def _looks(pictures: Sequence[KeyPicture], *, details: bool = False) -> list[part.Look]:
    return [
        part.Look(
            jpeg=p.jpeg,
            width=p.width,
            height=p.height,
            caption=" ".join((p.caption, *p.details)) if details else p.caption,
            alt=p.alt,
        )
        for p in pictures
    ]


def _best(pictures: Sequence[KeyPicture]) -> Sequence[KeyPicture]:
    """The middle ones: neither the first nor the last repetition."""
    first = max(0, (len(pictures) - _PERSON_PICTURES) // 2)
    return pictures[first : first + _PERSON_PICTURES]


def _clinician(report: TakeReport, texts: Texts, width: float) -> list[Flowable]:
    out: list[Flowable] = [
        part.heading(texts("take.for_clinician"), "title"),
        part.facts([(f.label, f.value) for f in report.facts], width=width),
    ]
    for s in report.sets:
        name = texts("take.values_leg", leg=s.heading) if s.heading else texts("take.values")
        out += [part.heading(name), part.text(report.values_note, "small", width=width), *_values(s, texts, width)]
    if report.repetitions:
        out += [part.heading(texts("take.repetitions")), _repetitions(report, texts, width)]
    return out


def _values(found: ValueSet, texts: Texts, width: float) -> list[Flowable]:
    known = [row for row in (*found.angles, *found.metrics) if row.value]
    names = ("what", "value", "margin", "smallest", "n", "said")
    widths = (46, 11, 11, 13, 5, 18)
    label_width = width * widths[0] / sum(widths) - 8
    marks = {reason: str(k) for k, reason in enumerate(dict.fromkeys(r.reason for r in known if r.reason), start=1)}
    rows = [_value_row(row, label_width, marks) for row in known]
    out: list[Flowable] = []
    if rows:
        out += [part.grid([texts(f"column.{name}") for name in names], rows, widths, width=width), Spacer(1, 4)]
        out += [part.text(f"[{mark}] {reason}", "small", width=width) for reason, mark in marks.items()]
    missing = [f"{', '.join(m.labels)}: {m.reason}" for m in found.not_assessed]
    return [*out, *part.listed(texts("take.not_seen"), missing, width=width)]


def _value_row(row: Row, width: float, marks: Mapping[str, str]) -> list[str | list[Flowable]]:
    said = f"{row.verdict_label} [{marks[row.reason]}]" if row.reason else row.verdict_label
    label = part.labelled(row.label, row.note, width=width)
    return [label, row.value, row.error, row.smallest_change, str(row.n or ""), said]


def _repetitions(report: TakeReport, texts: Texts, width: float) -> Flowable:
    names = ("rep", "lead", "start", "bottom", "end", "depth", "used", "reason")
    rows = [
        [str(r.index), r.lead, r.start, r.bottom, r.end, r.depth, r.used_label, r.reason] for r in report.repetitions
    ]
    heads = [report.leg_label if n == "lead" else texts(f"column.{n}") for n in names]
    return part.grid(heads, rows, (5, 11, 9, 9, 9, 9, 7, 35), width=width)


def _curves(result: TakeResult, wordings: Wordings, texts: Texts, width: float) -> list[Flowable]:
    out: list[Flowable] = []
    for lead in leads(result):
        data = mean_panels(result, wordings, texts, lead)
        if not data:
            continue
        leg = leg_heading(result.movement, lead, wordings) if lead else ""
        name = texts("take.curves_leg", leg=leg) if leg else texts("take.curves")
        drawn = panels(data, width=width)
        note = part.text(texts("take.curves_note"), "small", width=width)
        out += [KeepTogether([part.heading(name), note, *drawn[:2]]), *drawn[2:]]
    return out


def mean_panels(result: TakeResult, wordings: Wordings, texts: Texts, lead: Side | None) -> list[PanelData]:
    """Mean curves of one lead, a panel an angle, both sides in the same panel; what was not seen has none."""
    table, reps = result.angle_table, used_repetitions(result, lead)
    stems: dict[str, list[Curve]] = {}
    for name in table.names:
        if table.observability[name] is Observability.NONE:
            continue
        stem, side = split_side(name)
        _, curves = normalised(table.column(name), reps)
        mean, sd = mean_curve(curves)
        if np.isfinite(mean).any():
            made = Curve(y=mean, low=mean - sd, high=mean + sd, side=side, thin=tuple(curves))
            stems.setdefault(stem, []).append(made)
    return [
        panel(wordings.angle_label(stem), "%" if stem.endswith("_pct") else "°", tuple(curves), texts)
        for stem, curves in stems.items()
    ]


def panel(title: str, unit: str, curves: tuple[Curve, ...], texts: Texts) -> PanelData:
    """One panel over the repetition with its axis in words."""
    x = np.linspace(0.0, 100.0, len(curves[0].y))
    marks = (texts("axis.start"), texts("axis.bottom"), texts("axis.end"))
    return PanelData(title=title, unit=unit, x=x, curves=curves, x_label=texts("axis.repetition"), marks=marks)


def _pictures(report: TakeReport, pictures: Sequence[KeyPicture], texts: Texts, width: float) -> list[Flowable]:
    head = part.heading(texts("take.at_bottom"))
    if not report.repetitions:
        return []
    if not pictures:
        return [head, part.text(texts("take.no_pictures"), width=width)]
    notes: list[Flowable] = [part.text(line, "small", width=width) for line in report.pictures_note]
    drawn = part.pictures(_looks(pictures, details=True), width=width, columns=3, max_height=190)
    return [KeepTogether([head, *notes, *drawn[:2]]), *drawn[2:]]


def _recording(report: TakeReport, texts: Texts, width: float) -> list[Flowable]:
    rows = [[c.title, c.level_label, c.sentence] for c in report.checks]
    names = [texts(f"column.{n}") for n in ("check", "result", "sentence")]
    return [
        part.heading(texts("take.quality")),
        part.grid(names, rows, (24, 12, 64), width=width),
        KeepTogether(part.listed(texts("take.limits"), report.limits, width=width)),
    ]


def _appendix(report: TakeReport, texts: Texts, width: float) -> list[Flowable]:
    return appendix(report.method, [(f.label, f.value) for f in report.provenance], report.sources, texts, width)


def _errors(result: TakeResult, wordings: Wordings, width: float) -> list[Flowable]:
    """Table of the measured errors of this movement's metrics, nothing if there are none."""
    texts = load_texts(TAKE, wordings.language)
    rows = error_rows(load_errors(), result.movement, wordings, texts)
    if not rows:
        return []
    heads = [texts(f"errors.{name}") for name in ("measure", "view", "sem", "smallest", "basis")]
    cells = [[r.label, r.view, r.sem, r.smallest, r.basis] for r in rows]
    return [
        part.heading(texts("errors.title"), "h2"),
        part.text(note(load_errors(), texts), "small", width=width),
        part.grid(heads, cells, (34, 16, 14, 18, 18), width=width),
    ]


def appendix(
    method: Sequence[str], made_with: Sequence[tuple[str, str]], sources: Sequence[str], texts: Texts, width: float
) -> list[Flowable]:
    """Method, versions and sources, the same for a take and for a screen."""
    return [
        part.heading(texts("take.appendix")),
        part.heading(texts("take.method"), "h2"),
        *[part.text(line, "small", width=width) for line in method],
        KeepTogether([part.heading(texts("take.made_with"), "h2"), part.facts(made_with, width=width, columns=1)]),
        *part.listed(texts("take.sources"), sources, width=width),
    ]
