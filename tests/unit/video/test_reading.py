"""Every odd container case: upright content, true times, one picture for each entry of time_s."""

from __future__ import annotations

import struct
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from screening.core.datatypes import Recording
from screening.core.errors import InputError, UnreadableVideoError
from screening.core.settings import VideoSettings
from screening.video import VideoReader, pictures_at, probe, spaced_indices
from tests.unit.video.clips import HEIGHT, WIDTH, corners_in, loop, make, number_in

LIMITS = VideoSettings()
UPRIGHT = ["red", "green", "blue", "yellow"]
MIRRORED = ["green", "red", "yellow", "blue"]
SAMPLES = sorted((Path(__file__).parents[3] / "sample_videos").glob("*.mp4"))

#: (a, b, c, d): a stored point (p, q) is shown at (a p + c q, b p + d q); the quarter turns and flips of the reader.
MATRICES = {
    (1, 0, 0, 1): (0, False),
    (0, 1, -1, 0): (90, False),
    (-1, 0, 0, -1): (180, False),
    (0, -1, 1, 0): (270, False),
    (-1, 0, 0, 1): (0, True),
    (0, 1, 1, 0): (90, True),
    (1, 0, 0, -1): (180, True),
    (0, -1, -1, 0): (270, True),
}


def check(path: Path, times_s: np.ndarray, *, tolerance_s: float = 1e-4, first: int = 0) -> Recording:
    """Probe and read a clip; every frame must be there, in order, upright, and at its time."""
    recording = probe(path, limits=LIMITS)
    np.testing.assert_allclose(recording.time_s, times_s - times_s[0], atol=tolerance_s)
    with VideoReader(path, recording=recording) as reader:
        assert len(reader) == recording.n_frames
        for expected, seen in enumerate(reader):
            assert seen.index == expected
            assert seen.time_s == recording.time_s[expected]
            assert seen.rgb.shape == (recording.height, recording.width, 3)
            assert seen.rgb.flags.c_contiguous and seen.rgb.flags.writeable and seen.rgb.dtype == np.uint8
            assert number_in(seen.rgb) == (expected + first) % 256
            assert corners_in(seen.rgb) == UPRIGHT
    assert expected == recording.n_frames - 1
    chosen = {0, 1, recording.n_frames // 2, recording.n_frames - 1}
    stills = pictures_at(path, recording, chosen)
    assert {i: number_in(rgb) - first for i, rgb in stills.items()} == {i: i for i in chosen}
    return recording


@pytest.mark.parametrize("matrix", MATRICES)
def test_all_eight_display_matrices_come_out_upright(tmp_path, matrix):
    path = tmp_path / "turned.mp4"
    recording = check(path, make(path, n=35, matrix=matrix))
    assert (recording.rotation_deg, recording.flipped) == MATRICES[matrix]
    swapped = matrix[0] == 0
    assert (recording.width, recording.height) == ((HEIGHT, WIDTH) if swapped else (WIDTH, HEIGHT))


@pytest.mark.parametrize("matrix", [(1, 0, 0, 1), (0, 1, -1, 0), (0, -1, -1, 0)])
def test_a_mirrored_selfie_is_flipped_after_it_was_turned_upright(tmp_path, matrix):
    path = tmp_path / "selfie.mp4"
    make(path, n=35, matrix=matrix)
    recording = probe(path, limits=LIMITS)
    with VideoReader(path, recording=recording, mirrored=True) as reader:
        assert corners_in(next(iter(reader)).rgb) == MIRRORED
    assert corners_in(pictures_at(path, recording, [3], mirrored=True)[3]) == MIRRORED


def test_variable_frame_rate_keeps_every_time(tmp_path):
    steps = np.random.default_rng(1).uniform(0.01, 0.08, 59)
    path = tmp_path / "variable.mp4"
    check(path, make(path, times_s=np.concatenate([[0.0], np.cumsum(steps)])))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("b_frames.mp4", {"options": {"preset": "medium", "bf": "3", "b-adapt": "0"}}),
        (
            "open_groups.mp4",
            {"n": 120, "options": {"preset": "medium", "x264-params": "open-gop=1:keyint=12:bframes=3"}},
        ),
        ("fragments.mp4", {"mux_options": {"movflags": "frag_keyframe+empty_moov"}, "options": {"g": "10"}}),
        ("quicktime.mov", {"options": {"bf": "2"}}),
        ("hevc.mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none", "preset": "ultrafast"}}),
        (
            "hevc_10_bit.mp4",
            {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": {"x265-params": "log-level=none"}},
        ),
        ("h264_10_bit.mp4", {"pix_fmt": "yuv420p10le"}),
        ("h264_444.mp4", {"pix_fmt": "yuv444p"}),
        ("nv12.mp4", {"pix_fmt": "nv12"}),
        ("full_range.mp4", {"pix_fmt": "yuvj420p"}),
        ("fast_240.mp4", {"n": 250, "fps": 240.0}),
        ("ntsc.mp4", {"fps": 30000 / 1001}),
        ("av1.mp4", {"codec": "libsvtav1", "options": {"preset": "8", "crf": "20"}, "n": 40}),
        ("old.avi", {"codec": "mpeg4", "options": {"bf": "0"}}),
        ("b_frames.avi", {"options": {"preset": "medium", "bf": "3"}}),
        ("broadcast.ts", {"options": {"bf": "2"}}),
        ("matroska.mkv", {"options": {"bf": "2"}}),
        ("flash.flv", {"options": {"g": "10"}}),
    ],
)
@pytest.mark.slow
def test_codecs_and_containers(tmp_path, name, settings):
    path = tmp_path / name
    tolerance_s = 1e-3 if path.suffix in (".mkv", ".flv") else 1e-4  # their clocks count milliseconds
    check(path, make(path, **settings), tolerance_s=tolerance_s)


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_browser_recording_without_duration(tmp_path, codec):
    path = tmp_path / "browser.webm"
    times_s = np.cumsum(np.random.default_rng(2).uniform(0.02, 0.05, 60))
    make(path, times_s=times_s, codec=codec, container="webm", seekable=False, options={"deadline": "realtime"})
    recording = check(path, times_s, tolerance_s=1.01e-3)
    assert recording.duration_s == pytest.approx(times_s[-1] - times_s[0], abs=0.1)


