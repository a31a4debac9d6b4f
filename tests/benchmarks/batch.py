"""Compares a batch on two workers with the same batch on one.

Run: python -m tests.benchmarks.batch VIDEO [--takes 4] [--runs 1] [--quality standard]

A worker's share is one core of two: the contract's ratio compares two workers on two cores with one worker that has
one core. One worker that may use both cores is shown as well: it runs both looks of the network side by side, so it is
quicker than its share and two workers gain less over it. Processor time tells what other work on the machine cannot
change: by how much two workers hinder each other.
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


@dataclass(frozen=True)
class Way:
    """How a batch is run: workers, and how many cores all of them may use."""

    name: str
    workers: int
    cores: int


WAYS = (Way("1 worker, 1 core", 1, 1), Way("2 workers, 2 cores", 2, 2), Way("1 worker, 2 cores", 1, 2))


@dataclass(frozen=True)
class Cost:
    """Wall and processor time of a batch, seconds."""

    wall_s: float
    cpu_s: float


def run(way: Way, folder: Path, out: Path, quality: str) -> Cost:
    """Run one batch from start to end in processes of its own."""
    cores = sorted(os.sched_getaffinity(0))[: way.cores]
    if len(cores) < way.cores:
        raise SystemExit(f"{way.cores} cores are needed")
    given = [str(folder), "-o", str(out), "--workers", str(way.workers), "--quality", quality, "--mirrored", "no"]
    everything = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    started = time.perf_counter()
    try:
        process = subprocess.Popen([sys.executable, "-m", "screening", "batch", *given, "--quiet"])
    finally:
        os.sched_setaffinity(0, everything)
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
    costs: dict[Way, list[Cost]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        folder.mkdir()
        for k in range(options.takes):
            shutil.copy(options.video, folder / f"take{k}{options.video.suffix}")
        for _ in range(options.runs):
            for way in WAYS:
                load = os.getloadavg()[0]
                costs[way].append(run(way, folder, Path(place) / "out", options.quality))
                cost = costs[way][-1]
                print(f"{way.name:18s} {cost.wall_s:6.1f} s wall, {cost.cpu_s:6.1f} s cpu, load {load:.1f}", flush=True)
    one, two, alone = ([statistics.median(getattr(c, f) for c in costs[w]) for f in ("wall_s", "cpu_s")] for w in WAYS)
    print(f"two workers against one with its share of the cores: {one[0] / two[0]:.2f} (at least {LIMIT})")
    print(f"two workers against one with both cores:             {alone[0] / two[0]:.2f}")
    print(f"processor time of two workers against one:           {two[1] / one[1]:.2f}")


if __name__ == "__main__":
    main()
