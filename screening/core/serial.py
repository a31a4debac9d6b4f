"""Core types to JSON and back.

May import: numpy, the standard library and `core`.

Arrays become nested lists, NaN becomes null, floats in arrays keep four decimals (a tenth of a millidegree or of a
tenth of a pixel says nothing). Unknown and missing keys are an error; only fields that came later may be missing.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")
DECIMALS = 4
#: Metadata of a field that files of the same schema version may lack, since it was added later; it has a default.
LATER: Final = {"later": True}


def to_plain(value: Any) -> Any:
    """Turn a core object into dictionaries, lists, numbers and strings that JSON knows."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, np.ndarray):
        return _array_to_plain(value)
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _array_to_plain(array: np.ndarray[Any, Any]) -> Any:
    if array.dtype.kind != "f":
        return array.tolist()
    rounded = np.round(array.astype(np.float64), DECIMALS)  # single precision has no short decimals
    if np.isfinite(rounded).all():
        return rounded.tolist()
    out = rounded.astype(object)
    out[~np.isfinite(rounded)] = None
    return out.tolist()


def from_plain(kind: type[T], plain: Any) -> T:
    """Build a core object from what `to_plain` made of it."""
    return _decode(kind, plain)  # type: ignore[no-any-return]


def _decode(kind: Any, plain: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(kind), plain)
    if origin is tuple:
        inner = get_args(kind)
        kinds = [inner[0]] * len(plain) if inner[-1] is Ellipsis else list(inner)
        return tuple(_decode(k, p) for k, p in zip(kinds, plain, strict=True))
    if origin is np.ndarray:
        dtype = get_args(get_args(kind)[1])[0]
        return np.array(plain, dtype=np.dtype(dtype))
    if origin is not None and issubclass(origin, Mapping):
        return {k: _decode(get_args(kind)[1], v) for k, v in plain.items()}
    if is_dataclass(kind):
        return _decode_dataclass(kind, plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if kind is float:
        return float("nan") if plain is None else float(plain)
    return plain


def _decode_union(kinds: tuple[Any, ...], plain: Any) -> Any:
    if plain is None and type(None) in kinds:
        return None
    rest = [k for k in kinds if k is not type(None)]
    if len(rest) == 1:
        return _decode(rest[0], plain)
    return tuple(plain) if isinstance(plain, list) else plain


def _decode_dataclass(kind: Any, plain: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    names = {f.name for f in fields(kind)}
    needed = {f.name for f in fields(kind) if not f.metadata.get("later")}
    missing, unknown = sorted(needed - set(plain)), sorted(set(plain) - names)
    if missing or unknown:
        raise ValueError(f"{kind.__name__}: missing {missing}, unknown {unknown}")
    return kind(**{name: _decode(hints[name], value) for name, value in plain.items()})
