"""Movement screen: a video of a split squat in, an angle report with honest errors out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["ScreenResult", "TakeOptions", "TakeResult", "analyze", "screen"]

if TYPE_CHECKING:
    from screening.core.datatypes import TakeResult
    from screening.core.screen import ScreenResult
    from screening.core.settings import TakeOptions
    from screening.jobs.screen_folder import screen
    from screening.pipeline import analyze


def __getattr__(name: str) -> Any:
    """Load the public names when they are asked for: the command line must answer before any heavy library loads."""
    import importlib  # noqa: PLC0415

    homes = {
        "ScreenResult": "core.screen",
        "TakeOptions": "core.settings",
        "TakeResult": "core.datatypes",
        "analyze": "pipeline",
        "screen": "jobs.screen_folder",
    }
    if name in homes:
        return getattr(importlib.import_module(f"screening.{homes[name]}"), name)
    raise AttributeError(f"module 'screening' has no attribute {name!r}")
