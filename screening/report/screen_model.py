"""A whole screen in words: the one place of its wording, rounding, units and side names for page, HTML and PDF.

May import: catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screening.catalog import Wordings, load_sources
from screening.catalog.rules import RuleWords
from screening.core.exercises import Exercise
from screening.core.intake import Intake
from screening.core.screen import Answer, Asymmetry, Finding, FlagLevel, FrameToLook, ScreenResult
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import CheckLevel, Side, Verdict
from screening.report.model import FRAMES, Fact
from screening.report.numbers import decimals, with_unit
from screening.report.rows import Missing
from screening.report.texts import Texts

LIMITS = ("not_device", "not_symmetric", "pelvis", "bias", "published", "local")
_SAID = (Verdict.CLEAR, Verdict.POSSIBLE)


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything a screen is put into words with, in one language."""

    wordings: Wordings
    texts: Texts
    intake: Intake
    exercises: Mapping[str, Exercise]
    rules: RuleWords
    phases: Mapping[int, str]


@dataclass(frozen=True, kw_only=True)
class Review:
    """Who reviewed a report; everything is empty in a draft."""

    signed: bool = False
    name: str = ""
    date: str = ""
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagLine:
    """One safety answer in words."""

    level: FlagLevel
    level_label: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One compared pair in words; texts are empty where there is nothing to say."""

    key: str
    label: str
    note: str
    left: str
    right: str
    difference: str
    interval: str
    smallest: str
    n: str
    view: str
    verdict: Verdict
    verdict_label: str
    reason: str
    sem_left: str
    sem_right: str


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """One observation in words with what it rests on."""

    link: str
    sentence: str
    verdict: Verdict
    verdict_label: str
    certainty: str
    evidence: str
    speaks_for: str
    speaks_against: str
    reason: str
    frames: tuple[FrameToLook, ...]


@dataclass(frozen=True, kw_only=True)
class ExerciseLine:
    """One exercise of the plan: its words, its side and why it is there."""

    exercise: Exercise
    phase: str
    side: str
    because: str
    support: str
    picture_side: Side | None = None


@dataclass(frozen=True, kw_only=True)
class TakeLine:
    """One take in words; `notices` are the checks that are not fine."""

    name: str
    movement: str
    lead: str
    view: str
    reps: str
    pain: str
    notices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ScreenReport:
    """Everything a report of a whole screen says, in reading order."""

    title: str
    statement: str
    person: tuple[Fact, ...]
    flags: tuple[FlagLine, ...]
    seen: tuple[str, ...]
    certainty: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    not_compared: tuple[Missing, ...]
    findings: tuple[FindingLine, ...]
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
    wordings, texts = words.wordings, words.texts
    compared = tuple(_comparison(a, result, words) for a in result.asymmetries)
    lines = tuple(_finding(f, result, words) for f in result.findings)
    withheld = bool(result.plan.withheld_because)
    return ScreenReport(
        title=texts("screen.title"),
        statement=wordings.sentence("report.statement"),
        person=_person(result, texts),
        flags=tuple(
            FlagLine(level=f.level, level_label=texts(f"level.{f.level}"), sentence=f.sentence) for f in result.flags
        ),
        seen=_seen(lines, texts),
        certainty=_certainty(result, texts),
        comparisons=tuple(c for c in compared if c.verdict is not Verdict.NOT_ASSESSED),
        not_compared=_missing(compared),
        findings=tuple(line for line in lines if line.verdict is not Verdict.NOT_ASSESSED),
        not_looked_at=tuple(line for line in lines if line.verdict is Verdict.NOT_ASSESSED),
        plan=() if withheld else _plan(result, words),
        plan_note=result.plan.note,
        withheld_because=result.plan.withheld_because,
        withheld=tuple(Fact(label=_exercise_name(w.exercise, words), value=w.reason) for w in result.plan.withheld),
        stop_rules=result.plan.stop_rules,
        takes=tuple(_take(result, k, words) for k in range(len(result.takes))),
        intake=_intake(result.intake, words.intake),
        review=review or Review(),
        method=_method(wordings),
        limits=tuple(wordings.sentence(f"report.limit_{key}") for key in LIMITS),
        sources=_sources(result, words),
        provenance=_provenance(result, wordings),
    )


def metric_label(key: str, wordings: Wordings) -> str:
    """Name of a metric; its key where the catalogue has none."""
    return wordings.metric(key).label if key in wordings.metrics else key.rpartition("_")[0].replace("_", " ")


def _person(result: ScreenResult, texts: Texts) -> tuple[Fact, ...]:
    who = result.person
    lines = {
        "screen.person_code": who.code,
        "screen.height": f"{who.height_cm:g} cm" if who.height_cm is not None else "",
        "screen.birth_year": str(who.birth_year or ""),
        "screen.sex": who.sex or "",
    }
    return tuple(Fact(label=texts(key), value=value) for key, value in lines.items() if value)


def _seen(lines: Sequence[FindingLine], texts: Texts) -> tuple[str, ...]:
    said = tuple(line.sentence for line in lines if line.verdict is not Verdict.NOT_ASSESSED and line.sentence)
    measured = any(line.verdict in _SAID for line in lines)
    return said if measured else (texts("screen.nothing_clear"), *said)


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


def _comparison(a: Asymmetry, result: ScreenResult, words: Words) -> Comparison:
    wordings = words.wordings
    known = a.verdict is not Verdict.NOT_ASSESSED
    places = decimals(a.mdc95, a.unit)
    signed = a.metric in wordings.metrics and wordings.metric(a.metric).signed

    def number(value: float, *, sign: bool = False) -> str:
        return with_unit(value, places, a.unit, signed=sign) if known else ""

    low, high = (number(end, sign=True) for end in a.ci95)
    return Comparison(
        key=a.metric,
        label=metric_label(a.metric, wordings),
        note=wordings.metric(a.metric).text if a.metric in wordings.metrics else "",
        left=number(a.left, sign=signed),
        right=number(a.right, sign=signed),
        difference=number(a.difference, sign=True),
        interval=f"{low} … {high}" if low and high else "",
        smallest=number(a.mdc95),
        n=f"{a.n_left} / {a.n_right}",
        view=wordings.words["view_short"].get(str(a.view), str(a.view)) if a.view else "",
        verdict=a.verdict,
        verdict_label=wordings.verdict(a.verdict)[0],
        reason=_reason(a.reason, result),
        sem_left=number(a.sem_left),
        sem_right=number(a.sem_right),
    )


def _reason(key: str, result: ScreenResult) -> str:
    return result.sentences.get(key, key)


def _missing(compared: Sequence[Comparison]) -> tuple[Missing, ...]:
    groups: dict[str, list[str]] = {}
    for c in compared:
        if c.verdict is Verdict.NOT_ASSESSED:
            groups.setdefault(c.reason, []).append(c.label)
    return tuple(Missing(labels=tuple(labels), reason=reason) for reason, labels in groups.items())


def _finding(f: Finding, result: ScreenResult, words: Words) -> FindingLine:
    texts, wordings = words.texts, words.wordings
    evidence = ", ".join(metric_label(key, wordings) for key in f.asymmetries)
    firm = texts("screen.confidence", level=texts(f"confidence.{f.confidence}"), basis=texts(f"basis.{f.basis}"))
    link = f"links.{f.link}"
    return FindingLine(
        link=words.rules.sentence(link) if link in words.rules.sentences else f.link.replace("_", " "),
        sentence=f.sentence,
        verdict=f.verdict,
        verdict_label=wordings.verdict(f.verdict)[0],
        certainty=firm,
        evidence=texts("screen.evidence", names=evidence) if evidence else "",
        speaks_for=_answers("screen.speaks_for", f.speaks_for, words),
        speaks_against=_answers("screen.speaks_against", f.speaks_against, words),
        reason=_reason(f.reason, result),
        frames=f.frames,
    )


def _answers(key: str, questions: Sequence[str], words: Words) -> str:
    known = words.intake.keys
    names = [words.intake.question(q).text if q in known else q for q in questions]
    return words.texts(key, names=" ".join(names)) if names else ""


def _exercise_name(key: str, words: Words) -> str:
    return words.exercises[key].name if key in words.exercises else key.replace("_", " ")


def _plan(result: ScreenResult, words: Words) -> tuple[ExerciseLine, ...]:
    texts, out = words.texts, []
    said = {f.rule: words.rules.sentence(f"links.{f.link}") for f in result.findings if f"links.{f.link}" in
            words.rules.sentences}  # fmt: skip
    for item in result.plan.items:
        exercise = words.exercises.get(item.exercise)
        if exercise is None:
            continue
        side = words.wordings.word("side", str(item.side)) if item.side else texts("plan.both")
        because = ", ".join(dict.fromkeys(said.get(rule, rule.replace("_", " ")) for rule in item.because))
        sources = load_sources()
        names = (f"{sources[k].authors} ({sources[k].year}), {sources[k].title}" for k in exercise.sources)
        cited = "; ".join(dict.fromkeys(names))
        out.append(
            ExerciseLine(
                exercise=exercise,
                phase=words.phases.get(item.phase, str(item.phase)),
                side=f"{side} ({exercise.side_text})" if item.side else side,
                because=texts("plan.because", names=because) if because else "",
                support=texts("plan.grade", grade=str(exercise.grade), sources=cited),
                picture_side=item.side,
            )
        )
    return tuple(out)


def _take(result: ScreenResult, k: int, words: Words) -> TakeLine:
    take, wordings = result.takes[k], words.wordings
    movement = take.entry.movement
    known = movement in wordings.words["movement"]
    notices = [c.sentence or wordings.check(c) for c in take.checks if c.level is not CheckLevel.OK]
    return TakeLine(
        name=take.name.replace("_", " "),
        movement=wordings.word("movement", movement) if known else movement.replace("_", " "),
        lead=wordings.word("side", str(take.lead)) if take.lead else "",
        view=wordings.word("view_short", str(take.view)),
        reps=f"{take.reps_used} {wordings.word('label', 'of_found')} {take.reps_found}",
        pain="" if take.entry.pain is None or math.isnan(take.entry.pain) else f"{take.entry.pain:g} / 10",
        notices=tuple(notices),
    )


def _intake(answers: Mapping[str, Answer], intake: Intake) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    groups: dict[str, list[Fact]] = {}
    for question in intake.questions:
        if question.key in answers:
            value = _answer(answers[question.key], question.labels)
            groups.setdefault(question.group, []).append(Fact(label=question.text, value=value))
    return tuple((intake.groups[group], tuple(facts)) for group, facts in groups.items())


def _answer(value: Answer, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return labels.get("yes" if value else "no", "yes" if value else "no")
    if isinstance(value, (tuple, list)):
        return ", ".join(labels.get(str(v), str(v)) for v in value)
    return labels.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))


def _method(wordings: Wordings) -> tuple[str, ...]:
    cleaning = DEFAULTS.cleaning
    how = wordings.sentence("report.method", gap_s=cleaning.max_gap_s, cutoff_hz=cleaning.cutoff_hz)
    return (how, *(wordings.sentence(f"report.{key}") for key in FRAMES))


def _sources(result: ScreenResult, words: Words) -> tuple[str, ...]:
    sources = load_sources()
    used = {item.exercise for item in result.plan.items}
    keys = [
        *words.wordings.cited,
        *(key for f in result.findings for key in f.source),
        *(key for name in sorted(used & set(words.exercises)) for key in words.exercises[name].sources),
    ]
    known = [sources[key] for key in dict.fromkeys(keys) if key in sources]
    return tuple(f"{source.citation} – {source.says}" for source in known)


def _provenance(result: ScreenResult, wordings: Wordings) -> tuple[Fact, ...]:
    made = result.provenance
    lines = {
        "program": made.program_version,
        "catalogue": made.catalogue_version,
        "model": f"{made.model}, SHA-256 {made.model_sha256}",
        "settings_sha256": made.settings_sha256,
    }
    named = [Fact(label=wordings.word("label", key), value=value) for key, value in lines.items()]
    videos = [Fact(label=take.name.replace("_", " "), value=take.video_sha256) for take in result.takes]
    return (*named, *videos, *(Fact(label=name, value=version) for name, version in made.libraries.items()))


def side_of_exercise(line: ExerciseLine, texts: Texts) -> str:
    """Name of an exercise with its side, as in a list."""
    return texts("screen.first_item", name=line.exercise.name, side=line.side)
