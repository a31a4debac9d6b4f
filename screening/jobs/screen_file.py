"""The file that describes a screen: who, what was answered, which videos.

May import: `catalog`, `movements` and `core`.

Reading is strict and friendly: whatever is unknown, missing or of the wrong kind is refused with the place, the closest
known name, and what would be right.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from screening import movements
from screening.catalog.intake import check_answers, load_intake
from screening.core.errors import ConfigError, UnreadableVideoError
from screening.core.screen import Answer, Person, TakeEntry
from screening.core.vocabulary import Side, View

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SECTIONS: Final = ("person", "intake", "takes")
_SEXES: Final = ("female", "male", "other")
_MAX_CODE: Final = 64
_AUTO: Final = "auto"
_BOTH: Final = "both"


@dataclass(frozen=True, kw_only=True)
class NamedTake:
    """One take as declared: its name (folder under `takes/`), its video, and whether the legs took turns."""

    name: str
    video: Path
    entry: TakeEntry
    alternating: bool = False


@dataclass(frozen=True, kw_only=True)
class ScreenFile:
    """Everything a screen file says, checked."""

    person: Person
    answers: Mapping[str, Answer]
    takes: tuple[NamedTake, ...]


def read_screen_file(path: Path) -> ScreenFile:
    """Read and check a screen file; paths in it are relative to its folder.

    Parameters
    ----------
    path : Path
        A TOML file with `[person]`, `[intake]` and one `[[takes]]` for each video.

    Raises
    ------
    ConfigError
        It cannot be read, or says something unknown, contradictory or of the wrong kind.
    UnreadableVideoError
        A video that it names does not exist.
    """
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise ConfigError(
            f"The screen file {path} cannot be read: {err.strerror or err}.",
            hint="Give a file with [person], [intake] and one [[takes]] for each video.",
        ) from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise ConfigError(
            f"{path.name} is not readable as TOML: {err}.", hint="Correct that line; texts need quotation marks."
        ) from err
    return check_screen(plain, folder=path.absolute().parent, file=path.name)


def check_screen(plain: Mapping[str, Any], *, folder: Path, file: str) -> ScreenFile:
    """Check what a screen file holds.

    Parameters
    ----------
    plain : mapping
        The sections of the file.
    folder : Path
        Where its relative paths begin.
    file : str
        Its name, for messages.
    """
    _known(plain, _SECTIONS, at=file)
    for name in ("person", "takes"):
        if name not in plain:
            raise _wrong(file, f"[{name}] is missing", f"Add {'[[takes]]' if name == 'takes' else '[person]'}.")
    rows = plain["takes"]
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise _wrong(file, "takes must be one or more [[takes]]", "Write [[takes]] in double brackets for each video.")
    takes = _named([_take(row, folder, f"{file}: takes {k}") for k, row in enumerate(rows, start=1)])
    _no_take_twice(takes, file)
    return ScreenFile(
        person=_person(_table(plain["person"], f"{file}: person"), f"{file}: person"),
        answers=check_answers(load_intake(), _table(plain.get("intake", {}), f"{file}: intake")),
        takes=takes,
    )


def _person(plain: Mapping[str, Any], at: str) -> Person:
    _known(plain, ("code", "height_cm", "birth_year", "sex"), at=at)
    if "code" not in plain:
        raise _wrong(at, "code is missing", 'Add a code that is no name, such as code = "A-17".')
    code = _value(plain, "code", _is_code, f"text of 1 to {_MAX_CODE} characters, in quotation marks", at)
    height = _value(plain, "height_cm", _between(80, 250), "a number from 80 to 250", at)
    return Person(
        code=code.strip(),
        height_cm=None if height is None else float(height),
        birth_year=_value(plain, "birth_year", _is_year, "a whole number from 1900 to 2100", at),
        sex=_value(plain, "sex", _SEXES.__contains__, f"one of {', '.join(_SEXES)}", at),
    )


def _take(plain: Mapping[str, Any], folder: Path, at: str) -> tuple[Path, TakeEntry, bool]:
    _known(plain, ("video", "movement", "lead", "view", "mirrored", "capture_fps", "pain"), at=at)
    if "video" not in plain:
        raise _wrong(at, "video is missing", 'Add the path of the recording, such as video = "left_back.mp4".')
    name = _value(plain, "video", _is_text, "a path in quotation marks", at)
    video = folder / name
    if not video.is_file():
        known = [p.name for p in video.parent.iterdir() if p.is_file()] if video.parent.is_dir() else []
        raise UnreadableVideoError(
            f"{at}: there is no video {video}.",
            hint=_closest(video.name, known) or "Paths are relative to the folder of the screen file.",
        )
    lead = _value(plain, "lead", _one_of([*Side, _BOTH, _AUTO]), "left, right, both or auto", at)
    view = _value(plain, "view", _one_of([*View, _AUTO]), f"one of {', '.join(View)}, {_AUTO}", at)
    rate = _value(plain, "capture_fps", _between(15, 1000), "a number from 15 to 1000", at)
    pain = _value(plain, "pain", _between(0, 10), "a number from 0 to 10", at)
    entry = TakeEntry(
        video=name,
        movement=_movement(plain, at),
        lead=None if lead in (None, _BOTH, _AUTO) else Side(lead),
        view=None if view in (None, _AUTO) else View(view),
        mirrored=_value(plain, "mirrored", _is_bool, "true or false", at),
        capture_fps=None if rate is None else float(rate),
        pain=None if pain is None else float(pain),
    )
    return video, entry, lead == _BOTH


def _movement(plain: Mapping[str, Any], at: str) -> str:
    movement: str = _value(plain, "movement", _is_text, "the name of a movement", at) or "split_squat"
    if movement not in movements.names():
        close = _closest(movement, movements.names())
        raise _wrong(at, f"there is no movement {movement!r}", close or f"Movements: {', '.join(movements.names())}.")
    return movement


def _named(takes: Sequence[tuple[Path, TakeEntry, bool]]) -> tuple[NamedTake, ...]:
    """Give every take the name of its video, with a number where it would occur twice."""
    out: list[NamedTake] = []
    for video, entry, alternating in takes:
        stem = re.sub(r"[^\w-]+", "_", video.stem).strip("_")[:60] or "take"
        used = {take.name.casefold() for take in out}
        names = (stem, *(f"{stem}_{k}" for k in range(2, len(takes) + 2)))
        name = next(n for n in names if n.casefold() not in used)
        out.append(NamedTake(name=name, video=video, entry=entry, alternating=alternating))
    return tuple(out)


def _no_take_twice(takes: Sequence[NamedTake], file: str) -> None:
    videos: dict[Path, str] = {}
    kinds: dict[tuple[str, Side, View], str] = {}
    for take in takes:
        path, entry = take.video.resolve(), take.entry
        if path in videos:
            raise _wrong(file, f"the video {entry.video} is named twice", "Name each video once.")
        videos[path] = entry.video
        if entry.lead is None or entry.view is None:
            continue
        kind = entry.movement, entry.lead, entry.view
        if kind in kinds:
            raise _wrong(
                file,
                f"{kinds[kind]} and {entry.video} are both declared as {entry.movement}, {entry.lead} leg in front, "
                f"view {entry.view}",
                "Is one of them the other leg or another view? Correct it, or leave the worse one out.",
            )
        kinds[kind] = entry.video


def _known(plain: Mapping[str, Any], keys: Collection[str], *, at: str) -> None:
    for key in plain:
        if key not in keys:
            raise _wrong(at, f"there is no key {key!r}", _closest(key, keys) or f"Keys are: {', '.join(keys)}.")


def _closest(word: str, words: Collection[str]) -> str:
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""


def _table(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(at, f"must hold keys and values, got {value!r}", "Write it as a section in single brackets.")
    return value


def _value(plain: Mapping[str, Any], key: str, fits: Callable[[Any], bool], wanted: str, at: str) -> Any:
    """Value of a key that may be missing (None), refused if it is not what is wanted."""
    value = plain.get(key)
    if value is not None and not fits(value):
        raise _wrong(at, f"{key} must be {wanted}, got {value!r}", f"Correct {key}, or leave it out.")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_code(value: Any) -> bool:
    return _is_text(value) and len(value) <= _MAX_CODE and value.isprintable()


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_year(value: Any) -> bool:
    return isinstance(value, int) and _between(1900, 2100)(value)


def _between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and low <= v <= high


def _one_of(words: Collection[str]) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, str) and v in [str(word) for word in words]


def _wrong(at: str, what: str, hint: str) -> ConfigError:
    return ConfigError(f"{at}: {what}.", hint=hint)
