"""All files of a take, or nothing at all."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from screening.core.errors import CancelledError, InputError, OutputExistsError, ScreeningError
from screening.core.progress import STAGES, overall
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Quality
from screening.jobs.executor import process_pool
from screening.jobs.process import default_workers
from screening.jobs.take import OUTPUT_FILES, analyze_to_folder

CLIP = Path(__file__).parents[3] / "sample_videos" / "front_left_lead.mp4"
FAST = TakeOptions(quality=Quality.FAST, mirrored=False)


@pytest.fixture
def not_a_video(tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("this is no video")
    return path


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_refused_video_leaves_nothing(tmp_path, not_a_video):
    with pytest.raises(InputError):
        analyze_to_folder(not_a_video, tmp_path / "out", options=FAST)
    assert _names(tmp_path) == ["notes.mp4"]


def test_a_refused_video_leaves_earlier_results_alone(tmp_path, not_a_video):
    out = tmp_path / "out"
    out.mkdir()
    (out / "angles.csv").write_text("earlier")
    with pytest.raises(InputError):
        analyze_to_folder(not_a_video, out, options=FAST, force=True)
    assert (out / "angles.csv").read_text() == "earlier"
    assert _names(tmp_path) == ["notes.mp4", "out"]


def test_earlier_results_are_not_overwritten_unasked(tmp_path, not_a_video):
    out = tmp_path / "out"
    out.mkdir()
    (out / "angles.csv").write_text("earlier")
    with pytest.raises(OutputExistsError) as caught:
        analyze_to_folder(not_a_video, out, options=FAST)
    assert "--force" in caught.value.hint


def test_force_never_replaces_a_strangers_files(tmp_path, not_a_video):
    with pytest.raises(OutputExistsError, match=r"notes\.mp4"):
        analyze_to_folder(not_a_video, tmp_path, options=FAST, force=True)
    assert not_a_video.exists()


def test_a_file_in_the_way(tmp_path, not_a_video):
    with pytest.raises(OutputExistsError):
        analyze_to_folder(not_a_video, not_a_video, options=FAST, force=True)


def test_a_folder_that_cannot_be_made(tmp_path, not_a_video):
    with pytest.raises(ScreeningError) as caught:
        analyze_to_folder(not_a_video, not_a_video / "below" / "out", options=FAST)
    assert all(caught.value.lines)


def test_what_killed_runs_left_is_removed_or_put_back(tmp_path, not_a_video):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f".out.part-{dead.pid}-ab", f".out.part-{os.getpid()}-cd", f".other.part-{dead.pid}-ef"):
        (tmp_path / name).mkdir()
    old = tmp_path / f".out.old-{dead.pid}-01"
    old.mkdir()
    (old / "angles.csv").write_text("whole")
    with pytest.raises(InputError):
        analyze_to_folder(not_a_video, tmp_path / "out", options=FAST)
    left = [f".other.part-{dead.pid}-ef", f".out.part-{os.getpid()}-cd", "notes.mp4", "out"]
    assert _names(tmp_path) == sorted(left)
    assert (tmp_path / "out" / "angles.csv").read_text() == "whole"


def test_progress_shares_add_up():
    assert sum(STAGES.values()) == pytest.approx(1.0)
    shares = [overall(stage, done, 10) for stage in STAGES for done in range(11)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert overall("pose", 0, 0) == 0.0


def test_one_worker_for_two_cores():
    assert [default_workers(cores) for cores in (1, 2, 3, 4, 16)] == [1, 1, 1, 2, 8]
    assert default_workers() >= 1


@pytest.mark.slow
def test_cancel_leaves_nothing(tmp_path):
    seen = []

    def stop(stage, done, total):
        seen.append((stage, done, total))
        if stage == "pose" and done >= 3:
            raise CancelledError("stopped", hint="again")

    with pytest.raises(CancelledError):
        analyze_to_folder(CLIP, tmp_path / "out", options=FAST, progress=stop)
    assert _names(tmp_path) == []
    assert len(seen) >= 2


@pytest.mark.slow
def test_runs_unchanged_in_another_process_and_replaces_with_force(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "angles.csv").write_text("earlier")
    with process_pool(1) as pool:
        result = pool.submit(analyze_to_folder, CLIP, out, options=FAST, force=True).result(timeout=300)
    assert _names(out) == sorted(OUTPUT_FILES)
    assert _names(tmp_path) == ["out"]
    assert len([rep for rep in result.timeline.repetitions if rep.used]) == 2
    assert len((out / "angles.csv").read_text().splitlines()) == result.recording.n_frames + 1


_SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
from screening.core.errors import ScreeningError
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Quality
from screening.jobs.take import analyze_to_folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def limit(stage, done, total):
    if stage == "pose" and done >= total:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    analyze_to_folder(Path(sys.argv[1]), Path(sys.argv[2]), options=TakeOptions(quality=Quality.FAST, mirrored=False),
                      overlay=sys.argv[3] == "overlay", progress=limit)
except ScreeningError as err:
    sys.exit("|".join(err.lines))
sys.exit("no error at all")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a Unix thing")
@pytest.mark.parametrize("overlay", ["overlay", "tables"])
def test_a_full_disk_is_said_in_two_lines_and_leaves_nothing(tmp_path, overlay):
    command = [sys.executable, "-c", _SMALL_DISK, str(CLIP), str(tmp_path / "out"), overlay]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    what = run.stderr.strip().splitlines()[-1]
    assert re.search("room|space", what), run.stderr
    assert what.count("|") == 1
    assert _names(tmp_path) == []
