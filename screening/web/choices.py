"""What the page's answers mean as options of a take, and back.

May import: `movements`, `core`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from screening import movements
from screening.core.settings import DEFAULT_LANGUAGE, TakeOptions
from screening.core.vocabulary import Quality, Side, View

_USUAL: Final = TakeOptions().movement
MOVEMENTS: Final = (_USUAL, *sorted(set(movements.names()) - {_USUAL}, reverse=True))
MIRRORED: Final[Mapping[str, bool | None]] = {"unknown": None, "normal": False, "selfie": True}
VIEWS: Final[Mapping[str, View | None]] = {"auto": None, **{view.value: view for view in View}}
LEADS: Final = ("auto", "left", "right", "both")
QUALITIES: Final = tuple(quality.value for quality in Quality)


def to_options(answers: Mapping[str, str], capture_fps: float | None, language: str = DEFAULT_LANGUAGE) -> TakeOptions:
    """Turn the answers into options; the report is written in `language`.

    Examples
    --------
    >>> to_options({"movement": "squat", "mirrored": "selfie", "view": "back", "lead": "both", "quality": "fast"}, None)
    ... # doctest: +ELLIPSIS
    TakeOptions(movement='squat', view=<View.BACK: 'back'>, lead=None, alternating=True, mirrored=True, ...)
    """
    lead = answers["lead"]
    return TakeOptions(
        movement=answers["movement"],
        view=VIEWS[answers["view"]],
        lead=Side(lead) if lead in ("left", "right") else None,
        alternating=lead == "both",
        mirrored=MIRRORED[answers["mirrored"]],
        capture_fps=capture_fps,
        quality=Quality(answers["quality"]),
        language=language,
    )


def to_answers(options: TakeOptions) -> dict[str, str]:
    """Give the answers that lead to these options."""
    lead = "both" if options.alternating else (options.lead.value if options.lead else "auto")
    return {
        "movement": options.movement,
        "view": options.view.value if options.view else "auto",
        "lead": lead,
        "mirrored": next(name for name, value in MIRRORED.items() if value is options.mirrored),
        "quality": options.quality.value,
    }
