"""Loads the two heavy libraries of this room on demand and says in two lines what is missing.

May import: the standard library and `core`.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from types import ModuleType
from typing import Any

from screening.core.errors import ModelError

NEWEST_PYTHON = (3, 12)
UNUSED = ("matplotlib", "matplotlib.pyplot")


def load(name: str) -> Any:
    """Import a library by name.

    Raises
    ------
    ModelError
        If it, or a system library that it needs, is missing.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError) as err:
        raise explain(name, err) from err


def load_mediapipe() -> Any:
    """Import mediapipe without matplotlib.

    Notes
    -----
    mediapipe loads it for one drawing function that nobody calls here; it would take 30 MiB and most of the time of
    the import. A placeholder stands for it meanwhile.
    """
    absent = [name for name in UNUSED if name not in sys.modules]
    if "mediapipe" not in sys.modules and len(absent) == len(UNUSED):
        sys.modules.update({name: ModuleType(name) for name in absent})
        try:
            return load("mediapipe")
        finally:
            for name in absent:
                sys.modules.pop(name, None)
    return load("mediapipe")


def explain(name: str, err: Exception, python: tuple[int, int] = sys.version_info[:2]) -> ModelError:
    """Turn a failed import into what was seen and what to do."""
    text = str(err)
    if "libGL" in text:
        return ModelError(
            f"The system library libGL.so.1 is missing; {name} needs it.",
            hint="Install it: apt-get install libgl1 (Debian, Ubuntu), dnf install mesa-libGL (Fedora).",
        )
    if ".so" in text and "cannot open shared object" in text:
        return ModelError(
            f"A system library is missing; {name} needs it: {text}.",
            hint="Install the package of your system that holds this library, then run: screening doctor",
        )
    if python > NEWEST_PYTHON:
        return ModelError(
            f"{name} cannot be loaded: it exists for Python 3.10 to 3.12, this is Python {python[0]}.{python[1]}.",
            hint="Install with an older Python, for example: uv venv --python 3.12 && uv pip install .",
        )
    return ModelError(
        f"{name} cannot be loaded: {text}.",
        hint="Install the program again with its pinned versions: pip install --force-reinstall .",
    )


def give_back_memory() -> None:
    """Hand freed memory back to the system, where the C library can (glibc): a closed network leaves 100 MiB."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


#: `mallopt` parameters of glibc (trim threshold, mmap threshold), in bytes: for a network that asks for the same large
#: blocks with every picture, and for stages that each need other blocks.
_KEEP_BLOCKS = ((-1, 64 << 20), (-3, 4 << 20))
_RETURN_BLOCKS = ((-1, 1 << 20), (-3, 1 << 20))


def keep_blocks(keep: bool) -> None:
    """Tell the C library (glibc) whether to keep freed blocks or to give them back at once; for the whole process.

    Returned at once, the network's blocks cost a third of its speed. Kept, the pictures and networks of one stage are
    still there while the next one needs its own: 580 instead of 390 MiB at the peak of a take.
    """
    if sys.platform == "linux":
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)
        if set_option is not None:
            for parameter, value in _KEEP_BLOCKS if keep else _RETURN_BLOCKS:
                set_option(parameter, value)
    if not keep:
        give_back_memory()
