"""Findings along the chain: what the rules make of the differences and the answers.

May import: numpy, `core` and the sibling file `sets`.

A rule speaks only where a difference can be told from measurement error, or, marked as such, from the answers alone.
A rule whose differences could not be looked at is listed with the reason instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from screening.core.rules import Match, Rule, match
from screening.core.screen import Answer, Asymmetry, Basis, Confidence, Finding, FrameToLook
from screening.core.vocabulary import Side, Verdict
from screening.findings.sets import Filmed

_LEVELS: Final = (Confidence.LOW, Confidence.MODERATE, Confidence.HIGH)
_UNITS: Final = {"deg": "{:.0f}°", "pct": "{:.0f} %", "s": "{:.1f} s"}
#: Below this size the first decimal is shown as well.
_SMALL: Final = 2.0


class Words(Protocol):
    """What turns the key of a sentence into words; a `Side` among the values is filled as its word."""

    def sentence(self, key: str, **values: object) -> str:
        """Return the sentence of a key with its places filled."""
        ...


def find(
    rules: Sequence[Rule],
    asymmetries: Sequence[Asymmetry],
    answers: Mapping[str, Answer],
    takes: Sequence[Filmed],
    words: Words,
) -> tuple[Finding, ...]:
    """Try every rule.

    Parameters
    ----------
    rules : sequence of Rule
        The table, in the order in which findings are listed.
    asymmetries : sequence of Asymmetry
        Everything that was compared, with verdicts.
    answers : mapping
        Checked answers of the intake.
    takes : sequence of Filmed
        The takes, for the frames to look at.
    words : Words
        Sentences of the rules.

    Returns
    -------
    tuple of Finding
        Those that hold, then those that could not be looked at; each rule occurs once at most.
    """
    found = [(rule, match(rule, asymmetries, answers)) for rule in rules]
    holding = [_finding(rule, m, answers, takes, words) for rule, m in found if m is not None]
    hidden = [_hidden(rule, asymmetries) for rule, m in found if m is None]
    return (*holding, *(f for f in hidden if f is not None))


def _finding(rule: Rule, found: Match, answers: Mapping[str, Answer], takes: Sequence[Filmed], words: Words) -> Finding:
    speaks_for = tuple(c.question for c in rule.for_answers if c.met_by(answers, found.side))
    speaks_against = tuple(c.question for c in rule.against_answers if c.met_by(answers, found.side))
    evidence = (*found.needed, *found.supporting)
    asked = rule.from_intake or bool(rule.when)
    basis = Basis.INTAKE if rule.from_intake else Basis.BOTH if asked or speaks_for else Basis.VIDEO
    return Finding(
        rule=rule.key,
        link=rule.link,
        side=rule.named_side(found.side),
        verdict=_verdict(rule, found),
        basis=basis,
        confidence=confidence(rule, found, bool(speaks_for), bool(speaks_against)),
        sentence=words.sentence(
            rule.sentence,
            side=found.side,
            other=found.side.other if found.side else None,
            value=in_words(found.needed[0]) if found.needed else "",
        ),
        asymmetries=tuple(dict.fromkeys(a.metric for a in evidence)),
        frames=tuple(_frames(found.needed, takes)),
        speaks_for=speaks_for,
        speaks_against=speaks_against,
        source=rule.sources,
    )


def _verdict(rule: Rule, found: Match) -> Verdict:
    """Verdict of a finding: clear if enough of its differences are; from the intake alone nothing was measured."""
    if not found.needed:
        return Verdict.NOT_ASSESSED
    enough = len(rule.needs) if rule.at_least is None else rule.at_least
    clear = {a.metric for a in found.needed if a.verdict is Verdict.CLEAR}
    return Verdict.CLEAR if len(clear) >= enough else Verdict.POSSIBLE


def confidence(rule: Rule, found: Match, speaks_for: bool, speaks_against: bool) -> Confidence:
    """How firm a finding is: low unless enough of the differences it rests on are clear.

    From clear differences it is moderate; one step more if something else that is clear, or an answer, points the
    same way; one step less if an answer points the other way; never above the rule's cap.
    """
    if _verdict(rule, found) is not Verdict.CLEAR:
        return Confidence.LOW
    helped = speaks_for or any(a.verdict is Verdict.CLEAR for a in found.supporting)
    level = 1 + helped - speaks_against
    return _LEVELS[min(level, _LEVELS.index(rule.cap))]


def in_words(found: Asymmetry) -> str:
    """Size of a difference with its unit, without sign.

    Examples
    --------
    >>> nan = float("nan")
    >>> in_words(Asymmetry(metric="a_deg", unit="deg", left=1.0, right=-5.6, difference=-6.6, ci95=(-8.0, -5.0),
    ...                    mdc95=3.0, n_left=5, n_right=5, larger_side=Side.LEFT, verdict=Verdict.CLEAR))
    '7°'
    """
    size = abs(found.difference)
    text = _UNITS[found.unit]
    return (text.replace(".0f", ".1f") if size < _SMALL else text).format(size)


def _frames(needed: Sequence[Asymmetry], takes: Sequence[Filmed]) -> Iterator[FrameToLook]:
    """Give the lowest point of each side's most typical repetition in the takes that a finding rests on."""
    by_name = {take.name: take for take in takes}
    told = set()
    for found in needed:
        for name in found.takes:
            for side in Side:
                frame = _typical(by_name[name], found.metric, side) if name in by_name else None
                if frame is not None and (frame.take, frame.frame) not in told:
                    told.add((frame.take, frame.frame))
                    yield frame


def _typical(take: Filmed, metric: str, side: Side) -> FrameToLook | None:
    values = next((m.per_rep for m in take.result.measurements if m.key == metric and m.lead is side), None)
    if values is None or not np.isfinite(values).any():
        return None
    off = np.abs(values - np.nanmedian(values))
    rep = take.reps_of(side)[int(np.nanargmin(off))]
    time_s = float(take.result.angle_table.time_s[rep.bottom])
    return FrameToLook(take=take.name, rep=rep.index, frame=rep.bottom, time_s=round(time_s, 3))


def _hidden(rule: Rule, asymmetries: Sequence[Asymmetry]) -> Finding | None:
    """List a rule that could not be looked at, because none of its differences was assessed."""
    asked = [a for need in rule.needs for a in asymmetries if need.concerns(a)]
    if not asked or any(a.verdict is not Verdict.NOT_ASSESSED for a in asked):
        return None
    return Finding(
        rule=rule.key,
        link=rule.link,
        side=None,
        verdict=Verdict.NOT_ASSESSED,
        basis=Basis.VIDEO,
        confidence=Confidence.LOW,
        sentence="",
        asymmetries=tuple(dict.fromkeys(a.metric for a in asked)),
        source=rule.sources,
        reason=asked[0].reason,
    )
