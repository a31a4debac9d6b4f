"""Which exercises answer which findings, on which side, and which are ruled out.

May import: the standard library and `core`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screening.core.exercises import Exercise, SideRule
from screening.core.screen import Answer, Basis, Confidence, Finding, PlanItem, Withheld
from screening.core.vocabulary import Side, Verdict


def drives(finding: Finding) -> bool:
    """Tell whether a finding may choose exercises: seen on video, distinguishable, and of more than low confidence."""
    return (
        finding.basis is not Basis.INTAKE
        and finding.verdict in (Verdict.CLEAR, Verdict.POSSIBLE)
        and finding.confidence is not Confidence.LOW
    )


def item_for(exercise: Exercise, findings: Sequence[Finding]) -> PlanItem | None:
    """Choose an exercise if it answers one of the findings that may choose; None if it answers none.

    Where findings ask for different sides it is done on both (side None).
    """
    answered = [f for f in findings if f.rule in exercise.answers and drives(f)]
    if not answered:
        return None
    sides = {side_of(exercise.answers[f.rule], f.side) for f in answered}
    side = sides.pop() if len(sides) == 1 else None
    because = tuple(dict.fromkeys(f.rule for f in answered))
    return PlanItem(exercise=exercise.key, phase=exercise.phase, side=side, because=because)


def side_of(rule: SideRule, side: Side | None) -> Side | None:
    """Turn the side of a finding into that of an exercise; None means both.

    Examples
    --------
    >>> side_of(SideRule.OTHER, Side.RIGHT)
    <Side.LEFT: 'left'>
    """
    if side is None or rule is SideRule.BOTH:
        return None
    return side if rule is SideRule.SAME else side.other


def ruled_out(exercise: Exercise, findings: Sequence[Finding], answers: Mapping[str, Answer]) -> Withheld | None:
    """Return the first reason against an exercise, or None."""
    found = {f.rule for f in findings if f.verdict in (Verdict.CLEAR, Verdict.POSSIBLE)}
    for against in exercise.contraindications:
        by_answer = against.answer is not None and against.answer.met_by(answers)
        if by_answer or (against.finding and against.finding in found):
            return Withheld(exercise=exercise.key, reason=against.reason)
    return None
