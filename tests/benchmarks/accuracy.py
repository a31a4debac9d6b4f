"""How well the angles follow the exact truth: `python -m tests.benchmarks.accuracy CLIPS [--markdown]`.

CLIPS is a folder of rendered clips with their truth beside them (`sample_videos/` works). Every clip goes through the
whole program; printed are, per clip and angle: root mean square error (and that of always answering the median or "no
change"), bias, correlation, slope, error at the bottom of the repetitions, coverage of two standard errors; and, per
clip, repetitions, lead and the share of frames in which both legs have their right sides.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from screening import analyze
from screening.core.datatypes import FloatArray, TakeResult
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Observability, Quality, Side
from tests.benchmarks import truth


@dataclass(frozen=True, kw_only=True)
class Score:
    """One angle of one clip, degrees (percent for the shift)."""

    rmse: float
    zero: float
    bias: float
    r: float
    slope: float
    bottom: float
    cover: float


def score(value: FloatArray, sd: FloatArray, true: FloatArray, exact: truth.Truth, zero: list[int] | None) -> Score:
    """Compare an angle with its truth over the frames of the split; `zero` are the reference frames of changes."""
    true = true - (np.median(true[zero]) if zero else 0.0)
    seen = exact.moving & np.isfinite(value) & np.isfinite(true)
    a, b = value[seen], true[seen]
    moves = b.std() > 1.0
    bottoms = [np.nanmean((value - true)[k]) for k in exact.bottoms if np.isfinite((value - true)[k]).any()]
    return Score(
        rmse=float(np.sqrt(np.mean((a - b) ** 2))),
        zero=float(np.sqrt(np.mean((b - (0.0 if zero else np.median(b))) ** 2))),
        bias=float(np.mean(a - b)),
        r=float(np.corrcoef(a, b)[0, 1]) if moves else float("nan"),
        slope=float(np.polyfit(b, a, 1)[0]) if moves else float("nan"),
        bottom=float(np.mean(np.abs(bottoms))) if bottoms else float("nan"),
        cover=float(np.mean(np.abs(a - b) <= 2 * sd[seen])),
    )


def legs_right(result: TakeResult, exact: truth.Truth) -> float:
    """Share of the split (frames with both legs seen) in which knees and ankles are nearest to their own truth."""
    right = np.ones(len(exact.moving), bool)
    seen = exact.moving.copy()
    for k, joint in enumerate(("knee", "ankle")):
        own = sum(_distance(result, exact, side, side, joint, k) for side in Side)
        other = sum(_distance(result, exact, side, side.other, joint, k) for side in Side)
        right &= own < other
        seen &= np.isfinite(own) & np.isfinite(other)
    return float(right[seen].mean())


def _distance(result: TakeResult, exact: truth.Truth, side: Side, target: Side, joint: str, k: int) -> FloatArray:
    return np.linalg.norm(result.image.point(f"{side.value}_{joint}") - exact.legs_px[target][:, k], axis=1)


def scores_of(result: TakeResult, exact: truth.Truth) -> dict[str, Score]:
    """Scores of every angle with a value and a truth; sided angles are named after the front and the rear leg."""
    table, out = result.angle_table, {}
    for name in table.names:
        if name not in exact.angles or table.observability[name] is Observability.NONE:
            continue
        if (np.isfinite(table.column(name) + exact.angles[name]) & exact.moving).sum() <= 10:
            continue
        zero = list(result.timeline.reference) if name in truth.ZEROED else None
        stem = name.rpartition("_")[0].replace(f"_{exact.lead.value}", ", front leg")
        label = stem.replace(f"_{exact.lead.other.value}", ", rear leg").replace("_", " ")
        out[label] = score(table.column(name), table.column_sd(name), exact.angles[name], exact, zero)
    return out


def summary(kept: dict[tuple[str, str], list[Score]]) -> list[str]:
    """Markdown table: one row an angle and kind of view, over all clips."""
    lines = [
        "| angle | view | takes | RMSE | worst take | bias | r | error at the bottom | within 2 standard errors |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (name, view), all_of_it in sorted(kept.items()):
        rmse = [s.rmse for s in all_of_it]
        r = [s.r for s in all_of_it if np.isfinite(s.r)]
        mean_r = f"{np.mean(r):.2f}" if r else ""
        bias, cover = (np.mean([getattr(s, f) for s in all_of_it]) for f in ("bias", "cover"))
        bottoms = [s.bottom for s in all_of_it if np.isfinite(s.bottom)]
        bottom = f"{np.mean(bottoms):.1f}" if bottoms else ""
        lines.append(
            f"| {name} | {view} | {len(rmse)} | {np.sqrt(np.mean(np.square(rmse))):.1f} | {max(rmse):.1f} "
            f"| {bias:+.1f} | {mean_r} | {bottom} | {100 * cover:.0f} % |"
        )
    return lines


def main() -> None:
    """Measure a folder of clips and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=Path)
    parser.add_argument("--markdown", action="store_true", help="print the summary only")
    arguments = parser.parse_args()
    kept: dict[tuple[str, str], list[Score]] = defaultdict(list)
    legs = []
    for video in sorted(arguments.clips.glob("*.mp4")):
        exact, result = truth.read(video), analyze(video, options=TakeOptions(quality=Quality.BEST))
        view = "side" if result.scene.view.is_side else str(result.scene.view)
        legs.append((video.stem, view, legs_right(result, exact)))
        reps = f"{len(result.timeline.repetitions)}/{exact.n_reps} repetitions"
        if not arguments.markdown:
            print(
                f"\n{video.stem} ({exact.person}, {view}): {reps}, lead {result.timeline.lead}/{exact.lead}, "
                f"legs right in {100 * legs[-1][2]:.1f} %"
            )
        for name, s in scores_of(result, exact).items():
            kept[name, view].append(s)
            if not arguments.markdown:
                print(
                    f"  {name:34s} rmse {s.rmse:5.1f} ({s.zero:4.1f})  bias {s.bias:+5.1f}  r {s.r:5.2f}  "
                    f"slope {s.slope:5.2f}  bottom {s.bottom:4.1f}  within two errors {100 * s.cover:3.0f} %"
                )
    print("\n" + "\n".join(summary(kept)))
    for view in ("side", "rest"):
        shares = [share for _, v, share in legs if (v == "side") == (view == "side")]
        if shares:
            print(f"legs right, {view}: mean {100 * np.mean(shares):.1f} %, worst {100 * min(shares):.1f} %")


if __name__ == "__main__":
    main()
