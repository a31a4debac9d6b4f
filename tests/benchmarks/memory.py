"""Peak memory of a short and of a ten-minute take: `python -m tests.benchmarks.memory VIDEO [--quality fast]`.

The long one is the short one repeated without coding it again. Wanted: the same peak.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.bare_loop import LONG_S, analyze_command, looped, run


def main() -> None:
    """Measure and print both peaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--quality", default="fast")
    parser.add_argument("--seconds", type=float, default=LONG_S, help="length of the long take (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        long = looped(options.video, Path(folder) / f"long{options.video.suffix}", options.seconds)
        short_cost, long_cost = (run(analyze_command(v, out, options.quality)) for v in (options.video, long))
    print(
        f"{options.quality}: {short_cost.peak_mib:.0f} MiB in {short_cost.wall_s:.0f} s, "
        f"{options.seconds:.0f} s of video: {long_cost.peak_mib:.0f} MiB in {long_cost.wall_s:.0f} s, "
        f"ratio {long_cost.peak_mib / short_cost.peak_mib:.2f}"
    )


if __name__ == "__main__":
    main()
