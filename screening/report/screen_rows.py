"""The rows of a screen's tables: compared pairs with errors and phases, takes, answers.

May import: catalog, core and the sibling files of `report`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screening.core.intake import Intake
from screening.core.screen import Answer, Asymmetry, ScreenResult
from screening.core.vocabulary import CheckLevel, Verdict
from screening.report.model import Fact
from screening.report.numbers import Z95, decimals, with_unit
from screening.report.rows import Missing
from screening.report.screen_sentences import each_side, size_of_difference
from screening.report.screen_words import Words, compared_label, movement_word, reason_text, side_word


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One compared pair in words; texts are empty where there is nothing to say.

    `left_error`, `right_error` are 95 % margins. `said` tells what each side does, with directions instead of signs;
    `size` the difference with its interval; `remarks` what else belongs to it; `phases` right minus left of each phase.
    """

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
    left_error: str = ""
    right_error: str = ""
    symbol: str = ""
    said: str = ""
    size: str = ""
    remarks: tuple[str, ...] = ()
    phases: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TakeLine:
    """One take in words; `key` is its folder, `notices` are the checks that are not fine."""

    key: str
    name: str
    video: str
    movement: str
    lead: str
    view: str
    reps: str
    pain: str
    notices: tuple[str, ...]


def comparison(a: Asymmetry, result: ScreenResult, words: Words) -> Comparison:
    """Put one compared pair into words."""
    wordings = words.wordings
    known = a.verdict is not Verdict.NOT_ASSESSED
    places = decimals(a.mdc95, a.unit)
    signed = a.metric in wordings.metrics and wordings.metric(a.metric).signed

    def number(value: float, *, sign: bool = False) -> str:
        return with_unit(value, places, a.unit, signed=sign) if known else ""

    low, high = (number(end, sign=True) for end in a.ci95)
    left_error, right_error = (_margin(sem, places, a.unit) if known else "" for sem in (a.sem_left, a.sem_right))
    return Comparison(
        key=a.metric,
        label=compared_label(a, words),
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
        reason=reason_text(a.reason, result) if a.reason else "",
        sem_left=number(a.sem_left),
        sem_right=number(a.sem_right),
        left_error=left_error,
        right_error=right_error,
        symbol=words.say(f"symbol.{a.verdict}"),
        said=each_side(a, words) if known else "",
        size=size_of_difference(a, words) if known else "",
        remarks=_remarks(a, words) if known else (),
        phases=_phases(a, words) if known else (),
    )


def _margin(sem: float, places: int, unit: str) -> str:
    """The 95 % margin in the digits of its value; never less than the last of them."""
    margin = with_unit(max(Z95 * sem, 10.0**-places) if math.isfinite(sem) else sem, places, unit)
    return f"± {margin}" if margin else ""


def _remarks(a: Asymmetry, words: Words) -> tuple[str, ...]:
    lines = []
    if math.isfinite(a.symmetry_index_pct):
        lines.append(words.say("said.symmetry", value=with_unit(a.symmetry_index_pct, 0, "pct")))
    if a.unmatched:
        lines.append(words.say("said.unmatched", count=a.unmatched))
    return tuple(lines)


def _phases(a: Asymmetry, words: Words) -> tuple[Fact, ...]:
    places, say = decimals(a.mdc95, a.unit), words.say
    lines = []
    for p in a.phases:
        low, high = (with_unit(end, places, a.unit, signed=True) for end in p.ci95)
        size = with_unit(p.difference, places, a.unit, signed=True)
        label = say.sentences.get(f"phase.{p.phase}", p.phase.replace("_", " "))
        if size:
            lines.append(Fact(label=label, value=f"{size} ({low} … {high})" if low and high else size))
    return tuple(lines)


def missing(compared: Sequence[Comparison]) -> tuple[Missing, ...]:
    """Group what could not be assessed by its reason."""
    groups: dict[str, list[str]] = {}
    for c in compared:
        if c.verdict is Verdict.NOT_ASSESSED:
            groups.setdefault(c.reason, []).append(c.label)
    return tuple(Missing(labels=tuple(labels), reason=reason) for reason, labels in groups.items())


def take_line(result: ScreenResult, k: int, words: Words) -> TakeLine:
    """Put the k-th take into words."""
    take, wordings = result.takes[k], words.wordings
    notices = [c.sentence or wordings.check(c) for c in take.checks if c.level is not CheckLevel.OK]
    return TakeLine(
        key=take.name,
        name=take.name.replace("_", " "),
        video=take.entry.video.replace("\\", "/").rpartition("/")[2],
        movement=movement_word(take.entry.movement, words),
        lead=side_word(take.lead, words) if take.lead else "",
        view=wordings.word("view_short", str(take.view)),
        reps=f"{take.reps_used} {wordings.word('label', 'of_found')} {take.reps_found}",
        pain="" if take.entry.pain is None or math.isnan(take.entry.pain) else f"{take.entry.pain:g} / 10",
        notices=tuple(notices),
    )


def intake_lines(answers: Mapping[str, Answer], intake: Intake) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    """What was answered, by group of questions in their order."""
    groups: dict[str, list[Fact]] = {}
    for question in intake.questions:
        if question.key in answers:
            value = answer_text(answers[question.key], question.labels)
            groups.setdefault(question.group, []).append(Fact(label=question.text, value=value))
    return tuple((intake.groups[group], tuple(facts)) for group, facts in groups.items())


def answer_text(value: Answer, labels: Mapping[str, str]) -> str:
    """One answer in the words of its question."""
    if isinstance(value, bool):
        return labels.get("yes" if value else "no", "yes" if value else "no")
    if isinstance(value, (tuple, list)):
        return ", ".join(labels.get(str(v), str(v)) for v in value)
    return labels.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))