@pytest.mark.parametrize("skipped", [10, 17])
def test_an_edit_list_that_hides_the_beginning(tmp_path, skipped):
    path = tmp_path / "trimmed.mp4"
    times_s = make(path, options={"preset": "medium", "bf": "2", "g": "12"})
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")  # version and flags, count, duration, media time
    duration, media_time = struct.unpack(">Ii", data[at + 12 : at + 20])
    ticks = 90_000 * skipped // 30
    struct.pack_into(">Ii", data, at + 12, duration * (60 - skipped) // 60, media_time + ticks)
    path.write_bytes(data)
    check(path, times_s[skipped:], first=skipped)


@pytest.mark.parametrize("size", [(191, 163), (161, 321)])
def test_odd_sizes(tmp_path, size):
    path = tmp_path / "odd.mp4"
    recording = check(path, make(path, n=35, size=size, pix_fmt="yuv444p"))
    assert (recording.width, recording.height) == size


@pytest.mark.parametrize(("aspect", "size"), [(Fraction(4, 3), (256, 160)), (Fraction(1, 2), (192, 320))])
def test_pixels_that_are_not_square_are_made_square(tmp_path, aspect, size):
    path = tmp_path / "wide.mp4"
    recording = check(path, make(path, n=35, pixel_aspect=aspect))
    assert (recording.width, recording.height) == size


def test_full_range_is_not_washed_out(tmp_path):
    shades = {}
    for pix_fmt in ("yuv420p", "yuvj420p"):
        path = tmp_path / f"{pix_fmt}.mp4"
        make(path, n=35, pix_fmt=pix_fmt)
        rgb = pictures_at(path, probe(path, limits=LIMITS), [1])[1]
        shades[pix_fmt] = (int(rgb[HEIGHT // 2, 12].mean()), int(rgb[HEIGHT // 2, 36].mean()))
    assert shades["yuvj420p"][0] >= 250 and shades["yuvj420p"][1] <= 5
    assert shades["yuv420p"][0] >= 250 and shades["yuv420p"][1] <= 5


@pytest.mark.parametrize(("transfer", "hdr"), [(1, False), (16, True), (18, True)])
def test_hdr_is_noticed(tmp_path, transfer, hdr):
    path = tmp_path / "hdr.mp4"
    make(path, n=35, codec="libx264", pix_fmt="yuv420p10le", transfer=transfer)
    assert probe(path, limits=LIMITS).hdr is hdr


def test_too_many_frames_are_thinned_evenly_and_downsized(tmp_path):
    path = tmp_path / "fast.mp4"
    make(path, n=250, fps=240.0)
    recording = probe(path, limits=LIMITS)
    with VideoReader(path, recording=recording, max_fps=60.0, max_side_px=96) as reader:
        pictures = list(reader)
    assert [p.index for p in pictures] == list(range(0, 250, 4)) == reader.indices.tolist()
    assert pictures[5].rgb.shape == (80, 96, 3)
    assert [number_in(p.rgb) for p in pictures] == [p.index for p in pictures]
    assert corners_in(pictures[0].rgb) == UPRIGHT


@pytest.mark.parametrize(
    ("fps", "expected_fps"), [(240.0, 60.0), (120.0, 60.0), (100.0, 50.0), (60.3, 60.3), (90.0, 45.0), (30.0, 30.0)]
)
def test_thinning_leaves_even_steps(fps, expected_fps):
    rng = np.random.default_rng(3)
    time_s = np.arange(600) / fps + rng.uniform(-0.1, 0.1, 600) / fps
    kept = time_s[spaced_indices(time_s, 60.0)]
    assert 1 / np.median(np.diff(kept)) == pytest.approx(expected_fps, rel=0.03)
    assert np.diff(kept).max() < 1.3 / expected_fps


def test_slow_motion_is_scaled_to_the_rate_it_was_filmed_at(tmp_path):
    path = tmp_path / "slow.mp4"
    make(path, n=250, fps=30.0)
    recording = probe(path, limits=LIMITS, capture_fps=240.0)
    assert recording.fps == pytest.approx(240.0, rel=1e-3)
    assert recording.time_scale == pytest.approx(0.125, rel=1e-3)
    with VideoReader(path, recording=recording, max_fps=60.0) as reader:
        assert [number_in(p.rgb) for p in reader] == list(range(0, 250, 4))
    assert number_in(pictures_at(path, recording, [203])[203]) == 203


def test_times_rounded_to_four_decimals_still_find_their_frames(tmp_path):
    path = tmp_path / "rounded.mp4"
    make(path, n=250, fps=240.0)
    recording = probe(path, limits=LIMITS)
    rounded = replace(recording, time_s=np.round(recording.time_s, 4))
    with VideoReader(path, recording=rounded) as reader:
        assert [p.index for p in reader] == list(range(250))
    assert number_in(pictures_at(path, rounded, [203])[203]) == 203


def test_the_picture_size_may_change_but_not_its_shape(tmp_path):
    parts = {}
    for name, size, start in (("a", (192, 160), 0.0), ("same", (384, 320), 2.0), ("turned", (160, 192), 2.0)):
        part = tmp_path / f"{name}.ts"
        make(part, times_s=start + np.arange(60) / 30.0, size=size, options={"g": "10", "tune": "zerolatency"})
        parts[name] = part.read_bytes()
    path = tmp_path / "grows.ts"
    path.write_bytes(parts["a"] + parts["same"])
    recording = probe(path, limits=LIMITS)
    assert recording.n_frames == 120
    with VideoReader(path, recording=recording) as reader:
        pictures = list(reader)
    assert {p.rgb.shape for p in pictures} == {(160, 192, 3)}
    assert [number_in(p.rgb) for p in pictures] == list(range(60)) * 2
    path.write_bytes(parts["a"] + parts["turned"])
    recording = probe(path, limits=LIMITS)
    with (
        VideoReader(path, recording=recording) as reader,
        pytest.raises(UnreadableVideoError, match="changes its shape"),
    ):
        list(reader)


def test_damage_in_the_middle_is_told_with_how_far_it_got(tmp_path):
    path = tmp_path / "damaged.mp4"
    make(path, n=120, options={"g": "20"})
    recording = probe(path, limits=LIMITS)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov")
    third = (end - start) // 3
    data[start + third : start + 2 * third] = b"\xff" * third
    path.write_bytes(data)
    with VideoReader(path, recording=recording) as reader, pytest.raises(InputError) as refusal:
        list(reader)
    assert "damaged" in refusal.value.what and "of 4.0 s" in refusal.value.what
    assert refusal.value.hint


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_samples_read_completely(path):
    recording = probe(path, limits=LIMITS)
    with VideoReader(path, recording=recording, max_side_px=160) as reader:
        assert [p.index for p in reader] == list(range(recording.n_frames))


def test_there_are_samples():
    assert len(SAMPLES) == 4


_MEASURE = """
import resource, sys
from pathlib import Path
from screening.core.settings import VideoSettings
from screening.video import VideoReader, probe
path = Path(sys.argv[1])
recording = probe(path, limits=VideoSettings())
with VideoReader(path, recording=recording) as reader:
    n = sum(1 for _ in reader)
print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_length(tmp_path):
    short, long = tmp_path / "short.mp4", tmp_path / "long.mp4"
    make(short, n=600, size=(320, 256))
    loop(short, long, 10)
    peaks = []
    for path, n_frames in ((short, 600), (long, 6000)):
        out = subprocess.run([sys.executable, "-c", _MEASURE, path], check=True, capture_output=True, text=True)
        n, peak = map(int, out.stdout.split())
        assert n == n_frames
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.05
