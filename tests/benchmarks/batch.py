"""Compares a batch on two workers with the same batch on one.

Run: python -m tests.benchmarks.batch VIDEO [--takes 4] [--runs 1] [--quality standard]

Each worker keeps to one core. Processor time tells what other work on the machine cannot change: by
how much two workers hinder each other.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LIMIT = 1.8


WORKERS = (1, 2)


@dataclass(frozen=True)
class Cost:
    """Wall and processor time of a batch, seconds."""

    wall_s: float
    cpu_s: float


def run(workers: int, folder: Path, out: Path, quality: str) -> Cost:
    """Run one batch from start to end in processes of its own."""
    given = [str(folder), "-o", str(out), "--workers", str(workers), "--quality", quality, "--mirrored", "no"]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "screening", "batch", *given, "--quiet"])
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    shutil.rmtree(out)
    if process.returncode:
        raise SystemExit(f"the batch ended with {process.returncode}")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime)


def main() -> None:
    """Parse the command line and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--takes", type=int, default=4)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--quality", default="standard")
    options = parser.parse_args()
    costs: dict[int, list[Cost]] = {workers: [] for workers in WORKERS}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        folder.mkdir()
        for k in range(options.takes):
            shutil.copy(options.video, folder / f"take{k}{options.video.suffix}")
        for _ in range(options.runs):
            for workers in WORKERS:
                load = os.getloadavg()[0]
                costs[workers].append(run(workers, folder, Path(place) / "out", options.quality))
                cost = costs[workers][-1]
                print(
                    f"workers: {workers}, {cost.wall_s:6.1f} s wall, {cost.cpu_s:6.1f} s cpu, load {load:.1f}",
                    flush=True,
                )
    one, two = ([statistics.median(getattr(c, f) for c in costs[w]) for f in ("wall_s", "cpu_s")] for w in WORKERS)
    print(f"wall time of one worker against two:       {one[0] / two[0]:.2f} (at least {LIMIT})")
    print(f"processor time of two workers against one: {two[1] / one[1]:.2f}")


if __name__ == "__main__":
    main()
