"""Which safety questions were answered with yes, and what ends a session.

May import: the standard library and `core`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screening.core.exercises import PlanPolicy
from screening.core.intake import Intake
from screening.core.screen import Answer, FlagLevel, RedFlag, ScreenTake

#: The most pressing first.
LEVELS = tuple(FlagLevel)


def raised(intake: Intake, answers: Mapping[str, Answer]) -> tuple[RedFlag, ...]:
    """Collect the safety questions that were answered with yes.

    Parameters
    ----------
    intake : Intake
        The questions.
    answers : mapping
        Checked answers by question; a question that was not answered raises nothing.

    Returns
    -------
    tuple of RedFlag
        The most pressing level first, within a level in the order of the questions.
    """
    flags = [
        RedFlag(question=q.key, level=q.flag, sentence=q.said)
        for q in intake.questions
        if q.flag is not None and answers.get(q.key) is True
    ]
    return tuple(sorted(flags, key=lambda flag: LEVELS.index(flag.level)))


def advice(flags: Sequence[RedFlag], policy: PlanPolicy) -> str:
    """Say why nothing is suggested and what to do, at the most pressing level; empty without flags.

    With several levels the flags of the lower ones are named too, but the advice is that of the highest.
    """
    if not flags:
        return ""
    first = min((flag.level for flag in flags), key=LEVELS.index)
    return policy.sentences[f"flag_{first}"].format(said=" ".join(flag.sentence for flag in flags))


def stopped(
    intake: Intake, answers: Mapping[str, Answer], takes: Sequence[ScreenTake], policy: PlanPolicy
) -> tuple[str, ...]:
    """Collect what ends a session: pain above the limit before or in a take, and the signs asked for while filming.

    Pain is 0-10 and must be above `policy.max_take_pain`; pain that nobody asked for ends nothing.
    """
    limit = policy.max_take_pain
    said = [q.said for q in intake.questions if q.stops and answers.get(q.key) is True]
    now = answers.get("pain_now")
    if isinstance(now, (int, float)) and now > limit:
        said.append(policy.sentences["pain_before"].format(pain=now, limit=limit))
    said += [
        policy.sentences["take_pain"].format(take=take.name, pain=take.entry.pain, limit=limit)
        for take in takes
        if take.entry.pain is not None and take.entry.pain > limit
    ]
    return tuple(said)
