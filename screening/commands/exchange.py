"""Commands about formats: `export` and `schema`.

May import: core and `commands.output`; `jobs` and `report` when a command runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from screening.commands.output import print_json, say
from screening.core.settings import DEFAULTS

PAPERS = ("a4", "letter")


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare `export` and `schema`."""
    export = commands.add_parser("export", parents=[common], help="write a result in other formats")
    export.add_argument("result", type=Path, metavar="RESULT", help="folder of a take or screen, or its JSON file")
    export.add_argument(
        "--to",
        required=True,
        metavar="FORMATS",
        help="some of csv, xlsx, trc, mot, c3d, fhir, pdf, json, schema, separated by commas",
    )
    export.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder for the files")
    export.add_argument(
        "--paper", choices=PAPERS, default=DEFAULTS.report.paper, help="size of the PDF's pages (default: %(default)s)"
    )
    export.add_argument("--blur-face", action="store_true", help="blur the head in the pictures of the PDF")
    export.add_argument("--force", action="store_true", help="replace files of the same names")
    export.set_defaults(run=_export)
    schema = commands.add_parser("schema", parents=[common], help="print the JSON Schema of result.json or screen.json")
    schema.add_argument("name", nargs="?", choices=["result", "screen"], default="result")
    schema.set_defaults(run=_schema)


def _export(arguments: argparse.Namespace) -> int:
    from screening.jobs.exports import export  # noqa: PLC0415  (heavy)

    formats = [name.strip().lower() for name in arguments.to.split(",") if name.strip()]
    files = export(
        arguments.result,
        arguments.out,
        formats,
        paper=arguments.paper,
        blur_face=arguments.blur_face,
        force=arguments.force,
    )
    if arguments.json:
        print_json({"ok": True, "files": [str(path) for path in files]})
    say(arguments, *(str(path) for path in files))
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    from screening.report.exchange.schema import schema  # noqa: PLC0415

    print_json(schema(arguments.name))
    return 0
