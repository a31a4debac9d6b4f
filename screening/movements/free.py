"""Any movement: angles without repetitions, measured from the first quiet second.

May import: numpy and `core`.
"""

from __future__ import annotations

from typing import Final

from screening.core.datatypes import BodyMotion, Timeline
from screening.core.settings import MovementSettings, TakeOptions
from screening.core.vocabulary import Phase
from screening.movements.base import Movement
from screening.movements.cycles import hip_height_pct


def find(motion: BodyMotion, options: TakeOptions, settings: MovementSettings) -> Timeline:
    """Reference = the first second of quiet standing, or of the take where nobody stands still."""
    first, last = motion.scene.standing or (0, motion.image.n_frames)
    last = min(last, first + max(1, round(motion.image.fps)))
    phase = [Phase.OTHER] * motion.image.n_frames
    if motion.scene.standing is not None:
        start, end = motion.scene.standing
        phase[start:end] = [Phase.STAND] * (end - start)
    return Timeline(
        repetitions=(),
        phase=tuple(phase),
        lead=None,
        reference=tuple(range(first, last)),
        signal_pct=hip_height_pct(motion),
    )


#: No repetitions.
MOVEMENT: Final = Movement(name="free", metrics=(), find=find)
