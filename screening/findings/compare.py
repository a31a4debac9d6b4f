"""What changed between two sessions of one person, against the error of measuring twice.

May import: `core` and the sibling files `verdicts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from screening.core.datatypes import Measurement
from screening.core.screen import Asymmetry, Change
from screening.core.vocabulary import Side, Verdict
from screening.findings import verdicts

_NAN: Final = float("nan")
_DIFFERENCE: Final = "difference"


def between_screens(old: Sequence[Asymmetry], new: Sequence[Asymmetry]) -> tuple[Change, ...]:
    """Compare each side's value and the difference between the sides, metric by metric.

    Parameters
    ----------
    old, new : sequence of Asymmetry
        Of the earlier and of the later screen.

    Returns
    -------
    tuple of Change
        Three for each metric of either screen: left, right, difference. CLEAR where the change is larger than
        1.96 times 2 SEM, NOT_ASSESSED with the key of a reason where one of them does not show it.
    """
    earlier, later = ({(a.movement, a.metric): a for a in found} for found in (old, new))
    return tuple(
        change for key in dict.fromkeys([*earlier, *later]) for change in _metric(key, earlier.get(key), later.get(key))
    )


def _metric(key: tuple[str, str], old: Asymmetry | None, new: Asymmetry | None) -> Iterator[Change]:
    unit = next(a.unit for a in (old, new) if a is not None)
    reason = _why_not(old, new)
    for what in (*map(str, Side), _DIFFERENCE):
        pair = [getattr(a, what) if a is not None else _NAN for a in (old, new)]
        sems = [s for a in (old, new) if a is not None for s in _sems(a, what)]
        yield _change(key, unit, what, pair, sems, reason)


def _sems(found: Asymmetry, what: str) -> list[float]:
    by_side = {str(Side.LEFT): [found.sem_left], str(Side.RIGHT): [found.sem_right]}
    return by_side.get(what, [found.sem_left, found.sem_right])


def _why_not(old: Asymmetry | None, new: Asymmetry | None) -> str:
    if old is None or new is None or Verdict.NOT_ASSESSED in (old.verdict, new.verdict):
        return "reason.not_in_both"
    return "" if old.view == new.view else "reason.view_changed"


def between_takes(movement: str, old: Iterable[Measurement], new: Iterable[Measurement]) -> tuple[Change, ...]:
    """Compare the metrics of two takes of the same movement, one change for each metric and side.

    Parameters
    ----------
    movement : str
        Movement of both.
    old, new : iterable of Measurement
        Of the earlier and of the later take.
    """
    earlier, later = ({(m.key, m.lead): m for m in found} for found in (old, new))
    return tuple(
        _of_pair(movement, *key, earlier.get(key), later.get(key)) for key in dict.fromkeys([*earlier, *later])
    )


def _of_pair(movement: str, metric: str, lead: Side | None, old: Measurement | None, new: Measurement | None) -> Change:
    known = [m for m in (old, new) if m is not None]
    reason = ""
    if old is None or new is None or any(m.verdict is Verdict.NOT_ASSESSED for m in known):
        reason = "reason.not_in_both"
    elif old.view is not new.view:
        reason = "reason.view_changed"
    values = [m.value if m is not None else _NAN for m in (old, new)]
    return _change((movement, metric), known[0].unit, str(lead or "value"), values, [m.sem for m in known], reason)


def _change(
    key: tuple[str, str], unit: str, what: str, pair: Sequence[float], sems: Sequence[float], reason: str
) -> Change:
    movement, metric = key
    old, new = pair
    limit = _NAN if reason else verdicts.mdc95_between_sessions(verdicts.pooled_sem(*sems))
    verdict = Verdict.NOT_ASSESSED
    if not reason:
        verdict = Verdict.CLEAR if abs(new - old) > limit else Verdict.NOT_DISTINGUISHABLE
    return Change(
        movement=movement,
        metric=metric,
        unit=unit,
        what=what,
        old=old,
        new=new,
        change=_NAN if reason else new - old,
        mdc95=limit,
        verdict=verdict,
        reason=reason,
    )
