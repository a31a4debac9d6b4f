"""What commands print: two lines for an error, one JSON object, and how far a long piece of work is.

May import: core, the standard library; `catalog.language`, `catalog.refusals` and rich on demand.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType
from typing import Any

from screening.core.progress import Progress, overall
from screening.core.settings import DEFAULT_LANGUAGE


def add_language(parser: argparse.ArgumentParser) -> None:
    """Declare `--language`."""
    parser.add_argument(
        "--language",
        type=_language,
        default=DEFAULT_LANGUAGE,
        metavar="CODE",
        help="language of sentences and reports: en or es (default: %(default)s)",
    )


def _language(code: str) -> str:
    from screening.catalog.language import languages  # noqa: PLC0415  (reads YAML, which --help must not wait for)

    if code not in languages():
        raise argparse.ArgumentTypeError(f"there are no words in {code!r}; there are {', '.join(languages())}")
    return code


def say_error(arguments: argparse.Namespace, what: str, hint: str) -> tuple[str, ...]:
    """Print both lines of an error on standard error, and give them, in the language that was asked for."""
    lines = said(arguments, what, hint)
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)
    return lines


def said(arguments: argparse.Namespace, what: str, hint: str) -> tuple[str, ...]:
    """Give both lines of an error in the language that was asked for."""
    from screening.catalog.refusals import in_language  # noqa: PLC0415  (reads YAML, for which English need not wait)

    return in_language((what, hint), getattr(arguments, "language", DEFAULT_LANGUAGE))


def print_json(plain: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output."""
    print(json.dumps(plain, ensure_ascii=False))


def say(arguments: argparse.Namespace, *lines: str) -> None:
    """Print lines for a person, unless they asked for JSON or for silence."""
    if not arguments.quiet and not arguments.json:
        for line in lines:
            print(line)


class Meter:
    """Progress of one piece of work on standard error: a bar on a terminal, plain lines elsewhere, nothing if quiet.

    The first Ctrl-C stops the work the next time it says how far it is, where nothing can be lost; the second at once.
    """

    def __init__(self, arguments: argparse.Namespace, name: str) -> None:
        self._interrupted = False
        self._handler: Any = None
        self._silent = arguments.quiet or arguments.json
        self._name = name
        self._tenth = -1
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        """Show the bar, and give what is to be called."""
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        if not self._silent and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import Progress as Bar  # noqa: PLC0415

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._name, total=1.0)
        return self._show

    def __exit__(self, *_error: object) -> None:
        """Take the bar away."""
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        if self._bar is not None:
            self._bar.stop()

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def _show(self, stage: str, done: float, total: float) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        share = overall(stage, done, total)
        if self._bar is not None:
            self._bar.update(self._task, completed=share)
        elif not self._silent and int(10 * share) > self._tenth:
            self._tenth = int(10 * share)
            print(f"{self._name}: {10 * self._tenth} %", file=sys.stderr, flush=True)
