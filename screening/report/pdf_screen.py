"""The pages of a whole screen: for the person, for the clinician, the plan, and where everything comes from.

May import: reportlab, catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer

from screening.catalog import Wordings
from screening.core.screen import DifferenceCurve, ScreenResult
from screening.core.vocabulary import Side
from screening.report import pdf_parts as part
from screening.report.pdf_curves import Curve, PanelData, panels
from screening.report.pdf_pages import appendix, panel
from screening.report.screen_model import (
    Comparison,
    ExerciseLine,
    FindingLine,
    ScreenReport,
    metric_label,
    side_of_exercise,
)
from screening.report.texts import Texts

#: Observations on the page of the person.
_MOST_LINES = 4
#: Pictures abreast, and their height in points.
_PICTURES, _PICTURE_HEIGHT = 4, 170.0
#: Width of a question of the intake, share of the text's width.
_QUESTION = 0.55
#: Height of the line that a person signs on, points.
_SIGNATURE_HEIGHT = 30.0
_UNIT: Mapping[str, str] = {"deg": "°", "pct": "%", "s": "s"}


def screen_story(  # noqa: PLR0913  (what is said, and what it is drawn with)
    report: ScreenReport,
    result: ScreenResult,
    looks: Sequence[part.Look],
    *,
    drawings: Mapping[str, Sequence[tuple[Flowable, str]]],
    wordings: Wordings,
    texts: Texts,
    width: float,
) -> list[Flowable]:
    """All pages of a screen in reading order.

    Parameters
    ----------
    report : ScreenReport
        The screen in words.
    result : ScreenResult
        The same in numbers, for the curves.
    looks : sequence of Look
        Pictures of the findings; none where the videos are not at hand.
    drawings : mapping
        Step pictures of each exercise with their captions.
    width : float
        Width of the text, points.
    """
    return [
        *_person(report, looks, texts, width),
        PageBreak(),
        *_clinician(report, texts, width),
        *_curves(result, wordings, texts, width),
        *_looks(looks if report.flags else looks[_PICTURES:], texts, width),
        *_recordings(report, texts, width),
        *_answers(report, texts, width),
        *_plan(report, drawings, texts, width),
        PageBreak(),
        *_errors(report, texts, width),
        *appendix(report.method, [(f.label, f.value) for f in report.provenance], report.sources, texts, width),
    ]


def _person(report: ScreenReport, looks: Sequence[part.Look], texts: Texts, width: float) -> list[Flowable]:
    out: list[Flowable] = [
        part.heading(report.title, "title"),
        part.facts([(f.label, f.value) for f in report.person], width=width),
        Spacer(1, 4),
        *_flags(report, texts, width),
        part.box([part.text(report.statement, "lead", width=width - 24)], width=width),
        part.heading(texts("screen.short")),
        *part.bullets(report.short, "lead", width=width),
        part.heading(texts("screen.seen")),
        *part.bullets(_few(report.seen, texts), width=width),
    ]
    # Where answers come first their box needs the room; the pictures stand further back as well.
    few = () if report.flags else looks[:_PICTURES]
    drawn = part.pictures(few, width=width, columns=_PICTURES, max_height=_PICTURE_HEIGHT)
    return [*out, *_first(report, texts, width), Spacer(1, 6), *drawn]


def _few(lines: Sequence[str], texts: Texts) -> list[str]:
    """The first lines, and how many more there are: the page of the person stays one page."""
    more = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], *([texts("screen.more", count=more)] if more > 0 else [])]


def _flags(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    if not report.flags:
        return []
    inside: list[Flowable] = [part.heading(texts("screen.stop_first"), "h2")]
    inside += [part.text(f"{f.level_label}: {f.sentence}", "lead", width=width - 24) for f in report.flags]
    inside.append(part.text(texts("screen.stop_note"), width=width - 24))
    return [part.box(inside, width=width, alarm=True), Spacer(1, 6)]


def _first(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    if report.withheld_because:
        return [
            part.heading(texts("screen.no_plan")),
            part.text(report.withheld_because, width=width),
        ]
    if not report.plan:
        return []
    lines = [side_of_exercise(line, texts) for line in report.plan]
    note = [part.text(report.plan_note, width=width)] if report.plan_note else []
    return [
        part.heading(texts("screen.first")),
        *note,
        *part.bullets(lines, width=width),
        part.text(texts("screen.see_plan"), "small", width=width),
    ]


def _clinician(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    out: list[Flowable] = [
        part.heading(texts("screen.clinician"), "title"),
        part.heading(texts("screen.comparison")),
        part.text(texts("screen.comparison_note"), "small", width=width),
        *part.bullets(report.certainty, "small", width=width),
    ]
    if report.comparisons:
        out.append(_comparisons(report.comparisons, texts, width))
    missing = [f"{', '.join(m.labels)}: {m.reason}" for m in report.not_compared]
    out += part.listed(texts("screen.not_compared"), missing, width=width)
    if report.findings:
        found = [_finding(line, width) for line in report.findings]
        out += part.together(part.heading(texts("screen.findings")), found)
    told = [f"{line.link}: {line.sentence}" for line in report.from_answers]
    unseen = [f"{line.link}: {line.reason or line.sentence}" for line in report.not_looked_at]
    out += part.listed(texts("screen.from_answers"), told, width=width)
    return [*out, *part.listed(texts("screen.finding_not_assessed"), unseen, width=width)]


def _comparisons(rows: Sequence[Comparison], texts: Texts, width: float) -> Flowable:
    names = ("what", "left", "right", "difference", "interval", "mdc", "n", "view", "said")
    widths = (36, 11, 11, 11, 18, 11, 9, 11.5, 19.5)
    label_width = width * widths[0] / sum(widths) - 8
    cells = [
        [
            part.labelled(c.label, c.note, width=label_width),
            c.left,
            c.right,
            c.difference,
            c.interval,
            c.smallest,
            c.n,
            c.view,
            c.verdict_label,
        ]
        for c in rows
    ]
    return part.grid([texts(f"column.{n}") for n in names], cells, widths, width=width)


def _finding(line: FindingLine, width: float) -> list[Flowable]:
    more = [line.verdict_label, line.certainty, line.evidence, line.speaks_for, line.speaks_against]
    small = " ".join(f"{m}." if m and not m.endswith(".") else m for m in more if m)
    measured = [part.text(m, "small", width=width) for m in line.measured[:1]]
    inside = [part.text(line.sentence, width=width), *measured, part.text(small, "small", width=width)]
    return [part.heading(line.link, "h2"), *inside]


def curve_panels(curves: Sequence[DifferenceCurve], wordings: Wordings, texts: Texts) -> list[PanelData]:
    """One panel a metric with both sides."""
    out = []
    for c in curves:
        sides = (
            Curve(y=mean, low=mean - sd, high=mean + sd, side=side)
            for side, mean, sd in ((Side.LEFT, c.left_mean, c.left_sd), (Side.RIGHT, c.right_mean, c.right_sd))
        )
        out.append(panel(metric_label(c.metric, wordings), _UNIT.get(c.unit, c.unit), tuple(sides), texts))
    return out


def _curves(result: ScreenResult, wordings: Wordings, texts: Texts, width: float) -> list[Flowable]:
    data = curve_panels(result.curves, wordings, texts)
    if not data:
        return []
    drawn = panels(data, width=width, columns=3, height=104.0)
    note = part.text(texts("screen.curves_note"), "small", width=width)
    return [KeepTogether([part.heading(texts("screen.curves")), note, *drawn[:2]]), *drawn[2:]]


def _looks(looks: Sequence[part.Look], texts: Texts, width: float) -> list[Flowable]:
    if not looks:
        return []
    drawn = part.pictures(looks, width=width, columns=_PICTURES, max_height=_PICTURE_HEIGHT)
    return [KeepTogether([part.heading(texts("screen.pictures")), *drawn[:2]]), *drawn[2:]]


def _recordings(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    names = ("take", "movement", "lead", "view", "reps", "pain")
    rows = [[t.name, t.movement, t.lead, t.view, t.reps, t.pain] for t in report.takes]
    notices = [f"{t.name}: {notice}" for t in report.takes for notice in t.notices]
    checks = part.bullets(notices, "small", width=width) or [part.text(texts("screen.no_checks"), "small")]
    out: list[Flowable] = []
    if rows:
        table = part.grid([texts(f"column.{n}") for n in names], rows, (24, 18, 13, 15, 14, 12), width=width)
        out.append(KeepTogether([part.heading(texts("screen.takes")), table]))
    out += [part.heading(texts("screen.checks"), "h2"), *checks]
    return [*out, *part.listed(texts("take.limits"), report.limits, width=width)]


def _answers(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    """The intake, and below it who signs: never alone on a page."""
    groups: list[list[Flowable]] = []
    for group, facts in report.intake:
        pairs = [(f.label, f.value) for f in facts]
        table = part.facts(pairs, width=width, columns=1, label_width=_QUESTION * width)
        groups.append([part.heading(group, "h2"), table])
    groups = groups or [[part.text(texts("screen.intake_none"), width=width)]]
    groups[-1] += _review(report, texts, width)
    return part.together(part.heading(texts("screen.intake")), groups)


def _review(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    review = report.review
    status = texts("screen.status_signed" if review.signed else "screen.status_draft")
    blank = "\N{NO-BREAK SPACE}" * 2
    lines = [
        (texts("screen.signed_by"), review.name or blank),
        (texts("screen.signed_at"), review.date or blank),
        *([(texts("screen.review_version"), str(review.version))] if review.version else []),
        (texts("screen.signature_line"), [Spacer(1, _SIGNATURE_HEIGHT)]),
        (texts("screen.notes"), review.notes or blank),
    ]
    table = part.grid(["", ""], lines, (20, 80), width=width)
    return [part.heading(texts("screen.signature")), part.text(status, width=width), table]


def _plan(
    report: ScreenReport, drawings: Mapping[str, Sequence[tuple[Flowable, str]]], texts: Texts, width: float
) -> list[Flowable]:
    if report.withheld_because or not (report.plan or report.withheld):
        return []
    out: list[Flowable] = [PageBreak(), part.heading(texts("plan.title"), "title")]
    out.append(part.text(texts("plan.intro"), "lead", width=width))
    if report.plan_note:
        out.append(part.text(report.plan_note, width=width))
    if report.stop_rules:
        inside: list[Flowable] = [part.heading(texts("plan.stop_rules"), "h2")]
        out += [part.box([*inside, *part.bullets(report.stop_rules, width=width - 24)], width=width, alarm=True)]
    for line in report.plan:
        out += _exercise(line, drawings.get(line.exercise.key, ()), texts, width)
    if report.withheld:
        rows = [f"{w.label}: {w.value}" for w in report.withheld]
        out += [part.heading(texts("plan.withheld")), *part.bullets(rows, width=width)]
    return out


def _exercise(line: ExerciseLine, drawn: Sequence[tuple[Flowable, str]], texts: Texts, width: float) -> list[Flowable]:
    e = line.exercise
    head: list[Flowable] = [
        part.heading(e.name),
        part.text(texts("plan.phase", phase=line.phase, side=line.side), width=width),
        part.text(f"{e.purpose} {line.because}".strip(), width=width),
    ]
    if drawn:
        head += [part.drawing_row(drawn, width=width), Spacer(1, 3)]
    short = [
        (texts("plan.setup"), e.setup),
        (texts("plan.steps"), " ".join(f"{k}. {step}" for k, step in enumerate(e.steps, start=1))),
        (texts("plan.dose"), f"{e.dose}, {e.tempo}."),
        (texts("plan.cues"), " ".join(e.cues)),
        (texts("plan.errors"), " ".join(e.errors)),
        (texts("plan.easier"), e.easier),
        (texts("plan.harder"), e.harder),
        (texts("plan.stop"), " ".join(e.stop)),
    ]
    body: list[Flowable] = [
        part.facts([(label, value) for label, value in short if value], width=width, columns=1),
        part.text(" ".join(x for x in (e.note, line.support) if x), "small", width=width),
    ]
    return [KeepTogether([*head, *body])]


def _errors(report: ScreenReport, texts: Texts, width: float) -> list[Flowable]:
    if not report.comparisons:
        return []
    names = ("what", "sem_left", "sem_right", "mdc", "n", "view")
    rows = [[c.label, c.sem_left, c.sem_right, c.smallest, c.n, c.view] for c in report.comparisons]
    table = part.grid([texts(f"column.{n}") for n in names], rows, (34, 16, 16, 12, 10, 14), width=width)
    return [part.heading(texts("screen.errors")), part.text(texts("screen.errors_note"), "small", width=width), table]
