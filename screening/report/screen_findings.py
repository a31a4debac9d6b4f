"""The findings and the plan of a screen in words.

May import: catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screening.catalog import load_sources
from screening.core.exercises import Exercise
from screening.core.screen import Asymmetry, Finding, FrameToLook, ScreenResult
from screening.core.vocabulary import Side, Verdict
from screening.report.screen_rows import answer_text
from screening.report.screen_sentences import each_side, size_of_difference
from screening.report.screen_words import (
    Words,
    capital,
    link_name,
    metric_label,
    reason_text,
    side_word,
)
from screening.report.texts import Texts

_SAID = (Verdict.CLEAR, Verdict.POSSIBLE)


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """One observation in words with what it rests on; `measured` tells what each side does and by how much it differs.

    `symbol` repeats the verdict for those who do not see its colour; `sources` are citations.
    """

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
    symbol: str = ""
    measured: tuple[str, ...] = ()
    sources: str = ""


@dataclass(frozen=True, kw_only=True)
class ExerciseLine:
    """One exercise of the plan: its words, its side and why it is there."""

    exercise: Exercise
    phase: str
    side: str
    because: str
    support: str
    picture_side: Side | None = None


def finding_line(f: Finding, result: ScreenResult, words: Words) -> FindingLine:
    """Put one finding into words."""
    texts, wordings = words.texts, words.wordings
    evidence = ", ".join(metric_label(key, wordings) for key in f.asymmetries)
    firm = texts("screen.confidence", level=texts(f"confidence.{f.confidence}"), basis=texts(f"basis.{f.basis}"))
    return FindingLine(
        link=link_name(f.link, words),
        sentence=f.sentence,
        verdict=f.verdict,
        verdict_label=wordings.verdict(f.verdict)[0],
        certainty=firm,
        evidence=texts("screen.evidence", names=evidence) if evidence else "",
        speaks_for=_answers("screen.speaks_for", f.speaks_for, result, words),
        speaks_against=_answers("screen.speaks_against", f.speaks_against, result, words),
        reason=reason_text(f.reason, result) if f.reason else "",
        frames=f.frames,
        symbol=words.say(f"symbol.{f.verdict}"),
        measured=_measured(f, result.asymmetries, words),
        sources=cited(f.source, wordings.language),
    )


def _measured(f: Finding, asymmetries: Sequence[Asymmetry], words: Words) -> tuple[str, ...]:
    """What each side does in the metrics a finding rests on, and by how much it differs."""
    found = [a for key in f.asymmetries for a in asymmetries if a.metric == key and a.verdict in _SAID]
    return tuple(" ".join(s for s in (each_side(a, words), size_of_difference(a, words)) if s) for a in found)


def _answers(key: str, questions: Sequence[str], result: ScreenResult, words: Words) -> str:
    """The answers that fit or do not fit, each with its question."""
    lines = []
    for q in questions:
        if q in words.intake.keys and q in result.intake:
            question = words.intake.question(q)
            lines.append(f"{question.text} {capital(answer_text(result.intake[q], question.labels))}")
        else:
            lines.append(q.replace("_", " "))
    return words.texts(key, names="; ".join(lines)) if lines else ""


def cited(keys: Sequence[str], language: str) -> str:
    """Authors, year and title of sources, in one line."""
    sources = load_sources(language)
    lines = [f"{sources[k].authors} ({sources[k].year}), {sources[k].title}" for k in keys if k in sources]
    return "; ".join(dict.fromkeys(lines))


def plan_lines(result: ScreenResult, words: Words) -> tuple[ExerciseLine, ...]:
    """The exercises in order; none where the plan is withheld."""
    if result.plan.withheld_because:
        return ()
    texts, out = words.texts, []
    said = {f.rule: link_name(f.link, words) for f in result.findings}
    for item in result.plan.items:
        exercise = words.exercises.get(item.exercise)
        if exercise is None:
            continue
        side = side_word(item.side, words) if item.side else texts("plan.both")
        because = ", ".join(dict.fromkeys(said.get(rule, rule.replace("_", " ")) for rule in item.because))
        out.append(
            ExerciseLine(
                exercise=exercise,
                phase=words.phases.get(item.phase, str(item.phase)),
                side=f"{side} ({exercise.side_text})" if item.side else side,
                because=texts("plan.because", names=because) if because else "",
                support=texts(
                    "plan.grade", grade=str(exercise.grade), sources=cited(exercise.sources, words.wordings.language)
                ),
                picture_side=item.side,
            )
        )
    return tuple(out)


def side_of_exercise(line: ExerciseLine, texts: Texts) -> str:
    """Name of an exercise with its side, as in a list."""
    return texts("screen.first_item", name=line.exercise.name, side=line.side)


def frame_caption(frame: FrameToLook, result: ScreenResult, words: Words) -> str:
    """Say which picture this is: leg in front, camera, repetition, time."""
    take = next((t for t in result.takes if t.name == frame.take), None)
    view = words.wordings.word("view_short", str(take.view)) if take else frame.take.replace("_", " ")
    values = {"view": view, "rep": frame.rep, "seconds": f"{frame.time_s:.2f}"}
    if take and take.lead:
        return capital(words.say("said.frame_lead", side=side_word(take.lead, words), **values))
    return words.say("said.frame", **values)
