"""All data files of a take, and `result.json` back again.

May import: catalog, core and sibling files of this room.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from screening.catalog import load_wordings
from screening.core.datatypes import SCHEMA_VERSION, TakeResult
from screening.core.errors import ConfigError
from screening.core.serial import from_plain, to_plain
from screening.report.atomic import writing
from screening.report.model import build_report
from screening.report.tables import write_angles, write_landmarks, write_repetitions

#: Key of `result.json` that holds what the report says, in words; it is made again from the rest, never read.
IN_WORDS = "report"
_CHUNK = 512


def write_tables(result: TakeResult, out_dir: Path) -> None:
    """Write `angles.csv`, `landmarks.csv`, `reps.csv` and `result.json` into a folder that exists.

    Each file appears whole or not at all.
    """
    write_angles(result, out_dir / "angles.csv")
    write_landmarks(result, out_dir / "landmarks.csv")
    write_repetitions(result, out_dir / "reps.csv")
    write_result(result, out_dir / "result.json")


def write_result(result: TakeResult, path: Path) -> None:
    """Write `result.json`: every field of the result, and under "report" the same in words.

    Long arrays are written a piece at a time, so that a long take needs little more memory than a short one.
    """
    with writing(path) as file:
        file.write("{\n")
        for field in fields(result):
            file.write(f"{json.dumps(field.name)}: ")
            _dump(getattr(result, field.name), file)
            file.write(",\n")
        file.write(f"{json.dumps(IN_WORDS)}: ")
        _dump(build_report(result, load_wordings(result.language)), file)
        file.write("\n}\n")


def _dump(value: Any, file: TextIO) -> None:
    if is_dataclass(value) and not isinstance(value, type):
        _dump_mapping({f.name: getattr(value, f.name) for f in fields(value)}, file)
    elif isinstance(value, np.ndarray) and len(value) > _CHUNK:
        file.write("[")
        for first in range(0, len(value), _CHUNK):
            file.write("," if first else "")
            file.write(_compact(value[first : first + _CHUNK])[1:-1])
        file.write("]")
    else:
        file.write(_compact(value))


def _dump_mapping(values: Mapping[str, Any], file: TextIO) -> None:
    file.write("{")
    for k, (name, value) in enumerate(values.items()):
        file.write(f"{',' if k else ''}{json.dumps(name)}: ")
        _dump(value, file)
    file.write("}")


def _compact(value: Any) -> str:
    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read_result(path: Path) -> TakeResult:
    """Read a `result.json` of this version.

    Raises
    ------
    ConfigError
        If it is missing, damaged, or of another version.
    """
    hint = "Give a result.json written by this version of the program, or analyse the video again."
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        raise ConfigError(f"{path} does not exist.", hint=hint) from err
    except (OSError, ValueError) as err:
        raise ConfigError(f"{path} cannot be read as a result: {err}.", hint=hint) from err
    version = plain.get("schema_version") if isinstance(plain, dict) else None
    if version != SCHEMA_VERSION:
        raise ConfigError(f"{path} has schema version {version}; {SCHEMA_VERSION} is needed.", hint=hint)
    plain.pop(IN_WORDS, None)
    try:
        return from_plain(TakeResult, plain)
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        raise ConfigError(f"{path} does not hold a whole result: {err}.", hint=hint) from err
