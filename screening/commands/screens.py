"""Commands on whole screens: `screen` measures one, `compare` holds two results of one person against each other.

May import: core and `commands.output`; `jobs` when a command runs.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.commands.output import Meter, add_language, print_json, say
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Quality, Verdict

if TYPE_CHECKING:
    from screening.core.screen import Asymmetry, ScreenResult


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Declare `screen` and `compare`."""
    parser = commands.add_parser("screen", parents=[common], help="measure a whole screen: both sides, several videos")
    parser.add_argument("file", type=Path, metavar="SCREEN.toml", help="person, answers and videos")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder for the results")
    parser.add_argument(
        "--quality",
        choices=[*map(str, Quality)],
        default=str(DEFAULTS.screen.quality),
        help="work spent on each video (default: %(default)s)",
    )
    add_language(parser)
    parser.add_argument("--no-overlay", action="store_true", help="leave out overlay.mp4 of each video")
    parser.add_argument("--no-report", action="store_true", help="leave out the reports of each video")
    parser.add_argument("--blur-face", action="store_true", help="blur the head in every overlay and picture")
    parser.add_argument("--force", action="store_true", help="replace earlier results")
    parser.set_defaults(run=_screen)

    parser = commands.add_parser("compare", parents=[common], help="what changed between two results of one person")
    parser.add_argument("old", type=Path, metavar="OLD", help="folder of the earlier screen or take")
    parser.add_argument("new", type=Path, metavar="NEW", help="folder of the later one")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder for the comparison")
    parser.add_argument("--force", action="store_true", help="replace an earlier comparison")
    parser.set_defaults(run=_compare)


def _screen(arguments: argparse.Namespace) -> int:
    from screening.jobs.screen_folder import screen_to_folder  # noqa: PLC0415

    with Meter(arguments, arguments.file.name) as meter:
        result = screen_to_folder(
            arguments.file,
            arguments.out,
            quality=Quality(arguments.quality),
            settings=replace(DEFAULTS, report=replace(DEFAULTS.report, blur_face=arguments.blur_face)),
            overlay=not arguments.no_overlay,
            report=not arguments.no_report,
            force=arguments.force,
            language=arguments.language,
            progress=meter,
        )
    if arguments.json:
        print_json({"ok": True, **_summary(result, arguments.out)})
    say(arguments, *_lines(result, arguments.out))
    return 0


def _summary(result: ScreenResult, out: Path) -> dict[str, Any]:
    return {
        "out": str(out),
        "person": result.person.code,
        "takes": [
            {
                "name": t.name,
                "movement": t.entry.movement,
                "view": str(t.view),
                "lead": str(t.lead or ""),
                "repetitions": t.reps_found,
                "used": t.reps_used,
            }
            for t in result.takes
        ],
        "asymmetries": [
            {
                "metric": a.metric,
                "difference": None if a.verdict is Verdict.NOT_ASSESSED else round(a.difference, 2),
                "mdc95": None if a.verdict is Verdict.NOT_ASSESSED else round(a.mdc95, 2),
                "unit": a.unit,
                "larger_side": str(a.larger_side) if a.larger_side else None,
                "verdict": str(a.verdict),
            }
            for a in result.asymmetries
        ],
        "flags": [f.question for f in result.flags],
        "findings": [f.rule for f in result.findings if not f.reason],
        "plan": [item.exercise for item in result.plan.items],
    }


def _lines(result: ScreenResult, out: Path) -> list[str]:
    lines = [f"{out}: screen of {len(result.takes)} videos"]
    lines += [flag.sentence for flag in result.flags]
    lines += [_difference(a) for a in result.asymmetries if a.verdict is not Verdict.NOT_ASSESSED]
    hidden = [a.metric for a in result.asymmetries if a.verdict is Verdict.NOT_ASSESSED]
    if hidden:
        lines.append(f"  not assessed: {', '.join(hidden)}")
    lines += [f"  {f.sentence}" for f in result.findings if f.sentence]
    return [*lines, "A movement observation, never a diagnosis."]


def _difference(found: Asymmetry) -> str:
    side = f", larger on the {found.larger_side}" if found.larger_side else ""
    return (
        f"  {found.metric}: left {found.left:.1f}, right {found.right:.1f}, difference {found.difference:+.1f} "
        f"(smallest that can be told: {found.mdc95:.1f}) {found.verdict.replace('_', ' ')}{side}"
    )


def _compare(arguments: argparse.Namespace) -> int:
    from screening.jobs.compare import compare_to_folder, in_words  # noqa: PLC0415

    found = compare_to_folder(arguments.old, arguments.new, arguments.out, force=arguments.force)
    if arguments.json:
        changed = [
            {"metric": c.metric, "what": c.what, "change": round(c.change, 2), "mdc95": round(c.mdc95, 2)}
            for c in found.changes
            if c.verdict is Verdict.CLEAR
        ]
        print_json({"ok": True, "out": str(arguments.out), "kind": found.kind, "changed": changed})
    say(arguments, *in_words(found))
    return 0
