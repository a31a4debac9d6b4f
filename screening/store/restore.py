"""Reading a backup back: every byte is checked before anything here is touched.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import sqlalchemy as sa

from screening.core.errors import InputError, OutputExistsError
from screening.store.audit import note
from screening.store.backup import FOLDERS, FORMAT, MANIFEST, read_manifest
from screening.store.erasure import erase
from screening.store.files import full_disk
from screening.store.records import Action
from screening.store.schema import AUDIT, HEAD, META, PEOPLE
from screening.store.store import Store

_CHUNK: Final = 1 << 20
_NEW: Final = ".restore-new"
_OLD: Final = ".restore-old"
_BATCH: Final = 500


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back: rows and files, and how many people were erased again because this store had erased them."""

    rows: int
    files: int
    erased_again: int


def restore(store: Store, source: Path, *, force: bool = False, who: str = "local") -> Restored:
    """Fill a store from a backup.

    Parameters
    ----------
    store : Store
        An empty store, or with `force` one whose content is replaced.
    source : Path
        The backup.
    force : bool
        Whether what is in the store may be lost.
    who : str
        Who restores.

    Raises
    ------
    OutputExistsError
        If the store is not empty.
    InputError
        If the file is no backup, is damaged, or of another version; nothing was changed then.
    """
    if not force and not _is_empty(store):
        raise OutputExistsError(
            f"The data folder {store.database.folder} is in use; a backup would replace what is in it.",
            hint="Name an empty folder with --data, or say --force if all of it may be lost.",
        )
    data = store.database.folder
    new = data / _NEW
    shutil.rmtree(new, ignore_errors=True)
    try:
        with _readable(source), full_disk(data), zipfile.ZipFile(source) as archive:
            about = _checked(source, read_manifest(archive))
            _unpack(source, archive, about["sha256"], new)
        with _swapped(data, new), store.database.write() as db:
            gone = _erased(db)
            _empty(db)
            rows = sum(_fill(db, table, new / "tables" / f"{table.name}.jsonl") for table in META.sorted_tables)
            note(db, store.database.clock(), who, Action.RESTORED, ("store", "all"), rows=rows)
            again = [number for number in gone if db.execute(sa.select(PEOPLE).where(PEOPLE.c.id == number)).first()]
    finally:
        shutil.rmtree(new, ignore_errors=True)
    store.files.prepare()
    for number in again:
        erase(store, number, who=who)
    return Restored(rows=rows, files=len(about["sha256"]) - len(about["rows"]), erased_again=len(again))


def _is_empty(store: Store) -> bool:
    with store.database.read() as db:
        if any(
            db.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() for table in META.sorted_tables
        ):
            return False
    folders = (store.database.folder / name for name in FOLDERS)
    return not any(path.is_file() for folder in folders for path in folder.rglob("*"))


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as err:
        raise InputError(f"There is no file {source}.", hint="Name the file that `screening backup` has made.") from err
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as err:
        raise InputError(
            f"{source} is no backup of this program, or it is damaged ({err}).",
            hint="Use another copy of the backup; nothing was changed.",
        ) from err


def _checked(source: Path, about: dict[str, Any]) -> dict[str, Any]:
    if (about["format"], about["tables"]) != (FORMAT, HEAD):
        raise InputError(
            f"{source} was made by another version of the program (tables {about['tables']}, needed {HEAD}).",
            hint="Restore it with that version, then let this one upgrade the data folder.",
        )
    return about


def _unpack(source: Path, archive: zipfile.ZipFile, sums: dict[str, str], new: Path) -> None:
    """Write everything into a folder of its own and compare checksums on the way."""
    names = {entry.filename for entry in archive.infolist() if not entry.is_dir()} - {MANIFEST}
    wrong = names ^ set(sums)
    for name in sorted(names & set(sums)):
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts or "\\" in name:
            raise ValueError(f"{name} leads out of the backup")
        target = new / inside
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _copy(archive, name, target) != sums[name]:
            wrong.add(name)
    if wrong:
        raise InputError(
            f"{len(wrong)} files of {source} are damaged, missing or added (first: {min(wrong)}).",
            hint="Use another copy of the backup; nothing was changed.",
        )


def _copy(archive: zipfile.ZipFile, name: str, target: Path) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as read, target.open("wb") as write:
        while piece := read.read(_CHUNK):
            digest.update(piece)
            write.write(piece)
    return digest.hexdigest()


@contextmanager
def _swapped(data: Path, new: Path) -> Iterator[None]:
    """Put the new folders in the place of the old ones; if the block fails, the old ones come back."""
    old = data / _OLD
    shutil.rmtree(old, ignore_errors=True)
    old.mkdir(mode=0o700)
    moved = []
    try:
        for name in FOLDERS:
            if (data / name).exists():
                (data / name).rename(old / name)
            moved.append(name)
            if (new / "data" / name).exists():
                (new / "data" / name).rename(data / name)
        yield
    except BaseException:
        for name in moved:
            shutil.rmtree(data / name, ignore_errors=True)
            if (old / name).exists():
                (old / name).rename(data / name)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _erased(db: sa.Connection) -> list[str]:
    lines = sa.select(AUDIT.c.object).where(AUDIT.c.action == Action.ERASED.value, AUDIT.c.kind == "person")
    return list(db.execute(lines).scalars())


def _empty(db: sa.Connection) -> None:
    """Take all rows out; the audit's guard steps aside for this one time, within the transaction."""
    sqlite = db.dialect.name == "sqlite"
    guards = (
        db.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")).scalars().all() if sqlite else []
    )
    if sqlite:
        for name in ("audit_no_update", "audit_no_delete"):
            db.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        db.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER audit_only_add"))
    for table in reversed(META.sorted_tables):
        db.execute(sa.delete(table))
    for guard in guards:
        db.exec_driver_sql(guard)
    if not sqlite:
        db.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER audit_only_add"))


def _fill(db: sa.Connection, table: sa.Table, lines: Path) -> int:
    count, batch = 0, []
    with lines.open(encoding="utf-8") as file:
        for line in file:
            batch.append(json.loads(line))
            count += 1
            if len(batch) == _BATCH:
                db.execute(sa.insert(table), batch)
                batch = []
    if batch:
        db.execute(sa.insert(table), batch)
    if db.dialect.name == "postgresql" and "number" in table.c:
        highest = sa.select(sa.func.max(table.c.number)).scalar_subquery()
        db.execute(sa.select(sa.func.setval(f"{table.name}_number_seq", sa.func.coalesce(highest, 1))))
    return count
