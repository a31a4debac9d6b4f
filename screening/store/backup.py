"""A backup: all rows and all files in one zip file with a checksum of each, readable into SQLite or PostgreSQL.

May import: SQLAlchemy, `core` and the rest of `store`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import sqlalchemy as sa

from screening.core.errors import OutputExistsError
from screening.store.audit import note
from screening.store.files import PART, full_disk, sync_folder
from screening.store.person_export import STORED
from screening.store.records import Action
from screening.store.schema import HEAD, META
from screening.store.store import Store

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
#: Folders of the data folder whose files belong to a backup.
FOLDERS: Final = ("files", "jobs", "uploads")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A backup that was written: where, how many rows and files, and its size."""

    path: Path
    rows: int
    files: int
    size_bytes: int


def backup(store: Store, target: Path, *, force: bool = False, who: str = "local") -> Backup:
    """Write a backup while the program goes on working; the file appears only once it is complete.

    Parameters
    ----------
    store : Store
        What to save.
    target : Path
        A file that is made, or a folder in which a file with the time in its name is made.
    force : bool
        Whether a file of this name is replaced.
    who : str
        Who saves.

    Raises
    ------
    OutputExistsError
        If the file exists.
    StorageError
        If the disk is full; nothing half-written stays.
    """
    out = target / time.strftime("screening-%Y%m%d-%H%M%S.zip", time.gmtime(store.database.clock()))
    out = out if target.is_dir() else target
    if out.exists() and not force:
        raise OutputExistsError(
            f"{out} exists, and it is not overwritten unasked.", hint="Name another, or say --force."
        )
    part = out.with_name(PART + out.name)
    with full_disk(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(part, "wb", opener=_private) as file:
                rows, files = _write(store, file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(out)
            sync_folder(out.parent)
        finally:
            part.unlink(missing_ok=True)
    with store.database.write() as db:
        note(db, store.database.clock(), who, Action.BACKED_UP, ("store", "all"), rows=rows, files=files)
    return Backup(path=out, rows=rows, files=files, size_bytes=out.stat().st_size)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(store: Store, file: BinaryIO) -> tuple[int, int]:
    sums: dict[str, str] = {}
    rows: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        with store.database.snapshot() as db:
            for table in META.sorted_tables:
                name = f"tables/{table.name}.jsonl"
                rows[table.name], sums[name] = _write_table(db, table, out, name)
        # Files never change, so reading them after the rows is safe: at most some are there that no row names.
        for path, name in _files(store.database.folder):
            written = _write_file(path, out, name)
            if written is not None:
                sums[name] = written
        about = {
            "format": FORMAT,
            "tables": HEAD,
            "made_at": store.database.clock(),
            "rows": rows,
            "sha256": sums,
        }
        out.writestr(MANIFEST, json.dumps(about, indent=1))
    return sum(rows.values()), len(sums) - len(rows)


def _write_table(db: sa.Connection, table: sa.Table, out: zipfile.ZipFile, name: str) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    with out.open(name, "w", force_zip64=True) as raw, io.BufferedWriter(raw, _CHUNK) as lines:
        order = list(table.primary_key.columns)
        for row in db.execution_options(yield_per=500).execute(sa.select(table).order_by(*order)):
            line = json.dumps(dict(row._mapping), ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            lines.write(line)
            count += 1
    return count, digest.hexdigest()


def _files(data: Path) -> Iterator[tuple[Path, str]]:
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            inside = path.relative_to(data)
            if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in inside.parts):
                yield path, f"data/{inside.as_posix()}"


def _write_file(path: Path, out: zipfile.ZipFile, name: str) -> str | None:
    """Copy a file; None if it was deleted in this moment."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_STORED if path.suffix.lower() in STORED else zipfile.ZIP_DEFLATED
    try:
        read = path.open("rb")
    except FileNotFoundError:
        return None
    with read, out.open(entry, "w", force_zip64=True) as write_to:
        while piece := read.read(_CHUNK):
            digest.update(piece)
            write_to.write(piece)
    return digest.hexdigest()


def read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Read what a backup says about itself; KeyError and ValueError mean that it is none."""
    about: dict[str, Any] = json.loads(archive.read(MANIFEST))
    return {key: about[key] for key in ("format", "tables", "rows", "sha256")}
