"""The plan: turning inward, then opening, then putting it together; or nothing, and why.

May import: the standard library, `core`, `planning.exercises` and `planning.redflags`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screening.core.exercises import Exercise, PlanPolicy
from screening.core.screen import Answer, Finding, Plan, PlanItem, RedFlag
from screening.planning import redflags
from screening.planning.exercises import drives, item_for, ruled_out


def plan(
    exercises: Sequence[Exercise],
    findings: Sequence[Finding],
    answers: Mapping[str, Answer],
    flags: Sequence[RedFlag],
    *,
    policy: PlanPolicy,
    stopped: Sequence[str] = (),
) -> Plan:
    """Put the exercises in order, or say why there are none.

    Parameters
    ----------
    exercises : sequence of Exercise
        The catalogue.
    findings : sequence of Finding
        What was found; only findings from the video of more than low confidence choose exercises.
    answers : mapping
        Checked answers of the intake.
    flags : sequence of RedFlag
        Safety questions answered with yes; a single one withholds everything.
    policy : PlanPolicy
        Limits and sentences.
    stopped : sequence of str
        What ended the session (`redflags.stopped`); a single one withholds everything.

    Returns
    -------
    Plan
        Items in the order of the phases, and within a phase in that of the catalogue.
    """
    reason = redflags.advice(flags, policy)
    if not reason and stopped:
        reason = policy.sentences["stopped"].format(said=" ".join(stopped))
    if reason:
        return Plan(stop_rules=policy.stop_rules, withheld_because=reason)
    general = not any(drives(f) and any(f.rule in e.answers for e in exercises) for f in findings)
    wanted = [item for e in exercises if (item := _wanted(e, findings, general=general))]
    by_key = {e.key: e for e in exercises}
    withheld = [w for item in wanted if (w := ruled_out(by_key[item.exercise], findings, answers))]
    out = {w.exercise for w in withheld}
    items = _shortened([item for item in wanted if item.exercise not in out], policy.max_items)
    return Plan(
        items=tuple(items),
        withheld=tuple(withheld),
        stop_rules=policy.stop_rules,
        note=_note(
            policy, answers, general=general, left=len(wanted) - len(withheld) - len(items), any_left=bool(items)
        ),
    )


def _wanted(exercise: Exercise, findings: Sequence[Finding], *, general: bool) -> PlanItem | None:
    if not general:
        return item_for(exercise, findings)
    return PlanItem(exercise=exercise.key, phase=exercise.phase, side=None, general=True) if exercise.general else None


def _shortened(items: Sequence[PlanItem], most: int) -> list[PlanItem]:
    """Keep at most so many: every phase keeps its first, then those that answer most findings stay."""
    firsts = {item.phase: item.exercise for item in reversed(items)}
    ranked = sorted(items, key=lambda item: (item.exercise not in firsts.values(), -len(item.because)))
    kept = {item.exercise for item in ranked[:most]}
    return sorted((item for item in items if item.exercise in kept), key=lambda item: item.phase)


def _note(policy: PlanPolicy, answers: Mapping[str, Answer], *, general: bool, left: int, any_left: bool) -> str:
    say = policy.sentences
    if not any_left:
        return say["nothing_left"]
    parts = [say["general"] if general else say["targeted"]]
    now = answers.get("pain_now")
    if isinstance(now, (int, float)) and now > policy.max_start_pain:
        parts.append(say["wait"].format(pain=now, limit=policy.max_start_pain))
    parts.append(say["how_general" if general else "how"].format(start=policy.max_start_pain))
    if left:
        parts.append(say["too_many"])
    return " ".join(parts)
