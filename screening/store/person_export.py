"""Everything about one person as a zip file, piece by piece.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from screening.core.errors import UsageError
from screening.store.files import PART, full_disk
from screening.store.records import PersonRecord, ScreenRecord, TakeRecord, plain
from screening.store.store import Store

_CHUNK: Final = 1 << 20
#: Kinds of files that are packed already.
STORED: Final = (".mp4", ".mov", ".webm", ".mkv", ".jpg", ".jpeg", ".png", ".pdf", ".zip", ".npz")


class Sink:
    """A file that can only be written: what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing to do: every piece can be taken at once."""

    def take(self) -> bytes:
        """Give what was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def stream(store: Store, person: str, *, who: str) -> Iterator[bytes]:
    """Give the zip file in pieces of about a megabyte; the audit says that it was asked for.

    Parameters
    ----------
    store : Store
        Where the person is.
    person : str
        Id of the person.
    who : str
        Who takes the copy.

    Raises
    ------
    UsageError
        If nobody has this id, before the first piece.
    """
    record = store.people.get(person)
    if record is None:
        raise UsageError("Nobody with this id is known here.", hint="Look up the person in the list again.")
    store.audit.exported("person", person, who=who)
    return _pieces(store, record)


def write(store: Store, person: str, out: Path, *, who: str) -> Path:
    """Write the zip file, whole or not at all; only this user can read it."""
    pieces = stream(store, person, who=who)
    part = out.with_name(PART + out.name)
    with full_disk(out.parent):
        try:
            with open(part, "wb", opener=_private) as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    return out


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _pieces(store: Store, person: PersonRecord) -> Iterator[bytes]:
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:  # type: ignore[call-overload]
        yield from _json(sink, out, "person.json", _person(store, person))
        for k, screen in enumerate(store.screens.of_person(person.id), start=1):
            yield from _screen(store, screen, f"screens/{k}", sink, out)
    yield sink.take()


def _person(store: Store, person: PersonRecord) -> dict[str, Any]:
    return {
        "person": plain(person),
        "consents": [plain(consent) for consent in store.people.consents(person.id)],
        "audit": [plain(line) for line in store.audit.lines(person.id)],
    }


def _screen(store: Store, screen: ScreenRecord, at: str, sink: Sink, out: zipfile.ZipFile) -> Iterator[bytes]:
    takes, results = store.takes.of_screen(screen.id), store.results.of_screen(screen.id)
    reviews = store.reviews.versions(screen.id)
    objects = [screen.id, *(x.id for x in takes), *(x.id for x in results), *(x.id for x in reviews)]
    about = {
        "screen": plain(screen),
        "takes": [plain(take) for take in takes],
        "results": [plain(result) for result in results],
        "reviews": [plain(review) for review in reviews],
        "audit": [plain(line) for number in objects for line in store.audit.lines(number)],
    }
    yield from _json(sink, out, f"{at}/screen.json", about)
    for path, name in _videos(store, takes):
        yield from copy_in(sink, out, path, f"{at}/videos/{name}")
    for k, result in enumerate(results, start=1):
        folder = store.results.folder(result)
        for inside in sorted(result.files):
            if (folder / inside).is_file():
                yield from copy_in(sink, out, folder / inside, f"{at}/results/{k}/{inside}")


def _videos(store: Store, takes: list[TakeRecord]) -> Iterator[tuple[Path, str]]:
    for take in takes:
        path = store.takes.video(take)
        if path is not None and path.is_file():
            yield path, f"{take.name}{path.suffix}"


def _json(sink: Sink, out: zipfile.ZipFile, name: str, value: Any) -> Iterator[bytes]:
    out.writestr(name, json.dumps(value, ensure_ascii=False, indent=1))
    yield sink.take()


def copy_in(sink: Sink, out: zipfile.ZipFile, path: Path, name: str) -> Iterator[bytes]:
    """Copy a file into a zip file and give what that writes, piece by piece."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_STORED if path.suffix.lower() in STORED else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with path.open("rb") as read, out.open(entry, "w", force_zip64=True) as write_to:
        while piece := read.read(_CHUNK):
            write_to.write(piece)
            yield sink.take()
    yield sink.take()
