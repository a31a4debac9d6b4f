"""Whole sentences about both sides: what each one does, how large the difference is, and the screen in short.

May import: core and the sibling files of `report`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from screening.core.screen import Asymmetry, ScreenResult
from screening.core.vocabulary import Side, Verdict
from screening.report.numbers import decimals, with_unit
from screening.report.screen_words import LEG_IN_FRONT, Words, capital, compared_label, plain_name, side_word

#: Clear differences told in full in the summary if there are no more, and names listed there.
_TOLD, _NAMED = 2, 4


def each_side(a: Asymmetry, words: Words) -> str:
    """Say what each side does, with its direction in words instead of a sign; empty where nothing was measured.

    The sentence names both values rounded as in the table, so that a change of direction between the sides shows.
    """
    return "" if math.isnan(a.left) or math.isnan(a.right) else capital(_sides(a, words))


def _sides(a: Asymmetry, words: Words) -> str:
    """The same as it stands after a colon."""
    say = words.say
    if f"plus.{a.metric}" not in say.sentences:
        values = [_size(value, a) for value in (a.left, a.right)]
        return say("said.plain", label=compared_label(a, words), left=values[0], right=values[1])
    left, right = (_one_side(a, side, value, words) for side, value in ((Side.LEFT, a.left), (Side.RIGHT, a.right)))
    return say("said.pair", left=left, right=right)


def _one_side(a: Asymmetry, side: Side, value: float, words: Words) -> str:
    """What one side does, from the sign of its rounded value."""
    say, places = words.say, decimals(a.mdc95, a.unit)
    rounded = round(value, places)
    kind = "plus" if rounded > 0 else "minus" if rounded < 0 else "level"
    key = next(k for k in (f"{kind}.{a.metric}", f"plus.{a.metric}") if k in say.sentences)
    size = with_unit(abs(value) if key != f"plus.{a.metric}" or kind == "plus" else value, places, a.unit)
    what = say(key, side=side_word(side, words), other=side_word(side.other, words), value=size)
    frame = "said.lead" if a.movement == LEG_IN_FRONT else "said.limb"
    return say(frame, side=side_word(side, words), what=what)


def _size(value: float, a: Asymmetry) -> str:
    return with_unit(value, decimals(a.mdc95, a.unit), a.unit)


def size_of_difference(a: Asymmetry, words: Words) -> str:
    """Say how large a difference is with its interval, counted towards the larger side; empty if it is not known."""
    if math.isnan(a.difference):
        return ""
    low, high = a.ci95 if a.difference >= 0 else (-a.ci95[1], -a.ci95[0])
    return words.say(
        "said.size",
        size=_size(abs(a.difference), a),
        low=_size(low, a),
        high=_size(high, a),
        smallest=_size(a.mdc95, a),
    )


def in_short(result: ScreenResult, words: Words) -> tuple[str, ...]:
    """The screen in three to five sentences: what was looked at, what differs and how, how sure, what is not said."""
    say = words.say
    lines = [say("short.flags")] if result.flags else []
    lines += _videos(result, words)
    if all(a.verdict is Verdict.NOT_ASSESSED for a in result.asymmetries):
        return (*lines, _nothing_compared(result, words))
    clear = _of(result.asymmetries, Verdict.CLEAR)
    possible = _of(result.asymmetries, Verdict.POSSIBLE)
    lines += _clear(clear, words)
    if possible:
        lines.append(say("short.possible", names=_names(possible, words)))
    if not clear and not possible:
        lines.append(say("short.none"))
    lines.append(_rest(result.asymmetries, words))
    return tuple(lines)


def _clear(clear: Sequence[Asymmetry], words: Words) -> list[str]:
    """Two clear differences in full; of more than two the firmest in full and the others by name."""
    told = clear if len(clear) <= _TOLD else clear[:1]
    lines = []
    for a in told:
        name = plain_name(a.metric, words)
        lines.append(capital(words.say("short.clear", name=name, sides=_sides(a, words))))
    if len(clear) > len(told):
        lines.append(words.say("short.clear_too", names=_names(clear[len(told) :], words)))
    return lines


def _videos(result: ScreenResult, words: Words) -> list[str]:
    say, takes = words.say, result.takes
    if not takes:
        return []
    if len(takes) == 1:
        return [say("short.one_video")]
    left, right = (sum(take.lead is side for take in takes) for side in Side)
    if left + right == len(takes) and left and right:
        legs = all(take.entry.movement == LEG_IN_FRONT for take in takes)
        return [say("short.videos" if legs else "short.videos_limbs", count=len(takes), left=left, right=right)]
    return [say("short.videos_plain", count=len(takes))]


def _nothing_compared(result: ScreenResult, words: Words) -> str:
    leads = {take.lead for take in result.takes if take.reps_used}
    sides = [side for side in Side if side in leads]
    if len(sides) == 1:
        return words.say("short.only_side", side=side_word(sides[0], words))
    return words.say("short.nothing_compared")


def _of(asymmetries: Sequence[Asymmetry], verdict: Verdict) -> list[Asymmetry]:
    """The differences of a verdict, the firmest first: size against what can be told from error."""
    found = [a for a in asymmetries if a.verdict is verdict]
    return sorted(found, key=lambda a: -abs(a.difference) / a.mdc95 if a.mdc95 > 0 else 0.0)


def _names(found: Sequence[Asymmetry], words: Words) -> str:
    names = list(dict.fromkeys(plain_name(a.metric, words) for a in found))
    return "; ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])


def _rest(asymmetries: Sequence[Asymmetry], words: Words) -> str:
    verdicts = [a.verdict for a in asymmetries]
    same, missing = (verdicts.count(v) for v in (Verdict.NOT_DISTINGUISHABLE, Verdict.NOT_ASSESSED))
    key = "short.rest" if missing else "short.rest_seen"
    values = {"missing": missing} if missing else {}
    return words.say(key, total=len(verdicts), same=same, **values)
