"""Compares `analyze` with the bare loop: read with OpenCV, convert to RGB, detect, nothing else.

Run: python -m tests.benchmarks.bare_loop VIDEO [--runs 3] [--memory]

Every run is a process of its own, timed from start to end. Bare loop and program take turns, so that a machine that
gets slower or faster does so for both. `--memory` also compares the peak of a short and a ten-minute video.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from screening.pose import bundle

LIMITS = {"fast": 1.15, "standard": 2.5}
MEMORY_LIMIT = 1.5
LONG_S = 598.0


@dataclass(frozen=True)
class Cost:
    """Wall time in seconds and peak memory in MiB of one process."""

    wall_s: float
    peak_mib: float


def run(command: list[str]) -> Cost:
    """Run a command to its end and return what it cost."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode(errors='replace')}")
    return Cost(wall_s, usage.ru_maxrss / 1024)


def bare_loop(video: str, model: str) -> None:
    """The bare loop itself."""
    import cv2
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=model), running_mode=vision.RunningMode.VIDEO
    )
    capture = cv2.VideoCapture(video)
    frame_ms = 1000.0 / capture.get(cv2.CAP_PROP_FPS)
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        index = 0
        while True:
            found, frame = capture.read()
            if not found:
                break
            rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
            landmarker.detect_for_video(image, int(index * frame_ms))
            index += 1


def bare_command(video: Path) -> list[str]:
    model = str(bundle.ensure(bundle.BUILT))
    return [sys.executable, "-m", "tests.benchmarks.bare_loop", str(video), "--bare", model]


def analyze_command(video: Path, out: Path, quality: str) -> list[str]:
    extra = ["--no-overlay", "--no-report"] if quality == "fast" else []
    given = [str(video), "-o", str(out), "--quality", quality, "--force", "--quiet"]
    return [sys.executable, "-m", "screening", "analyze", *given, *extra]


def looped(video: Path, out: Path, duration_s: float) -> Path:
    """Copy a video end to end until it lasts `duration_s`, without coding it again."""
    import av

    with av.open(str(out), "w") as target:
        copied, offset = None, 0
        while offset == 0 or copied is None or offset * copied.time_base < duration_s:
            with av.open(str(video)) as source:
                stream = source.streams.video[0]
                copied = copied or target.add_stream_from_template(stream)
                length = 0
                for packet in source.demux(stream):
                    if packet.dts is None:
                        continue
                    length = max(length, packet.pts + (packet.duration or 0))
                    packet.pts, packet.dts, packet.stream = packet.pts + offset, packet.dts + offset, copied
                    target.mux(packet)
                offset += length
                if (offset + length) * stream.time_base > duration_s:
                    break
    return out


def show(name: str, bare: list[Cost], ours: list[Cost], limit: float) -> None:
    wall = [b.wall_s for b in bare], [o.wall_s for o in ours]
    peak = [b.peak_mib for b in bare], [o.peak_mib for o in ours]
    best, middle = min(wall[1]) / min(wall[0]), statistics.median(wall[1]) / statistics.median(wall[0])
    memory = statistics.median(peak[1]) / statistics.median(peak[0])
    print(
        f"{name:9s} wall min {min(wall[1]):6.2f} s / {min(wall[0]):6.2f} s = {best:.2f}   median = {middle:.2f}"
        f" (limit {limit})   peak {statistics.median(peak[1]):.0f} / {statistics.median(peak[0]):.0f} MiB"
        f" = {memory:.2f} (limit {MEMORY_LIMIT})",
        flush=True,
    )


def main() -> None:
    """Parse the command line and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="also compare a short and a ten-minute video")
    parser.add_argument("--bare", metavar="MODEL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare_loop(str(options.video), options.bare)
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        costs: dict[str, list[Cost]] = {"bare": [], "fast": [], "standard": []}
        for _ in range(options.runs):
            costs["bare"].append(run(bare_command(options.video)))
            for quality in LIMITS:
                costs[quality].append(run(analyze_command(options.video, out, quality)))
        for quality, limit in LIMITS.items():
            show(quality, costs["bare"], costs[quality], limit)
        if options.memory:
            long = looped(options.video, Path(folder) / "long.mp4", LONG_S)
            for quality in LIMITS:
                peak = run(analyze_command(long, out, quality)).peak_mib
                short = statistics.median(c.peak_mib for c in costs[quality])
                print(f"{quality:9s} peak short {short:.0f} MiB, ten minutes {peak:.0f} MiB = {peak / short:.2f}")


if __name__ == "__main__":
    main()
