"""Commands about this machine: the page, the pose models, and what works here.

May import: core and `commands.output`; `web`, `pose` and `jobs` when a command runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from screening.commands.output import print_json
from screening.core.errors import UsageError
from screening.core.settings import DEFAULTS


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare `app`, `models` and `doctor`."""
    _add_app(commands, common)
    _add_models(commands, common)
    doctor = commands.add_parser("doctor", parents=[common], help="tell what works on this machine")
    doctor.set_defaults(run=_doctor)


def _add_app(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("app", parents=[common], help="open the page on this machine")
    parser.add_argument("--host", default=DEFAULTS.web.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULTS.web.port, help="(default: %(default)s)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder for uploads and results")
    parser.add_argument(
        "--i-know-this-is-open", action="store_true", help="listen on another address than this machine's own"
    )
    parser.set_defaults(run=_app)


def _add_models(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("models", parents=[common], help="list, build or fetch pose models")
    parser.add_argument("action", nargs="?", choices=["list", "build", "fetch"], default="list")
    parser.add_argument("name", nargs="?", metavar="NAME", help="model to fetch")
    parser.add_argument("--force", action="store_true", help="build or fetch again")
    parser.set_defaults(run=_models)


def _app(arguments: argparse.Namespace) -> int:
    from screening.web.server import run  # noqa: PLC0415

    run(arguments.host, arguments.port, arguments.data, allow_open=arguments.i_know_this_is_open)
    return 0


def _models(arguments: argparse.Namespace) -> int:
    from screening.pose import bundle  # noqa: PLC0415

    if arguments.action == "fetch":
        if not arguments.name:
            raise UsageError("No model was named.", hint="List them with screening models, then fetch one by its name.")
        bundle.fetch(arguments.name, force=arguments.force)
    elif arguments.action == "build":
        bundle.build(force=arguments.force)
    models = bundle.list_models()
    if arguments.json:
        print_json({"ok": True, "models": [{**vars(m), "path": str(m.path)} for m in models]})
    elif not arguments.quiet:
        for m in models:
            size = f"{m.size_bytes / 1e6:.1f} MB, sha256 {m.sha256}" if m.sha256 else ""
            print(f"{m.name:24s} {m.state:15s} {size}")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from screening.jobs.doctor import examine  # noqa: PLC0415
    from screening.web.config import data_folder  # noqa: PLC0415

    findings = examine(data_folder())
    if arguments.json:
        print_json({"ok": all(f.ok for f in findings), "checks": [vars(f) for f in findings]})
    elif not arguments.quiet:
        for f in findings:
            print(f"{'ok    ' if f.ok else 'BROKEN'} {f.name:12s} {f.text}")
    return 0 if all(f.ok for f in findings) else 1
