"""The command line: arguments, progress, exit codes (CONTRACT).

May import: everything. Heavy libraries are loaded by the command that needs them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from screening import __version__
from screening.core.errors import ConfigError, ScreeningError, UsageError
from screening.core.progress import Progress, overall
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality, Side, View

_INTERRUPTED: Final = 130
_BUG: Final = 70
_BOTH: Final = "both"


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
        _say_error("Interrupted; nothing half-written was left.", "Run the same command again when you like.")
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as err:  # the last resort: a bug must end in two lines and a log
        if arguments.debug:
            raise
        log = _write_log()
        _say_error(
            f"This is a fault of the program ({type(err).__name__}); nothing half-written was left.",
            f"Please report it with the log {log}." if log else "Run it again with --debug and report what it prints.",
        )
        return _BUG


def _refuse(arguments: argparse.Namespace, err: ScreeningError) -> int:
    _say_error(*err.lines)
    if arguments.json:
        _print_json({"ok": False, "exit_code": err.exit_code, "what": err.what, "hint": err.hint})
    return err.exit_code


def _say_error(what: str, hint: str) -> None:
    print(" ".join(what.split()), file=sys.stderr)
    print(" ".join(hint.split()), file=sys.stderr)


def _print_json(plain: dict[str, Any]) -> None:
    print(json.dumps(plain, ensure_ascii=False))


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
    """All commands with their arguments; defaults come from `core.settings`."""
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
    _add_analyze(commands, common)
    _add_demo(commands, common)
    _add_app(commands, common)
    _add_models(commands, common)
    doctor = commands.add_parser("doctor", parents=[common], help="tell what works on this machine")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_analyze(commands: Any, common: argparse.ArgumentParser) -> None:
    told = TakeOptions()
    parser = commands.add_parser("analyze", parents=[common], help="measure one video")
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder for the results")
    parser.add_argument("--movement", default=told.movement, help="split_squat, squat or free (default: %(default)s)")
    parser.add_argument("--view", choices=["auto", *map(str, View)], default="auto", help="side facing the camera")
    parser.add_argument("--lead", choices=["auto", *map(str, Side), _BOTH], default="auto", help="leg in front")
    parser.add_argument(
        "--mirrored", choices=["auto", "yes", "no"], default="auto", help="whether the picture is a mirrored selfie"
    )
    parser.add_argument("--capture-fps", type=_rate, metavar="N", help="rate the camera filmed at, for slow motion")
    parser.add_argument("--height-cm", type=_height, metavar="N", help="height of the person")
    parser.add_argument("--quality", choices=[*map(str, Quality)], default=str(told.quality))
    parser.add_argument("--no-overlay", action="store_true", help="leave out overlay.mp4")
    parser.add_argument("--no-report", action="store_true", help="leave out report.html")
    parser.add_argument("--force", action="store_true", help="replace earlier results")
    parser.set_defaults(run=_analyze)


def _add_demo(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("demo", parents=[common], help="measure the sample videos")
    parser.add_argument("-o", "--out", type=Path, default=Path("demo"), metavar="OUT", help="(default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="replace earlier results")
    parser.set_defaults(run=_demo)


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


def _rate(text: str) -> float:
    return _between(text, 15.0, 1000.0, "frames a second")


def _height(text: str) -> float:
    return _between(text, 80.0, 250.0, "cm")


def _between(text: str, low: float, high: float, unit: str) -> float:
    try:
        value = float(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from err
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{value:g} {unit} is not between {low:g} and {high:g}")
    return value


def _options(arguments: argparse.Namespace) -> TakeOptions:
    return TakeOptions(
        movement=arguments.movement,
        view=None if arguments.view == "auto" else View(arguments.view),
        lead=None if arguments.lead in ("auto", _BOTH) else Side(arguments.lead),
        alternating=arguments.lead == _BOTH,
        mirrored={"auto": None, "yes": True, "no": False}[arguments.mirrored],
        capture_fps=arguments.capture_fps,
        height_cm=arguments.height_cm,
        quality=Quality(arguments.quality),
    )


def _analyze(arguments: argparse.Namespace) -> int:
    from screening.jobs.take import analyze_to_folder  # noqa: PLC0415

    with _Meter(arguments, arguments.video.name) as meter:
        result = analyze_to_folder(
            arguments.video,
            arguments.out,
            options=_options(arguments),
            overlay=not arguments.no_overlay,
            report=not arguments.no_report,
            force=arguments.force,
            progress=meter,
        )
    _tell(arguments, [_summary(result, arguments.out)])
    return 0


def _summary(result: Any, out: Path) -> dict[str, Any]:
    reps = result.timeline.repetitions
    return {
        "out": str(out),
        "movement": result.movement,
        "view": str(result.scene.view),
        "lead": str(result.timeline.lead or ("both" if any(r.lead for r in reps) else "")),
        "repetitions": len(reps),
        "used": sum(r.used for r in reps),
        "notices": [c.sentence for c in result.checks if c.level != "ok"],
    }


def _tell(arguments: argparse.Namespace, takes: list[dict[str, Any]]) -> None:
    if arguments.json:
        _print_json({"ok": True, **takes[0]} if arguments.command == "analyze" else {"ok": True, "takes": takes})
        return
    if arguments.quiet:
        return
    for take in takes:
        lead = f", {take['lead']} leg in front" if take["lead"] else ""
        print(
            f"{take['out']}: {take['movement']} seen from {take['view']}{lead}, "
            f"{take['used']} of {take['repetitions']} repetitions used"
        )
        for notice in take["notices"]:
            print(f"  note: {notice}")
    print("A movement observation, never a diagnosis.")


def _demo(arguments: argparse.Namespace) -> int:
    from screening.jobs.take import analyze_to_folder  # noqa: PLC0415

    takes = []
    for video in sample_videos():
        out = arguments.out / video.stem
        with _Meter(arguments, video.name) as meter:
            options = TakeOptions(mirrored=False)
            result = analyze_to_folder(video, out, options=options, force=arguments.force, progress=meter)
        takes.append(_summary(result, out))
    _tell(arguments, takes)
    return 0


def sample_videos() -> list[Path]:
    """Sample videos of the checkout, or those packed with the program."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "sample_videos", here / "sample_videos"):
        found = sorted(folder.glob("*.mp4"))
        if found:
            return found
    raise ConfigError("The sample videos are not here.", hint="Install the program again, or run it in its checkout.")


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
        _print_json({"ok": True, "models": [{**vars(m), "path": str(m.path)} for m in models]})
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
        _print_json({"ok": all(f.ok for f in findings), "checks": [vars(f) for f in findings]})
    elif not arguments.quiet:
        for f in findings:
            print(f"{'ok    ' if f.ok else 'BROKEN'} {f.name:12s} {f.text}")
    return 0 if all(f.ok for f in findings) else 1


class _Meter:
    """Progress of one video on standard error: a bar on a terminal, plain lines elsewhere, nothing if quiet."""

    def __init__(self, arguments: argparse.Namespace, name: str) -> None:
        self._silent = arguments.quiet or arguments.json
        self._name = name
        self._tenth = -1
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if not self._silent and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import Progress as Bar  # noqa: PLC0415

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._name, total=1.0)
        return self._show

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, stage: str, done: float, total: float) -> None:
        share = overall(stage, done, total)
        if self._bar is not None:
            self._bar.update(self._task, completed=share)
        elif not self._silent and int(10 * share) > self._tenth:
            self._tenth = int(10 * share)
            print(f"{self._name}: {10 * self._tenth} %", file=sys.stderr, flush=True)
