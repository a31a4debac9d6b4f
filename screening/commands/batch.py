"""The command `batch`: every take and screen below a folder.

May import: core and `commands.output`; `jobs` when the command runs.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.commands.output import Meter, add_language, print_json, say
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality

if TYPE_CHECKING:
    from screening.jobs.batch import Batch
    from screening.jobs.batch_items import Item
    from screening.jobs.batch_run import Choices, Outcome


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare `batch`."""
    told = TakeOptions()
    parser = commands.add_parser("batch", parents=[common], help="measure everything below a folder; can be resumed")
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="videos, landmarks (.trc) and screen files, also in folders below"
    )
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder for the results")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=_count, metavar="N", help="processes here, with a core each (default: one for each core)"
    )
    where.add_argument("--scheduler", default="", metavar="ADDRESS", help="Dask cluster that works instead")
    parser.add_argument("--movement", default=told.movement, help="movement of single videos (default: %(default)s)")
    parser.add_argument(
        "--mirrored", choices=["auto", "yes", "no"], default="auto", help="whether single videos are mirrored selfies"
    )
    parser.add_argument(
        "--quality",
        choices=[*map(str, Quality)],
        help=f"work spent on each video (default: {told.quality}, in screens {DEFAULTS.screen.quality})",
    )
    add_language(parser)
    parser.add_argument("--no-overlay", action="store_true", help="leave out overlay.mp4 of each video")
    parser.add_argument("--no-report", action="store_true", help="leave out the reports")
    parser.add_argument("--blur-face", action="store_true", help="blur the head in every overlay and picture")
    parser.add_argument("--force", action="store_true", help="replace results of other videos or other settings")
    parser.set_defaults(run=_batch)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def _batch(arguments: argparse.Namespace) -> int:
    from screening import movements  # noqa: PLC0415
    from screening.jobs.batch import batch_to_folder  # noqa: PLC0415

    movements.load(arguments.movement)  # a name that does not exist is said once, not for every video
    later: list[str] = []

    def told(item: Item, outcome: Outcome) -> None:
        if sys.stderr.isatty():  # a line would tear the bar
            later.extend(_lines(item, outcome))
        else:
            say(arguments, *_lines(item, outcome))
            sys.stdout.flush()

    with Meter(arguments, arguments.folder.name or "batch") as meter:
        done = batch_to_folder(
            arguments.folder,
            arguments.out,
            _choices(arguments),
            workers=arguments.workers,
            scheduler=arguments.scheduler,
            progress=meter,
            told=told,
        )
    if arguments.json:
        print_json(_summary(done))
    say(arguments, *later, *_closing(done))
    return done.exit_code


def _choices(arguments: argparse.Namespace) -> Choices:
    from screening.jobs.batch_run import Choices  # noqa: PLC0415

    return Choices(
        movement=arguments.movement,
        mirrored={"auto": None, "yes": True, "no": False}[arguments.mirrored],
        quality=Quality(arguments.quality) if arguments.quality else None,
        language=arguments.language,
        settings=replace(DEFAULTS, report=replace(DEFAULTS.report, blur_face=arguments.blur_face)),
        overlay=not arguments.no_overlay,
        report=not arguments.no_report,
        force=arguments.force,
    )


def _lines(item: Item, outcome: Outcome) -> list[str]:
    if outcome.what:
        return [f"{item.name}: {outcome.status.replace('_', ' ')}: {outcome.what}", f"  {outcome.hint}"]
    return [f"{item.name}: {'done before' if outcome.earlier else outcome.status}"]


def _closing(done: Batch) -> list[str]:
    counts = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in done.counts.items() if n)
    return [f"{done.out / 'summary.csv'}: {counts}", "A movement observation, never a diagnosis."]


def _summary(done: Batch) -> dict[str, Any]:
    return {
        "ok": done.exit_code == 0,
        "exit_code": done.exit_code,
        "out": str(done.out),
        "counts": done.counts,
        "items": [
            {
                "source": item.name,
                "status": str(outcome.status),
                "earlier": outcome.earlier,
                "what": outcome.what,
                "hint": outcome.hint,
            }
            for item, outcome in zip(done.items, done.outcomes, strict=True)
        ],
    }
