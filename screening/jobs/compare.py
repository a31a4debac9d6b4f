"""Two sessions of one person, read from their folders and compared into a third one.

May import: `findings`, `report`, `catalog`, `core` and the rest of `jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from screening.catalog.wordings import load_wordings
from screening.core.datatypes import TakeResult
from screening.core.errors import ConfigError
from screening.core.screen import Change, Comparison, ScreenResult
from screening.core.serial import to_plain
from screening.core.vocabulary import Verdict
from screening.findings.compare import between_screens, between_takes
from screening.jobs.folders import check_free, complete_or_nothing
from screening.jobs.screen_folder import read_screen

COMPARE_FILES: Final = ("compare.json", "compare.txt")
_SCREEN, _TAKE = "screen", "take"


def compare_to_folder(old: Path, new: Path, out: Path, *, force: bool = False) -> Comparison:
    """Compare two result folders and write `compare.json` and `compare.txt`.

    Parameters
    ----------
    old, new : Path
        Folders of two screens, or of two takes, of one person; the earlier one first.
    out : Path
        Folder that is made; with `force` it may hold an earlier comparison.
    force : bool
        Whether an earlier comparison is replaced.

    Raises
    ------
    ConfigError
        A folder holds no result, they are of different kinds, or of different people.
    """
    out = out.absolute()
    check_free(out, [out / name for name in COMPARE_FILES], force=force)
    found = compare(old, new)
    with complete_or_nothing(out) as part:
        text = json.dumps(to_plain(found), ensure_ascii=False, allow_nan=False, indent=1)
        (part / "compare.json").write_text(f"{text}\n", encoding="utf-8")
        (part / "compare.txt").write_text("\n".join(in_words(found)) + "\n", encoding="utf-8")
    return found


def compare(old: Path, new: Path) -> Comparison:
    """Compare two result folders without writing anything."""
    earlier, later = _read(old), _read(new)
    if isinstance(earlier, ScreenResult) and isinstance(later, ScreenResult):
        _same("person code", earlier.person.code, later.person.code)
        changes = between_screens(earlier.asymmetries, later.asymmetries)
        return _comparison(_SCREEN, earlier.person.code, old, new, changes, later.language)
    if isinstance(earlier, TakeResult) and isinstance(later, TakeResult):
        _same("movement", earlier.movement, later.movement)
        changes = between_takes(earlier.movement, earlier.measurements, later.measurements)
        return _comparison(_TAKE, "", old, new, changes, later.language)
    raise ConfigError(
        f"{old} and {new} are not of one kind: one is a whole screen, the other a single take.",
        hint="Compare two screens, or two takes.",
    )


def _read(folder: Path) -> ScreenResult | TakeResult:
    from screening.report.files import read_result  # noqa: PLC0415

    if (folder / "screen.json").is_file():
        return read_screen(folder / "screen.json")
    if (folder / "result.json").is_file():
        return read_result(folder / "result.json")
    raise ConfigError(
        f"{folder} holds neither a screen.json nor a result.json.",
        hint="Name the folder that screening screen or screening analyze has written.",
    )


def _same(what: str, old: str, new: str) -> None:
    if old != new:
        raise ConfigError(
            f"The two results differ in their {what}: {old!r} and {new!r}. Only results of one kind and of one person "
            "can be compared.",
            hint="Name two results that belong together.",
        )


def _comparison(kind: str, person: str, old: Path, new: Path, changes: Iterable[Change], language: str) -> Comparison:
    words, kept = load_wordings(language), tuple(changes)
    keys = sorted({c.reason for c in kept if c.reason})
    return Comparison(
        kind=kind,
        person=person,
        old=old.name,
        new=new.name,
        changes=kept,
        sentences={key: words.reason(key) for key in keys},
        language=language,
    )


def in_words(found: Comparison) -> list[str]:
    """Say in a few lines what changed more than the error of measuring twice."""
    words = load_wordings(found.language)
    lines = [words.sentence("report.compare_title", old=found.old, new=found.new)]
    clear = [c for c in found.changes if c.verdict is Verdict.CLEAR]
    for change in clear:
        metric, unit = words.metric(change.metric), words.word("unit", change.unit)
        lines.append(
            words.sentence(
                "report.compare_changed",
                label=metric.label,
                what=words.word("compared", change.what),
                old=change.old,
                new=change.new,
                change=change.change,
                mdc95=change.mdc95,
                unit=unit,
            )
        )
    counts = {v: sum(c.verdict is v for c in found.changes) for v in Verdict}
    if not clear:
        lines.append(words.sentence("report.compare_nothing"))
    lines.append(
        words.sentence(
            "report.compare_rest",
            same=counts[Verdict.NOT_DISTINGUISHABLE],
            missing=counts[Verdict.NOT_ASSESSED],
        )
    )
    return lines
