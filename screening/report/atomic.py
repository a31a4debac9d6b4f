"""Files that appear whole or not at all.

May import: core and the standard library.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def writing(path: Path) -> Iterator[TextIO]:
    """Open a text file beside `path` that takes its name when the block ends well, and vanishes when it does not."""
    part = _part(path)
    try:
        with part.open("x", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file of bytes beside `path`, in the same manner as `writing`."""
    part = _part(path)
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
