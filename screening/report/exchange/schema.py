"""JSON Schema of `result.json` and `screen.json`, made from the core types that are written there.

May import: core and the sibling files of `report`.

The published copies lie in `data/schemas`; `python -m screening.report.exchange.schema` writes them again after a
type has changed, and a contract test holds them against the types.
"""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from screening.core.datatypes import TakeResult
from screening.core.errors import UsageError
from screening.core.screen import ScreenResult
from screening.report.files import IN_WORDS
from screening.report.model import TakeReport

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
FOLDER: Final = Path(__file__).resolve().parents[2] / "data" / "schemas"
NAMES: Final = ("result", "screen")
_PLAIN: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    # NaN, "not assessed", is null in JSON.
    float: {"type": ["number", "null"]},
    type(None): {"type": "null"},
    Any: {},
}


def schema(name: str) -> dict[str, Any]:
    """Make the schema of `result.json` ("result") or of `screen.json` ("screen")."""
    if name == "result":
        return _document(TakeResult, "Movement take", extra={IN_WORDS: TakeReport})
    if name == "screen":
        return _document(ScreenResult, "Movement screen", extra={})
    raise UsageError(f"There is no schema {name}.", hint=f"Ask for one of: {', '.join(NAMES)}.")


def as_text(plain: Mapping[str, Any]) -> str:
    """Write a schema as it is published."""
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def _document(kind: type, title: str, *, extra: Mapping[str, type]) -> dict[str, Any]:
    defs: dict[str, Any] = {}
    body = _object(kind, defs)
    for name, part in extra.items():
        body["properties"][name] = _of(part, defs)
    return {"$schema": _DRAFT, "title": title, **body, "$defs": dict(sorted(defs.items()))}


def _object(kind: type, defs: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    properties = {name: _of(hints[name], defs) for name in names}
    if "schema_version" in properties:
        default = next(f.default for f in fields(kind) if f.name == "schema_version")
        properties["schema_version"] = {"const": default}
    about = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    head = {"description": about} if about else {}
    needed = [f.name for f in fields(kind) if not f.metadata.get("later")]
    return {**head, "type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _of(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(part, defs) for part in inner]}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is np.ndarray:
        return _array(np.dtype(get_args(inner[1])[0]))
    if origin in (tuple, list):
        return _sequence(inner, defs)
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(inner[1], defs)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        defs.setdefault(kind.__name__, {"enum": [member.value for member in kind]})
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in defs:
            defs[kind.__name__] = {}
            defs[kind.__name__] = _object(kind, defs)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    raise TypeError(f"no JSON Schema for {kind}")


def _sequence(inner: tuple[Any, ...], defs: dict[str, Any]) -> dict[str, Any]:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], defs)}
    parts = [_of(part, defs) for part in inner]
    return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}


def _array(dtype: np.dtype[Any]) -> dict[str, Any]:
    """Arrays of any number of axes are nested lists."""
    leaf = {"f": {"type": ["number", "null"]}, "b": {"type": "boolean"}}.get(dtype.kind, {"type": "integer"})
    name = {"f": "numbers", "b": "truths"}.get(dtype.kind, "integers")
    row = {"type": "array", "items": leaf}
    table = {"type": "array", "items": row}
    return {"title": name, "anyOf": [row, table, {"type": "array", "items": table}]}


def write_schemas(folder: Path = FOLDER) -> None:
    """Publish both schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.schema.json").write_text(as_text(schema(name)), encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
