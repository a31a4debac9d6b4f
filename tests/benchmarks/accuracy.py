"""How well the angles follow the exact truth: `python -m tests.benchmarks.accuracy CLIPS [--landmarks DIR] [--jobs 2]`.

CLIPS is a folder of rendered clips with their truth beside them (`sample_videos/` works). Every clip goes through the
whole program; `--landmarks` names a folder of saved landmarks (`CLIP.npz`), so that the network need not run. Printed
are, per clip, angle and method: root mean square error (and that of always answering the median or "no change"),
bias, correlation, slope, error at the bottom of the repetitions, spread of that error between repetitions, coverage of
two standard errors; per clip repetitions, lead and the share of frames in which both legs have their right sides; the
aims of the measurement, kept or missed; constants fitted with each person left out. No clip is hidden: what a clip
does not show is printed as not assessed, with the reason.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from screening.core.vocabulary import Observability, Quality
from tests.benchmarks import limits
from tests.benchmarks.measuring import Clip, measured_clips
from tests.benchmarks.scores import ClipScores, Score, scored, summary

_ROW = (
    "  {name:32s} {source:9s} rmse {rmse:5.1f} ({zero:4.1f})  bias {bias:+5.1f}  r {r:5.2f}  slope {slope:5.2f}"
    "  bottom {bottom:4.1f}  reps {reps:4.1f}  within two errors {cover:4.0%}"
)


def report(clip: Clip, found: ClipScores) -> list[str]:
    """Lines of one clip."""
    if clip.result is None:
        return [f"\n{clip.name} ({clip.exact.person}): refused: {clip.refused}"]
    timeline, table = clip.result.timeline, clip.result.angle_table
    lines = [
        f"\n{clip.name} ({clip.exact.person}, {clip.view}): {len(timeline.repetitions)}/{clip.exact.n_reps} "
        f"repetitions, lead {timeline.lead}/{clip.exact.lead}, legs right in {found.legs_right:.1%}"
    ]
    lines += [_ROW.format(name=name, source=s.source, **asdict(s.score)) for name, s in found.angles.items()]
    hidden: dict[str, list[str]] = {}
    for name in table.names:
        if name in clip.exact.angles and table.observability[name] is Observability.NONE:
            hidden.setdefault(table.reason.get(name, ""), []).append(name.rpartition("_")[0].replace("_", " "))
    lines += [f"  not assessed ({reason.removeprefix('reason.')}): {', '.join(n)}" for reason, n in hidden.items()]
    return lines


def as_json(found: list[ClipScores]) -> str:
    """All scores as JSON; NaN as null."""

    def plain(score: Score) -> dict[str, float | None]:
        return {k: round(v, 4) if math.isfinite(v) else None for k, v in asdict(score).items()}

    clips = {
        c.clip: {
            "view": c.view,
            "person": c.person,
            "refused": c.refused,
            "legs_right": round(c.legs_right, 4) if math.isfinite(c.legs_right) else None,
            "not_assessed": c.hidden,
            "angles": {name: {"source": s.source, **plain(s.score)} for name, s in c.angles.items()},
        }
        for c in found
    }
    return json.dumps({"date": date.today().isoformat(), "clips": clips}, indent=1) + "\n"


def main() -> int:
    """Measure a folder of clips and print the tables; 1 if an aim is missed and `--strict` was given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--landmarks", type=Path, help="folder of saved landmarks, CLIP.npz")
    parser.add_argument("--quality", type=Quality, default=Quality.STANDARD)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write all scores to a file")
    parser.add_argument("--markdown", action="store_true", help="print the summary tables only")
    parser.add_argument("--strict", action="store_true", help="end with 1 if an aim is missed")
    parser.add_argument("--left-out", action="store_true", help="also fit the constants with each person left out")
    arguments = parser.parse_args()
    found = []
    how = {"landmarks": arguments.landmarks, "quality": arguments.quality}
    for clip in measured_clips(arguments.clips, arguments.jobs, **how):
        found.append(scored(clip))
        if not arguments.markdown:
            print("\n".join(report(clip, found[-1])), flush=True)
    print("\n" + "\n".join(summary(found)))
    aims = limits.judged(found)
    print("\n" + "\n".join(limits.table(aims)))
    if arguments.left_out:
        from tests.benchmarks import refit

        print("\nConstants of the joints, each person left out of the fit:")
        refit.show(arguments.clips, arguments.landmarks)
    if arguments.json:
        arguments.json.write_text(as_json(found), encoding="utf-8")
    return int(arguments.strict and any(not a.kept for a in aims))


if __name__ == "__main__":
    sys.exit(main())
