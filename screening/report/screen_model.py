"""A whole screen in words: the one model behind page, HTML and PDF.

May import: catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screening.catalog import Wordings, load_sources
from screening.core.screen import Basis, FlagLevel, ScreenResult
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Verdict
from screening.report.model import FRAMES, Fact, made_with
from screening.report.rows import Missing
from screening.report.screen_findings import ExerciseLine, FindingLine, finding_line, plan_lines, side_of_exercise
from screening.report.screen_rows import Comparison, TakeLine, comparison, intake_lines, missing, take_line
from screening.report.screen_sentences import in_short
from screening.report.screen_words import Words, exercise_name, metric_label
from screening.report.texts import Texts

__all__ = [
    "Comparison", "ExerciseLine", "FindingLine", "FlagLine", "Review", "ScreenReport", "TakeLine", "Words",
    "build_screen_report", "metric_label", "side_of_exercise",
]  # fmt: skip

LIMITS = ("not_device", "not_symmetric", "pelvis", "bias", "published", "local")
_SAID = (Verdict.CLEAR, Verdict.POSSIBLE)


@dataclass(frozen=True, kw_only=True)
class Review:
    """Who reviewed a report, and when; everything is empty in a draft.

    `version`: of the review, from 1; later ones take the place of earlier signed ones. `signed_at`: the moment in
    ISO 8601, empty where only the date was kept.
    """

    signed: bool = False
    name: str = ""
    date: str = ""
    notes: str = ""
    version: int = 0
    signed_at: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagLine:
    """One safety answer in words."""

    level: FlagLevel
    level_label: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ScreenReport:
    """Everything a report of a whole screen says, in reading order.

    `short` is the whole screen in a few sentences. `findings` rest on what was measured, `from_answers` on the answers
    alone; `not_looked_at` are those whose differences could not be assessed.
    """

    title: str
    statement: str
    person: tuple[Fact, ...]
    flags: tuple[FlagLine, ...]
    short: tuple[str, ...]
    seen: tuple[str, ...]
    certainty: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    not_compared: tuple[Missing, ...]
    findings: tuple[FindingLine, ...]
    from_answers: tuple[FindingLine, ...]
    not_looked_at: tuple[FindingLine, ...]
    plan: tuple[ExerciseLine, ...]
    plan_note: str
    withheld_because: str
    withheld: tuple[Fact, ...]
    stop_rules: tuple[str, ...]
    takes: tuple[TakeLine, ...]
    intake: tuple[tuple[str, tuple[Fact, ...]], ...]
    review: Review
    method: tuple[str, ...]
    limits: tuple[str, ...]
    sources: tuple[str, ...]
    provenance: tuple[Fact, ...]


def build_screen_report(result: ScreenResult, words: Words, review: Review | None = None) -> ScreenReport:
    """Put a screen into words.

    Parameters
    ----------
    result : ScreenResult
        One whole screen.
    words : Words
        The catalogue in one language.
    review : Review, optional
        Who signed it; a draft without.
    """
    wordings, texts, plan = words.wordings, words.texts, result.plan
    compared = tuple(comparison(a, result, words) for a in result.asymmetries)
    lines = tuple((f, finding_line(f, result, words)) for f in result.findings)
    measured = tuple(line for f, line in lines if f.verdict is not Verdict.NOT_ASSESSED)
    unmeasured = [(f, line) for f, line in lines if f.verdict is Verdict.NOT_ASSESSED]
    return ScreenReport(
        title=texts("screen.title"),
        statement=wordings.sentence("report.statement"),
        person=_person(result, texts),
        flags=tuple(
            FlagLine(level=f.level, level_label=texts(f"level.{f.level}"), sentence=f.sentence) for f in result.flags
        ),
        short=in_short(result, words),
        seen=_seen(measured, texts),
        certainty=_certainty(result, texts),
        comparisons=tuple(c for c in compared if c.verdict is not Verdict.NOT_ASSESSED),
        not_compared=missing(compared),
        findings=measured,
        from_answers=tuple(line for f, line in unmeasured if f.basis is Basis.INTAKE),
        not_looked_at=tuple(line for f, line in unmeasured if f.basis is not Basis.INTAKE),
        plan=plan_lines(result, words),
        plan_note=plan.note,
        withheld_because=plan.withheld_because,
        withheld=tuple(Fact(label=exercise_name(w.exercise, words), value=w.reason) for w in plan.withheld),
        stop_rules=plan.stop_rules,
        takes=tuple(take_line(result, k, words) for k in range(len(result.takes))),
        intake=intake_lines(result.intake, words.intake),
        review=review or Review(),
        method=_method(wordings),
        limits=tuple(wordings.sentence(f"report.limit_{key}") for key in LIMITS),
        sources=_sources(result, words),
        provenance=_provenance(result, wordings),
    )


def _person(result: ScreenResult, texts: Texts) -> tuple[Fact, ...]:
    who = result.person
    lines = {
        "screen.person_code": who.code,
        "screen.height": f"{who.height_cm:g} cm" if who.height_cm is not None else "",
        "screen.birth_year": str(who.birth_year or ""),
        "screen.sex": who.sex or "",
    }
    return tuple(Fact(label=texts(key), value=value) for key, value in lines.items() if value)


def _seen(measured: Sequence[FindingLine], texts: Texts) -> tuple[str, ...]:
    said = tuple(line.sentence for line in measured if line.sentence)
    found = any(line.verdict in _SAID for line in measured)
    return said if found else (texts("screen.nothing_clear"), *said)


def _certainty(result: ScreenResult, texts: Texts) -> tuple[str, ...]:
    verdicts = [a.verdict for a in result.asymmetries]
    kinds = {
        "clear": Verdict.CLEAR,
        "possible": Verdict.POSSIBLE,
        "same": Verdict.NOT_DISTINGUISHABLE,
        "missing": Verdict.NOT_ASSESSED,
    }
    names = ", ".join(take.name.replace("_", " ") for take in result.takes)
    lines = [texts("screen.takes_seen", count=len(result.takes), names=names)] if result.takes else []
    return (
        *lines,
        *(
            texts(f"screen.count_{name}", count=verdicts.count(verdict), total=len(verdicts))
            for name, verdict in kinds.items()
            if verdict in verdicts
        ),
    )


def _method(wordings: Wordings) -> tuple[str, ...]:
    cleaning = DEFAULTS.cleaning
    how = wordings.sentence("report.method", gap_s=cleaning.max_gap_s, cutoff_hz=cleaning.cutoff_hz)
    return (how, *(wordings.sentence(f"report.{key}") for key in FRAMES))


def _sources(result: ScreenResult, words: Words) -> tuple[str, ...]:
    sources = load_sources(words.wordings.language)
    used = {item.exercise for item in result.plan.items}
    keys = [
        *words.wordings.cited,
        *(key for f in result.findings for key in f.source),
        *(key for name in sorted(used & set(words.exercises)) for key in words.exercises[name].sources),
    ]
    known = [sources[key] for key in dict.fromkeys(keys) if key in sources]
    return tuple(f"{source.citation} – {source.says}" for source in known)


def _provenance(result: ScreenResult, wordings: Wordings) -> tuple[Fact, ...]:
    videos = [Fact(label=take.name.replace("_", " "), value=take.video_sha256) for take in result.takes]
    return made_with(result.provenance, wordings, *videos)
