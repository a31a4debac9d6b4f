"""What a clinician decided about findings and exercises, and the screen as it reads then.

May import: the standard library and `core`.

Decisions are kept as plain JSON by the id of what they are about: `finding:RULE:SIDE` or `exercise:KEY:SIDE`, where
SIDE is left, right or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from screening.core.screen import Finding, PlanItem, ScreenResult
from screening.core.vocabulary import Side, Word


class Choice(Word):
    """What may be decided."""

    ACCEPTED = "accepted"
    REWORDED = "reworded"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision; `text` is the new wording or a remark, empty where there is none."""

    choice: Choice
    text: str = ""


def finding_id(finding: Finding) -> str:
    """Name a finding for its decision.

    Examples
    --------
    >>> _id("finding", "hip_hike", Side.LEFT), _id("exercise", "side_bridge", None)
    ('finding:hip_hike:left', 'exercise:side_bridge:none')
    """
    return _id("finding", finding.rule, finding.side)


def exercise_id(item: PlanItem) -> str:
    """Name an exercise of the plan for its decision."""
    return _id("exercise", item.exercise, item.side)


def read_decisions(plain: Mapping[str, Any]) -> dict[str, Decision]:
    """Read decisions back from JSON; what is no decision is left out."""
    out = {}
    for key, value in plain.items():
        if isinstance(value, Mapping) and value.get("choice") in {str(choice) for choice in Choice}:
            out[str(key)] = Decision(choice=Choice(value["choice"]), text=str(value.get("text", "")))
    return out


def write_decisions(decisions: Mapping[str, Decision]) -> dict[str, Any]:
    """Turn decisions into JSON."""
    return {key: {"choice": str(d.choice), "text": d.text} for key, d in decisions.items()}


def decided(screen: ScreenResult, decisions: Mapping[str, Decision]) -> ScreenResult:
    """Give the screen as it reads after the decisions.

    Rejected findings and exercises are left out, reworded findings say what the clinician wrote. Exercises keep the
    catalogue's words, which hold dose and safety; what was written about them belongs into the notes.
    """
    findings = tuple(
        _said(finding, decisions.get(finding_id(finding)))
        for finding in screen.findings
        if not _rejected(decisions.get(finding_id(finding)))
    )
    items = tuple(item for item in screen.plan.items if not _rejected(decisions.get(exercise_id(item))))
    return replace(screen, findings=findings, plan=replace(screen.plan, items=items))


def undecided(screen: ScreenResult, decisions: Mapping[str, Decision], said: tuple[str, ...]) -> tuple[str, ...]:
    """Give the ids of findings with one of these verdicts, and of exercises, that nobody has decided about."""
    findings = [finding_id(f) for f in screen.findings if str(f.verdict) in said]
    return tuple(key for key in (*findings, *map(exercise_id, screen.plan.items)) if key not in decisions)


def _rejected(decision: Decision | None) -> bool:
    return decision is not None and decision.choice is Choice.REJECTED


def _said(finding: Finding, decision: Decision | None) -> Finding:
    if decision is None or decision.choice is not Choice.REWORDED or not decision.text.strip():
        return finding
    return replace(finding, sentence=decision.text.strip())


_NONE: Final = "none"


def _id(kind: str, key: str, side: Side | None) -> str:
    return f"{kind}:{key}:{side.value if side else _NONE}"
