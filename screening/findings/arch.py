"""The arch from the side, made firmer by the pelvic tilt seen from behind.

May import: numpy, `core` and the sibling file `sets`.

The outline of the back gives the direction of the chest well and that of the pelvis less well: the errors of arch and
tilt from one such take are almost the same (r 0.95 over the 16 repetitions of five rendered takes). Where a take from
behind measures the tilt independently, the difference of the two tilts tells a part of that error, which is taken off
the arch of the whole set. Single repetitions of different takes are never mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from screening.core.datatypes import MetricSpec
from screening.core.settings import ScreenSettings
from screening.core.vocabulary import Side
from screening.findings.sets import Filmed, SideSet, sets_of

ARCH: Final = "arch_deg"
_TILT: Final = "tilt_deg"
_OUTLINE: Final = "near_side"
_SURFACE: Final = "back"
#: However alike two errors are, a part of the arch's own stays.
_MOST_ALIKE: Final = 0.95
#: Tilts further apart than this many standard errors contradict each other. A narrower gate would leave out the very
#: takes whose outline errs most.
_CONTRADICTION: Final = 3.0


@dataclass(frozen=True, kw_only=True)
class Tilts:
    """Pelvic tilt of one side: from the outline in the same take, and from the surface of the back in another one."""

    outline: SideSet
    surface: SideSet

    @property
    def gap(self) -> float:
        """How much more tilt the surface shows, degrees."""
        return float(self.surface.seen.mean() - self.outline.seen.mean())

    @property
    def agree(self) -> bool:
        """Whether both say the same within their errors; otherwise one of them is wrong for another reason."""
        return abs(self.gap) <= _CONTRADICTION * float(np.hypot(self.surface.sem, self.outline.sem))


def steadied(
    pair: tuple[SideSet, SideSet], takes: Sequence[Filmed], movement: str, settings: ScreenSettings
) -> tuple[SideSet, SideSet]:
    """Take the known part of the outline's error off the arch of both sides, or of neither.

    Parameters
    ----------
    pair : (left, right)
        Sets of the arch, each from a take from the side of the leg in front.
    takes : sequence of Filmed
        All takes of the screen.
    movement : str
        Movement of the sets.
    settings : ScreenSettings
        How much of the tilt's error the arch shares; fewest repetitions of a set.

    Returns
    -------
    (left, right)
        The same sets where a take from behind is missing or contradicts the outline on either side.
    """
    tilts = [_tilts(one, takes, movement, settings) for one in pair]
    if any(t is None or not t.agree for t in tilts):
        return pair
    left, right = (
        _steadied(one, t, settings.arch_shares_tilt_error) for one, t in zip(pair, tilts, strict=True) if t is not None
    )
    return left, right


def _tilts(arch: SideSet, takes: Sequence[Filmed], movement: str, settings: ScreenSettings) -> Tilts | None:
    spec = next((s for take in takes for s in take.specs if s.key == _TILT), None)
    if spec is None or arch.kind != _OUTLINE:
        return None
    found = _usable(takes, spec, movement, arch.side, settings)
    outline = [s for s in found if s.take == arch.take]
    surface = [s for s in found if s.kind == _SURFACE]
    if not outline or not surface:
        return None
    return Tilts(outline=outline[0], surface=min(surface, key=lambda s: s.sem))


def _usable(
    takes: Sequence[Filmed], spec: MetricSpec, movement: str, side: Side, settings: ScreenSettings
) -> list[SideSet]:
    return [s for s in sets_of(takes, spec, movement, side) if s.assessed and s.n >= settings.min_reps]


def _steadied(arch: SideSet, tilts: Tilts, shared_part: float) -> SideSet:
    """Best linear estimate of the arch given the gap of the tilts, and its error."""
    outline, own = tilts.outline.shared**2, arch.shared**2
    common = min(shared_part * outline, _MOST_ALIKE * arch.shared * tilts.outline.shared)
    weight = common / (tilts.outline.sem**2 + tilts.surface.sem**2)
    return replace(
        arch,
        value=arch.value + weight * tilts.gap,
        shared=float(np.sqrt(max(own - weight * common, 0.0))),
        shared_value=float(np.sqrt(max(arch.shared_value**2 - weight * common, 0.0))),
        helped_by=tilts.surface.take,
        reason="reason.arch_and_tilt",
    )
