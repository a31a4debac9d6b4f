"""What is written can be read back: same times, same picture, playable, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from screening.core.errors import ScreeningError
from screening.core.settings import VideoSettings
from screening.video import VideoReader, VideoWriter, probe
from tests.unit.video.clips import HEIGHT, WIDTH, corners_in, number_in, picture


def write(path: Path, times_s: np.ndarray, width: int = WIDTH, height: int = HEIGHT) -> None:
    with VideoWriter(path, width=width, height=height, crf=26) as writer:
        for i, t in enumerate(times_s):
            writer.write(picture(i, width, height), float(t))


def test_times_and_pictures_survive(tmp_path):
    path = tmp_path / "out.mp4"
    times_s = np.concatenate([[0.0], np.cumsum(np.random.default_rng(0).uniform(0.004, 0.09, 79))])
    write(path, times_s)
    recording = probe(path, limits=VideoSettings())
    np.testing.assert_allclose(recording.time_s, times_s, atol=1e-5)
    with VideoReader(path, recording=recording) as reader:
        for seen in reader:
            assert number_in(seen.rgb) == seen.index
            assert corners_in(seen.rgb) == ["red", "green", "blue", "yellow"]
            assert np.abs(seen.rgb[4, 4].astype(int) - (220, 30, 30)).max() < 16
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


def test_a_browser_can_play_it_while_it_loads(tmp_path):
    path = tmp_path / "out.mp4"
    write(path, np.arange(40) / 30)
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.profile in ("High", "Main", "Constrained Baseline", "Baseline")


def test_odd_sizes_lose_one_row_and_column(tmp_path):
    path = tmp_path / "odd.mp4"
    write(path, np.arange(40) / 30, 193, 161)
    recording = probe(path, limits=VideoSettings())
    assert (recording.width, recording.height) == (192, 160)


def test_nothing_is_left_after_an_error_and_the_old_file_stays(tmp_path):
    path = tmp_path / "out.mp4"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), VideoWriter(path, width=WIDTH, height=HEIGHT, crf=26) as writer:
        writer.write(picture(0), 0.0)
        raise KeyError("something else")
    with pytest.raises(ValueError, match="times must rise"), VideoWriter(path, width=WIDTH, height=HEIGHT, crf=26) as w:
        w.write(picture(0), 0.5)
        w.write(picture(1), 0.5)
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ScreeningError) as refusal, VideoWriter(tmp_path / "no" / "x.mp4", width=64, height=64, crf=26):
        pass
    assert "no such file" in refusal.value.what and refusal.value.hint


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from screening.core.errors import ScreeningError
from screening.video import VideoWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
rng = np.random.default_rng(0)
try:
    with VideoWriter(Path(sys.argv[1]), width=320, height=240, crf=10) as writer:
        for i in range(30):
            writer.write(rng.integers(0, 255, (240, 320, 3), dtype=np.uint8), i / 30)
except ScreeningError as err:
    print("refused:", *err.lines, sep="|")
"""


@pytest.mark.parametrize("room", [0, 20_000, 600_000])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="file size limits are a Unix thing")
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, room):
    path = tmp_path / "out.mp4"
    out = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, path, str(room)], check=True, capture_output=True, text=True
    )
    assert out.stdout.startswith("refused:|out.mp4 cannot be written"), out
    assert list(tmp_path.iterdir()) == []
