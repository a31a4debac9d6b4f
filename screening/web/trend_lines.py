"""One person's screens as lines over time, and their pictures as SVG.

May import: `findings`, `jobs`, `report`, `store`, `core` and `web.review_data`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from screening.core.screen import Asymmetry, Change
from screening.core.vocabulary import Side, Verdict
from screening.findings.compare import between_screens
from screening.jobs.screen_folder import read_screen
from screening.jobs.signature import REVIEW_FILE
from screening.report.numbers import with_unit
from screening.report.palette import MIDDLE, line_colour
from screening.store import Store

_DIFFERENCE = "difference"
_WIDTH, _HEIGHT = 420, 180
#: A picture of its own does not inherit the page's colours, but knows whether dark ones are wanted.
_STYLE = "<style>text{fill:#3b4652}@media(prefers-color-scheme:dark){text{fill:#c3ccd6}}</style>"
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 10, 28


@dataclass(frozen=True, kw_only=True)
class Session:
    """One screen: when it was made, and what differs between the sides."""

    at: float
    asymmetries: tuple[Asymmetry, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One value over time: `what` is left, right or difference, `band` the smallest real change (NaN: not known).

    `changes` compare each point with the first one; None for that one itself.
    """

    what: str
    unit: str
    at: tuple[float, ...]
    value: tuple[float, ...]
    band: float
    changes: tuple[Change | None, ...]


def load_points(store: Store, person: str) -> list[Session]:
    """Give a person's screens in the order of time: what was signed last, else what was measured last."""
    out = []
    for screen in store.screens.of_person(person):
        results = [r for r in store.results.of_screen(screen.id) if "screen.json" in r.files]
        if results:
            signed = [r for r in results if REVIEW_FILE in r.files]
            newest = (signed or results)[-1]
            found = read_screen(store.results.folder(newest) / "screen.json")
            out.append(Session(at=screen.created_at, asymmetries=found.asymmetries))
    return out


def lines_of(sessions: Sequence[Session]) -> dict[str, list[Line]]:
    """Give left, right and difference of each metric of the main movement that at least one screen shows."""
    first, out = sessions[0], {}
    keys = dict.fromkeys(
        a.metric
        for s in sessions
        for a in s.asymmetries
        if a.verdict is not Verdict.NOT_ASSESSED and a.movement == "split_squat"
    )
    for key in keys:
        changes = [between_screens(first.asymmetries, s.asymmetries) for s in sessions]
        out[key] = [_line(key, what, sessions, changes) for what in (*map(str, Side), _DIFFERENCE)]
    return out


def _line(key: str, what: str, sessions: Sequence[Session], changes: Sequence[Sequence[Change]]) -> Line:
    rows = [next((a for a in s.asymmetries if _is(a, key)), None) for s in sessions]
    mine = [next((c for c in some if _is(c, key) and c.what == what), None) for some in changes]
    limits = [c.mdc95 for c in mine[1:] if c is not None and math.isfinite(c.mdc95)]
    alone = next((a.mdc95 for a in rows if a is not None and what == _DIFFERENCE), float("nan"))
    return Line(
        what=what,
        unit=next(a.unit for a in rows if a is not None),
        at=tuple(s.at for s in sessions),
        value=tuple(float("nan") if a is None else float(getattr(a, what)) for a in rows),
        band=limits[-1] if limits else alone,
        changes=(None, *mine[1:]),
    )


def _is(found: Asymmetry | Change, key: str) -> bool:
    return found.metric == key and found.movement == "split_squat"


def draw(line: Line, *, dates: Sequence[str]) -> str:
    """Draw a line as SVG; its colours show on light and on dark ground, the band lies around the newest point."""
    seen = [(t, v, d) for t, v, d in zip(line.at, line.value, dates, strict=True) if math.isfinite(v)]
    if not seen:
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"/>'
    band = line.band if math.isfinite(line.band) else 0.0
    newest = seen[-1][1]
    low = min([0.0, *(v for _, v, _ in seen), newest - band])
    high = max([0.0, *(v for _, v, _ in seen), newest + band])
    room = 0.08 * max(high - low, 1.0)
    low, high = low - room, high + room

    def x(k: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (k + 0.5) / len(seen)

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low)

    colour = line_colour(Side(line.what)) if line.what in {str(s) for s in Side} else MIDDLE
    dash = ' stroke-dasharray="7 5"' if line.what == str(Side.RIGHT) else ""
    ink = "#808b98"
    parts = [
        f'<rect x="{_LEFT}" y="{y(newest + band):.1f}" width="{_WIDTH - _LEFT - _RIGHT}" '
        f'height="{y(newest - band) - y(newest + band):.1f}" fill="{colour}" opacity="0.18"/>'
    ]
    for tick, said in _ticks(low, high, line.unit):
        parts.append(f'<path d="M{_LEFT} {y(tick):.1f}H{_WIDTH - _RIGHT}" stroke="{ink}" opacity="0.35"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{said}</text>')
    way = " ".join(f"{x(k):.1f},{y(v):.1f}" for k, (_, v, _) in enumerate(seen))
    parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>')
    for k, (_, v, date) in enumerate(seen):
        parts.append(f'<circle cx="{x(k):.1f}" cy="{y(v):.1f}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{x(k):.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{date}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="13">{_STYLE}{"".join(parts)}</svg>'
    )


def _ticks(low: float, high: float, unit: str) -> list[tuple[float, str]]:
    """Round values between two others, with what stands beside them."""
    raw = (high - low) / 4
    base = 10.0 ** math.floor(math.log10(raw))
    step = next(m * base for m in (1, 2, 5, 10) if m * base >= raw)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    values = (k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1))
    return [(value, with_unit(value, places, unit)) for value in values]
