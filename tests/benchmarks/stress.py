"""How the angles bear other hands, light and files: `python -m tests.benchmarks.stress CLIPS [--only NAME]`.

CLIPS is a folder of rendered clips with their truth beside them. Of some of them changed copies are made in a temporary
folder (`disturbed.CHANGES`), and each goes through the whole program, the network included. Printed are, per clip and
change: repetitions, lead and legs; root mean square errors of the change from the top of the split; the share of
frames within two standard errors; what is not assessed that the unchanged clip shows, and why. Defects are listed:
a wrong count, lead or leg, a rotation wrong by more than 4 deg, errors that cover less than 90 % of an angle's frames.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from screening.core.errors import InputError
from screening.core.settings import TakeOptions
from screening.core.vocabulary import CheckLevel, Observability, Quality
from tests.benchmarks import truth
from tests.benchmarks.disturbed import CHANGES, copies, truth_of
from tests.benchmarks.measuring import Clip, measured
from tests.benchmarks.scores import ClipScores, scored

#: A front view, a side view and two from behind of three people.
CLIPS = ("c01_front_leftlead_f", "c02_side_leftlead_f", "c07_back_leftlead_f", "p3_back_rightlead_f")
_ANGLES = {
    "rotation": "pelvic rotation",
    "obliquity": "pelvic obliquity",
    "tilt": "anterior pelvic tilt",
    "arch": "lumbar extension",
    "front knee": "knee flexion, front leg",
    "rear knee": "knee flexion, rear leg",
}
_MAX_ROTATION_DEG, _MIN_COVER, _MIN_LEGS = 4.0, 0.9, 0.99


@dataclass(frozen=True, kw_only=True)
class Line:
    """What came out for one copy: cells of the table, and what of it is a defect."""

    cells: tuple[str, ...]
    defects: tuple[str, ...] = field(default=())


HEADER = ("clip", "change", "reps", "lead", "legs right", *_ANGLES, "worst cover", "greyed by it", "warned of")


def line(clip: Clip, found: ClipScores, change: str, shown_before: frozenset[str]) -> Line:
    """Line of one copy; `shown_before` are the columns that the unchanged clip shows."""
    if clip.result is None:
        return Line(cells=(clip.name, change, f"refused: {clip.refused}"), defects=("refused",))
    reps, lead = len(clip.result.timeline.repetitions), clip.result.timeline.lead
    defects = []
    if reps != clip.exact.n_reps:
        defects.append(f"{reps} of {clip.exact.n_reps} repetitions")
    if lead is not clip.exact.lead:
        defects.append(f"lead {lead}")
    if found.legs_right < _MIN_LEGS:
        defects.append(f"legs right in {found.legs_right:.1%}")
    scores = {name: s.score for name, s in found.angles.items()}
    rotation = scores.get(_ANGLES["rotation"])
    if rotation is not None and rotation.change > _MAX_ROTATION_DEG:
        defects.append(f"rotation wrong by {rotation.change:.1f} deg")
    bare = {name: s.cover for name, s in scores.items() if s.cover < _MIN_COVER}
    defects += [f"{name} covered in {cover:.0%}" for name, cover in bare.items()]
    worst = min(scores, key=lambda name: scores[name].cover, default="")
    return Line(
        cells=(
            clip.name,
            change,
            f"{reps}/{clip.exact.n_reps}",
            str(lead),
            f"{found.legs_right:.1%}",
            *(f"{scores[name].change:.1f}" if name in scores else "–" for name in _ANGLES.values()),
            f"{scores[worst].cover:.0%} {worst}" if worst else "–",
            "; ".join(_greyed(clip, shown_before)),
            ", ".join(c.key for c in clip.result.checks if c.level is CheckLevel.WARNING),
        ),
        defects=tuple(defects),
    )


def _greyed(clip: Clip, shown_before: frozenset[str]) -> list[str]:
    """Reasons with the angles that they hide and that the unchanged clip shows."""
    assert clip.result is not None
    table, by_reason = clip.result.angle_table, {}
    for name in sorted(shown_before - shown(clip)):
        columns = [c for c in table.names if _plain(c) == name]
        reason = next(table.reason.get(c, "") for c in columns).removeprefix("reason.")
        by_reason.setdefault(reason, []).append(name)
    return [f"{reason}: {', '.join(names)}" for reason, names in by_reason.items()]


def _plain(column: str) -> str:
    """Name of an angle without its side and unit, as a flipped copy shows the other side's."""
    return column.rpartition("_")[0].removesuffix("_left").removesuffix("_right").replace("_", " ")


def shown(clip: Clip) -> frozenset[str]:
    """Angles that a clip shows, of one leg at least."""
    if clip.result is None:
        return frozenset()
    table = clip.result.angle_table
    return frozenset(_plain(name) for name in table.names if table.observability[name] is not Observability.NONE)


def measured_copy(path: Path, exact: truth.Truth, quality: Quality) -> Clip:
    """Send one copy through the whole program."""
    try:
        result = measured(path, None, TakeOptions(mirrored=False, quality=quality))
    except InputError as err:
        return Clip(name=path.stem, exact=exact, result=None, refused=err.what)
    return Clip(name=path.stem, exact=exact, result=result)


def main() -> None:
    """Measure all copies and print the table and the defects."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--clip", action="append", help="name of a clip (default: a front, a side, two from behind)")
    parser.add_argument("--only", action="append", choices=CHANGES, help="name of a change (default: all)")
    parser.add_argument("--quality", type=Quality, default=Quality.STANDARD)
    arguments = parser.parse_args()
    videos = [arguments.clips / f"{name}.mp4" for name in arguments.clip or CLIPS]
    changes = list(dict.fromkeys(("as filmed", *(arguments.only or CHANGES))))
    print(f"| {' | '.join(HEADER)} |\n|{'---|' * len(HEADER)}", flush=True)
    before: frozenset[str] = frozenset()
    defects = []
    with tempfile.TemporaryDirectory() as folder:
        for video, change, path, copy in copies(videos, changes, Path(folder)):
            clip = measured_copy(path, truth_of(truth.read(video), CHANGES[change], copy), arguments.quality)
            found = scored(clip)
            before = shown(clip) if change == "as filmed" else before
            row = line(clip, found, change, before)
            print(f"| {' | '.join((*row.cells, *[''] * (len(HEADER) - len(row.cells))))} |", flush=True)
            defects += [f"{video.stem}, {change}: {defect}" for defect in row.defects]
    print("\n" + "\n".join(defects or ["No defect."]))


if __name__ == "__main__":
    main()
