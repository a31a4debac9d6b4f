"""Commands about the data folder of the page: backup, restore, and deleting videos whose time is over.

May import: core and `commands.output`; `store` and `web.config` when a command runs.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.commands.output import print_json, say
from screening.core.errors import ConfigError
from screening.core.settings import DEFAULTS

if TYPE_CHECKING:
    from screening.store import Store


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare `backup`, `restore` and `expire`."""
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument("--data", type=Path, metavar="DIR", help="data folder of the page")
    save = commands.add_parser("backup", parents=[common, place], help="save all people, videos and results in a file")
    save.add_argument("target", type=Path, metavar="FILE", help="file to make, or a folder for it")
    save.add_argument("--force", action="store_true", help="replace a file of this name")
    save.set_defaults(run=_backup)
    read = commands.add_parser("restore", parents=[common, place], help="read a backup into an empty data folder")
    read.add_argument("source", type=Path, metavar="FILE", help="a file that backup has made")
    read.add_argument("--force", action="store_true", help="replace everything that is in the data folder")
    read.set_defaults(run=_restore)
    days = DEFAULTS.store.keep_video_days
    gone = commands.add_parser("expire", parents=[common, place], help="delete raw videos whose time is over")
    gone.add_argument("--days", type=_days, default=days, metavar="N", help=f"older than this (default: {days:g})")
    gone.add_argument("--dry-run", action="store_true", help="only tell what would be deleted")
    gone.set_defaults(run=_expire)


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days") from err
    if not 0 <= days < 100_000:
        raise argparse.ArgumentTypeError(f"{days:g} days is not between 0 and 100000")
    return days


def _open(arguments: argparse.Namespace, *, must_exist: bool) -> Store:
    from screening.store import open_store  # noqa: PLC0415
    from screening.web.config import data_folder  # noqa: PLC0415

    folder: Path = arguments.data.absolute() if arguments.data else data_folder()
    if must_exist and not folder.is_dir():
        raise ConfigError(f"There is no data folder {folder}.", hint="Name it with --data or SCREENING_DATA.")
    return open_store(folder)


def _backup(arguments: argparse.Namespace) -> int:
    from screening.store.backup import backup  # noqa: PLC0415

    with _open(arguments, must_exist=True) as store:
        done = backup(store, arguments.target.absolute(), force=arguments.force)
    if arguments.json:
        print_json({"ok": True, "file": str(done.path), "rows": done.rows, "files": done.files})
    size_mb = done.size_bytes / 1e6
    say(arguments, f"{done.path}: {done.rows} rows and {done.files} files, {size_mb:.1f} MB, each with its checksum")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from screening.store.restore import restore  # noqa: PLC0415

    with _open(arguments, must_exist=False) as store:
        done = restore(store, arguments.source, force=arguments.force)
    if arguments.json:
        print_json({"ok": True, "rows": done.rows, "files": done.files, "erased_again": done.erased_again})
    say(arguments, f"Restored {done.rows} rows and {done.files} files; all checksums are right.")
    if done.erased_again:
        say(arguments, f"{done.erased_again} people who had been erased here were in the backup and were erased again.")
    return 0


def _expire(arguments: argparse.Namespace) -> int:
    from screening.store.retention import expire  # noqa: PLC0415

    settings = replace(DEFAULTS.store, keep_video_days=arguments.days)
    with _open(arguments, must_exist=True) as store:
        gone = expire(store, settings=settings, only_look=arguments.dry_run)
    count = len(gone.takes) + len(gone.jobs)
    if arguments.json:
        print_json({"ok": True, "videos": count, "size_bytes": gone.size_bytes, "dry_run": arguments.dry_run})
    verb = "would be deleted" if arguments.dry_run else "deleted"
    say(arguments, f"{count} videos {verb} ({gone.size_bytes / 1e6:.1f} MB); what was measured of them stays.")
    return 0
