"""What a ten-minute take needs on top of a short one once the network has gone, measured in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
LANDMARKS = REPO / "tests" / "golden" / "left_side_left_lead.npz"
VIDEO = REPO / "sample_videos" / "left_side_left_lead.mp4"
#: How often 12 s are repeated to last ten minutes.
TEN_MINUTES = 48
#: What ten minutes may need more than 12 s, MiB. The network, gone by then, took 128 MiB, so that this fits into its
#: place beside the libraries that are loaded after it; 68 were measured.
ROOM_MIB = 80

MEASURE = """
import resource, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Quality
from screening.pipeline import interpret
from screening.pose import replay
from screening.pose.estimator import Body
from screening.pose.gathering import Bodies
from screening.pose.libraries import keep_blocks
from screening.report.files import write_tables
from screening.video.probe import probe

landmarks, video, times, out = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
recording, one = probe(video, limits=DEFAULTS.video), replay.load(landmarks)
n = recording.n_frames * times
time_s = np.arange(n) / 30.0

def repeated(run):
    image, world = run.image, run.world
    bodies = Bodies(n)
    for k in (k for _ in range(times) for k in range(recording.n_frames)):
        bodies.append(Body(pixels=image.position[k], world=world.position[k], visibility=image.visibility[k]))
    return bodies.variant(run.name, time_s, np.ones(2))

def seen():
    luma, shift = np.tile(one.luma, times), np.tile(one.background_shift_px, times)
    return replace(one, variants=(repeated(one.variants[0]),), luma=luma, background_shift_px=shift)

keep_blocks(False)
options = TakeOptions(mirrored=False, quality=Quality.FAST)
result = interpret(seen(), replace(recording, time_s=time_s), options=options)
write_tables(result, out)
print(len(result.timeline.repetitions), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measured(times, out):
    out.mkdir()
    command = [sys.executable, "-c", MEASURE, str(LANDMARKS), str(VIDEO), str(times), str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, cwd=REPO)
    reps, peak_mib = ran.stdout.split()
    return int(reps), float(peak_mib)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are told in another unit elsewhere")
def test_ten_minutes_fit_where_the_network_was(tmp_path):
    reps, short = measured(1, tmp_path / "short")
    more_reps, long = measured(TEN_MINUTES, tmp_path / "long")
    assert more_reps == TEN_MINUTES * reps
    assert (tmp_path / "long" / "angles.csv").stat().st_size > 40 * (tmp_path / "short" / "angles.csv").stat().st_size
    assert long - short < ROOM_MIB


@pytest.mark.slow
def test_a_take_is_written_without_pandas(tmp_path):
    script = MEASURE + '\nassert "pandas" not in sys.modules'
    command = [sys.executable, "-c", script, str(LANDMARKS), str(VIDEO), "1", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=REPO)
    assert ran.returncode == 0, ran.stderr
