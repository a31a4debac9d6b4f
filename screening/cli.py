"""The command line: arguments, progress, exit codes (CONTRACT).

May import: everything. Heavy libraries are loaded by the command that needs them.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from screening import __version__
from screening.commands import batch, data, exchange, machine, screens, takes
from screening.commands.output import print_json, say_error
from screening.core.errors import ScreeningError

#: Modules of `commands`, in the order in which `--help` lists them.
_GROUPS: Final = (takes, screens, batch, exchange, machine, data)
_INTERRUPTED: Final = 130
_BUG: Final = 70


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = build_parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0) if isinstance(stop.code, int) or stop.code is None else 2
    command: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return command(arguments)
    except ScreeningError as err:
        if arguments.debug:
            traceback.print_exc()
        return _refuse(arguments, err)
    except KeyboardInterrupt:
        say_error(arguments, "Interrupted; nothing half-written was left.", "Run the same command again when you like.")
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as err:  # the last resort: a bug must end in two lines and a log
        if arguments.debug:
            raise
        log = _write_log()
        say_error(
            arguments,
            f"This is a fault of the program ({type(err).__name__}); nothing half-written was left.",
            f"Please report it with the log {log}." if log else "Run it again with --debug and report what it prints.",
        )
        return _BUG


def _refuse(arguments: argparse.Namespace, err: ScreeningError) -> int:
    what, hint = say_error(arguments, *err.lines)
    if arguments.json:
        print_json({"ok": False, "exit_code": err.exit_code, "what": what, "hint": hint})
    return err.exit_code


def _write_log() -> Path | None:
    """Write the traceback of the current exception to the user's state folder."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "movement-screen"
    try:
        state.mkdir(parents=True, exist_ok=True)
        log = state / f"fault-{os.getpid()}.log"
        log.write_text(f"movement-screen {__version__}\n{traceback.format_exc()}", encoding="utf-8")
    except OSError:
        return None
    return log


def build_parser() -> argparse.ArgumentParser:
    """Build all commands with their arguments; defaults come from `core.settings`."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
    common.add_argument("--quiet", action="store_true", help="print nothing but errors")
    common.add_argument("--debug", action="store_true", help="show tracebacks")
    parser = argparse.ArgumentParser(
        prog="screening",
        description="Measures a filmed split squat and says how sure it is. A movement observation, never a diagnosis.",
    )
    parser.add_argument("--version", action="version", version=f"screening {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add(commands, common)
    return parser
