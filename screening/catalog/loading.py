"""Reads the YAML files that lie inside the package and refuses what does not fit, naming file and key.

May import: core, PyYAML and the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import yaml

from screening.core.errors import CatalogError

HINT = "Reinstall the program, or correct the entry and run the tests in tests/contract."


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice instead of keeping the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def parse_yaml(text: str, *, file: str) -> dict[str, Any]:
    """Parse one file's text into a mapping; a damaged file is a `CatalogError`."""
    try:
        # A SafeLoader by descent: it builds plain mappings, lists, numbers and strings only.
        plain = yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as err:
        raise CatalogError(f"{file}: not readable as YAML: {err}", hint=HINT) from err
    if not isinstance(plain, dict):
        raise CatalogError(f"{file}: must hold keys and values, got {type(plain).__name__}", hint=HINT)
    return plain


def read_data(file: str) -> dict[str, Any]:
    """Read one file of `screening/data`."""
    path = resources.files("screening").joinpath("data").joinpath(file)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as err:
        raise CatalogError(f"{file}: missing from the installed program", hint=HINT) from err
    return parse_yaml(text, file=file)


def fail(file: str, key: str, what: str) -> CatalogError:
    """Build the error for one entry: `file:key: what`."""
    return CatalogError(f"{file}:{key}: {what}", hint=HINT)


def require_keys(
    plain: Any, keys: Sequence[str], *, file: str, at: str, optional: Sequence[str] = ()
) -> dict[str, Any]:
    """Check that an entry is a mapping with exactly these keys (and perhaps some optional ones)."""
    if not isinstance(plain, Mapping):
        raise fail(file, at, f"must hold keys and values, got {type(plain).__name__}")
    missing = sorted(set(keys) - set(plain))
    unknown = sorted(str(k) for k in set(plain) - set(keys) - set(optional))
    if missing or unknown:
        raise fail(file, at, f"missing keys {missing}, unknown keys {unknown}")
    return dict(plain)


def require_text(value: Any, *, file: str, at: str) -> str:
    """Check that a value is text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise fail(file, at, f"must be text, got {value!r}")
    return value
