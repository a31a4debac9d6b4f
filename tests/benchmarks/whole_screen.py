"""A whole screen against the exact truth: `python -m tests.benchmarks.whole_screen SCREEN.toml [--landmarks FOLDER]`.

The screen file names rendered clips with their truth beside them. Printed are, for each metric, both sides, the
difference with its interval and smallest detectable change, the verdict, the difference that the truth gives in the
same repetitions, and whether that lies inside the interval widened by the smallest detectable change. With
`--landmarks`, a folder of saved landmarks (NAME.npz, see `screening.pose.replay`), the network does not run.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from screening import movements
from screening.core.datatypes import TakeResult
from screening.core.screen import Asymmetry, ScreenResult
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality, Verdict
from screening.findings.metrics import measure
from screening.jobs.screen_file import NamedTake, ScreenFile, read_screen_file
from screening.pipeline import analyze, interpret, look_again
from screening.pose import replay
from screening.screens import MeasuredTake, assess
from screening.video.probe import probe
from tests.benchmarks import truth


def measured(take: NamedTake, landmarks: Path | None, quality: Quality) -> TakeResult:
    """Measure one take, from saved landmarks where there are some."""
    options = TakeOptions(lead=take.entry.lead, view=take.entry.view, mirrored=False, quality=quality)
    if landmarks is None:
        return analyze(take.video, options=options)
    film = probe(take.video, limits=DEFAULTS.video)
    raw = replay.load(landmarks / f"{take.video.stem}.npz")
    return interpret(raw, film, options=options, pictures=look_again(film, options=options))


def exact(result: TakeResult, video: Path) -> TakeResult:
    """The same take with the true angles in the place of the measured ones, in the same repetitions."""
    true = truth.read(video).angles
    table = result.angle_table
    value = table.value.copy()
    for k, name in enumerate(table.names):
        if name in true:
            value[:, k] = np.where(np.isfinite(value[:, k]), true[name], np.nan)
    table = replace(table, value=value)
    specs = movements.load(result.movement).metrics
    return replace(result, angle_table=table, measurements=measure(specs, table, result.timeline))


def compare(described: ScreenFile, landmarks: Path | None, quality: Quality) -> tuple[ScreenResult, ScreenResult]:
    """The screen as measured, and the same repetitions with the true angles."""
    takes = [(t, measured(t, landmarks, quality)) for t in described.takes]
    both = [
        [MeasuredTake(name=t.name, entry=t.entry, result=change(r, t.video)) for t, r in takes]
        for change in (lambda r, _video: r, exact)
    ]
    found, true = (assess(described.person, described.answers, measured_takes) for measured_takes in both)
    return found, true


def line(found: Asymmetry, true: Asymmetry) -> str:
    """One metric in figures."""
    if found.verdict is Verdict.NOT_ASSESSED:
        return f"{found.metric:28s} not assessed: {found.reason}"
    low, high = found.ci95[0] - found.mdc95, found.ci95[1] + found.mdc95
    inside = "inside" if low <= true.difference <= high else "OUTSIDE"
    return (
        f"{found.metric:28s} {found.left:7.1f} {found.right:7.1f} {found.difference:+7.1f} "
        f"[{found.ci95[0]:+6.1f} {found.ci95[1]:+6.1f}] mdc {found.mdc95:5.1f} true {true.difference:+6.1f} {inside:8s}"
        f"{found.verdict} {found.larger_side or ''} {found.view} n {found.n_left}+{found.n_right}"
    )


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--quality", type=Quality, default=DEFAULTS.screen.quality)
    arguments = parser.parse_args()
    found, true = compare(read_screen_file(arguments.file), arguments.landmarks, arguments.quality)
    for a, b in zip(found.asymmetries, true.asymmetries, strict=True):
        print(line(a, b))
    for finding in found.findings:
        print(f"{finding.rule} ({finding.confidence}): {finding.sentence or finding.reason}")
    print("plan:", ", ".join(f"{i.exercise} {i.side or 'both sides'}" for i in found.plan.items))


if __name__ == "__main__":
    main()
