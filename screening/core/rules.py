"""The rules along the chain: which differences and answers let a sentence be said.

May import: the standard library and `core`.

A rule is tried for both sides in turn. For the side tried, "its set" is the set with that leg in front, or, in the
short tests, the limb of that side. The difference of an asymmetry is right minus left; `Need.met_by` is the only place
that turns its sign into a side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screening.core.intake import AnswerCondition
from screening.core.screen import Answer, Asymmetry, Confidence
from screening.core.vocabulary import Side, Verdict, Word


class Direction(Word):
    """Which way the value of the side tried must differ from the other side's."""

    LARGER = "larger"
    SMALLER = "smaller"


class Sign(Word):
    """What the value of the side tried must be by itself.

    `POSITIVE` and `NEGATIVE` ask for that sign and for being larger in size than the other side's value: a hip that
    rises 8 deg on one side and sinks 2 deg on the other is a rise of the one, not a drop of the other.
    """

    ANY = "any"
    POSITIVE = "positive"
    NEGATIVE = "negative"


class About(Word):
    """Which side a finding names: the side tried, the opposite one, or none."""

    SIDE = "side"
    OTHER = "other"
    NONE = "none"


#: Verdicts from which something may be concluded.
DISTINGUISHABLE = (Verdict.CLEAR, Verdict.POSSIBLE)


@dataclass(frozen=True, kw_only=True)
class Need:
    """One difference that a rule asks for; `movement` "" means any movement that has the metric."""

    metric: str
    direction: Direction
    sign: Sign = Sign.ANY
    movement: str = ""

    def concerns(self, asymmetry: Asymmetry) -> bool:
        """Tell whether an asymmetry is the one asked for."""
        return asymmetry.metric == self.metric and self.movement in ("", asymmetry.movement)

    def met_by(self, asymmetry: Asymmetry, side: Side) -> bool:
        """Tell whether this difference holds for the side tried; never where the error hides it."""
        if not self.concerns(asymmetry) or asymmetry.verdict not in DISTINGUISHABLE:
            return False
        rightward = asymmetry.difference if side is Side.RIGHT else -asymmetry.difference
        if not (rightward > 0 if self.direction is Direction.LARGER else rightward < 0):
            return False
        pair = (asymmetry.right, asymmetry.left) if side is Side.RIGHT else (asymmetry.left, asymmetry.right)
        return self._sign_holds(*pair)

    def _sign_holds(self, own: float, opposite: float) -> bool:
        if self.sign is Sign.ANY:
            return True
        right_way = own > 0 if self.sign is Sign.POSITIVE else own < 0
        return right_way and abs(own) > abs(opposite)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the table.

    Parameters
    ----------
    key, link : str
        Its name, and the link of the chain it belongs to.
    needs : tuple of Need
        Differences it rests on; at least `at_least` of them must hold for one and the same side (all if None). Empty
        for rules from the intake alone.
    supports : tuple of Need
        Further differences that make it firmer where they hold for the same side, and are then named as evidence.
    when : tuple of AnswerCondition
        Answers without which it says nothing (all of them).
    about : About
        Side that the finding names.
    for_answers, against_answers : tuple of AnswerCondition
        Answers that speak for or against it.
    sentence : str
        Key of its words (`Texts.sentence`). Places: {side} the side tried, {other} the opposite one, {value} the size
        of the first difference that holds, with unit, without sign.
    cap : Confidence
        The firmest it may ever be.
    sources : tuple of str
        Keys of `sources.yaml`.
    """

    key: str
    link: str
    needs: tuple[Need, ...] = ()
    at_least: int | None = None
    supports: tuple[Need, ...] = ()
    when: tuple[AnswerCondition, ...] = ()
    about: About = About.SIDE
    for_answers: tuple[AnswerCondition, ...] = ()
    against_answers: tuple[AnswerCondition, ...] = ()
    sentence: str = ""
    cap: Confidence = Confidence.MODERATE
    sources: tuple[str, ...] = ()

    @property
    def from_intake(self) -> bool:
        """Whether it rests on answers alone."""
        return not self.needs

    def named_side(self, tried: Side | None) -> Side | None:
        """Return the side that the finding is about."""
        if tried is None or self.about is About.NONE:
            return None
        return tried if self.about is About.SIDE else tried.other


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a rule found: the side tried (None: neither), the differences that hold, needed ones first."""

    side: Side | None
    needed: tuple[Asymmetry, ...] = ()
    supporting: tuple[Asymmetry, ...] = ()


def match(rule: Rule, asymmetries: Sequence[Asymmetry], answers: Mapping[str, Answer]) -> Match | None:
    """Try a rule for both sides; None if it has nothing to say.

    Where both sides meet its differences equally well, they contradict each other and nothing is said. Answers are
    looked at afterwards: they never decide between differences.
    """
    if not rule.needs:
        return _from_intake(rule, answers)
    tried = [m for side in (Side.LEFT, Side.RIGHT) if (m := _for_side(rule, asymmetries, side))]
    if not tried or (len(tried) == 2 and len(tried[0].needed) == len(tried[1].needed)):
        return None
    best = max(tried, key=lambda m: len(m.needed))
    return best if all(condition.met_by(answers, best.side) for condition in rule.when) else None


def _from_intake(rule: Rule, answers: Mapping[str, Answer]) -> Match | None:
    sides: tuple[Side | None, ...] = (Side.LEFT, Side.RIGHT) if any(c.sided for c in rule.when) else (None,)
    met = [s for s in sides if all(condition.met_by(answers, s) for condition in rule.when)]
    return Match(side=met[0]) if len(met) == 1 and rule.when else None


def _for_side(rule: Rule, asymmetries: Sequence[Asymmetry], side: Side) -> Match | None:
    needed = tuple(a for need in rule.needs for a in asymmetries if need.met_by(a, side))
    met = sum(any(need.met_by(a, side) for a in asymmetries) for need in rule.needs)
    if met < (len(rule.needs) if rule.at_least is None else rule.at_least):
        return None
    supporting = tuple(a for need in rule.supports for a in asymmetries if need.met_by(a, side))
    return Match(side=side, needed=needed, supporting=supporting)
