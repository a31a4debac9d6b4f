"""Libraries that are not installed by default: loaded when an export needs them, asked for in two lines if missing.

May import: core and the standard library.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from screening.core.errors import ConfigError


def need(module: str, *, what: str, extra: str = "exchange") -> ModuleType:
    """Load a library of an extra.

    Parameters
    ----------
    module : str
        Its dotted name.
    what : str
        What it is needed for, in words: "C3D files".
    extra : str
        The extra of this program that brings it.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as err:
        raise ConfigError(
            f"{what} need the library {module.partition('.')[0]}, which is not installed.",
            hint=f'Install it with pip install "movement-screen[{extra}]", then run the same command again.',
        ) from err
