"""Commands on single takes: `analyze` one video, `demo` on the sample videos.

May import: core and `commands.output`; `jobs` when a command runs.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from screening import movements
from screening.commands.output import Meter, add_language, print_json
from screening.core.errors import ConfigError
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality, Side, View

_BOTH: Final = "both"


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare `analyze` and `demo`."""
    _add_analyze(commands, common)
    _add_demo(commands, common)


def _add_analyze(commands: Any, common: argparse.ArgumentParser) -> None:
    told = TakeOptions()
    parser = commands.add_parser(
        "analyze", parents=[common], help="measure one video, or landmarks of another tracker (.trc)"
    )
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder for the results")
    parser.add_argument(
        "--movement", default=told.movement, help=f"{', '.join(movements.names())} (default: %(default)s)"
    )
    parser.add_argument("--view", choices=["auto", *map(str, View)], default="auto", help="side facing the camera")
    parser.add_argument(
        "--lead", choices=["auto", *map(str, Side), _BOTH], default="auto", help="leg in front or moving"
    )
    parser.add_argument(
        "--mirrored", choices=["auto", "yes", "no"], default="auto", help="whether the picture is a mirrored selfie"
    )
    parser.add_argument("--capture-fps", type=_rate, metavar="N", help="rate the camera filmed at, for slow motion")
    parser.add_argument("--height-cm", type=_height, metavar="N", help="height of the person")
    parser.add_argument("--quality", choices=[*map(str, Quality)], default=str(told.quality))
    add_language(parser)
    parser.add_argument("--no-overlay", action="store_true", help="leave out overlay.mp4")
    parser.add_argument("--no-report", action="store_true", help="leave out report.html and report.pdf")
    parser.add_argument("--blur-face", action="store_true", help="blur the head in overlay.mp4 and pictures")
    parser.add_argument("--force", action="store_true", help="replace earlier results")
    parser.set_defaults(run=_analyze)


def _add_demo(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("demo", parents=[common], help="measure the sample videos")
    parser.add_argument("-o", "--out", type=Path, default=Path("demo"), metavar="OUT", help="(default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="replace earlier results")
    parser.set_defaults(run=_demo)


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
        language=arguments.language,
    )


def _analyze(arguments: argparse.Namespace) -> int:
    from screening.jobs.landmark_file import is_landmark_file  # noqa: PLC0415
    from screening.jobs.take import analyze_to_folder, landmarks_to_folder  # noqa: PLC0415

    if is_landmark_file(arguments.video):
        told, report = _options(arguments), not arguments.no_report
        found = landmarks_to_folder(arguments.video, arguments.out, options=told, report=report, force=arguments.force)
        _tell(arguments, [_summary(found, arguments.out)])
        return 0
    with Meter(arguments, arguments.video.name) as meter:
        result = analyze_to_folder(
            arguments.video,
            arguments.out,
            options=_options(arguments),
            settings=replace(DEFAULTS, report=replace(DEFAULTS.report, blur_face=arguments.blur_face)),
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
        print_json({"ok": True, **takes[0]} if arguments.command == "analyze" else {"ok": True, "takes": takes})
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
        with Meter(arguments, video.name) as meter:
            options = TakeOptions(mirrored=False)
            result = analyze_to_folder(video, out, options=options, force=arguments.force, progress=meter)
        takes.append(_summary(result, out))
    _tell(arguments, takes)
    return 0


def sample_videos() -> list[Path]:
    """Sample videos of the checkout that the program lies in, or else of the one that it was called in."""
    for checkout in (Path(__file__).resolve().parents[2], Path.cwd()):
        found = sorted((checkout / "sample_videos").glob("*.mp4"))
        if found:
            return found
    raise ConfigError("The sample videos are not here.", hint="Run it in a checkout of the project.")
