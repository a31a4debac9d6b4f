"""Broken and odd files: each is either read completely or refused in two plain lines, never anything else."""

from __future__ import annotations

import os
import random
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from screening.core.errors import (
    InputError,
    LowFrameRateError,
    TooLargeError,
    TooShortError,
    UnreadableVideoError,
    UsageError,
)
from screening.core.settings import VideoSettings
from screening.video import VideoReader, pictures_at, probe
from tests.unit.video.clips import make, picture

LIMITS = VideoSettings()
N = 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, bytes]:
    """Undamaged files to break, as bytes."""
    folder = tmp_path_factory.mktemp("whole")
    kinds = {
        "plain.mp4": {"options": {"g": "15"}},
        "start.mp4": {"options": {"g": "15", "bf": "2"}, "mux_options": {"movflags": "faststart"}},
        "parts.mp4": {"options": {"g": "15"}, "mux_options": {"movflags": "frag_keyframe+empty_moov"}},
        "plain.webm": {"codec": "libvpx", "options": {"deadline": "realtime", "g": "15"}},
        "live.webm": {"codec": "libvpx", "container": "webm", "seekable": False, "options": {"deadline": "realtime"}},
        "plain.mkv": {"options": {"g": "15"}},
        "plain.ts": {"options": {"g": "15"}},
        "plain.avi": {"codec": "mpeg4"},
    }
    files = {}
    for name, settings in kinds.items():
        make(folder / name, n=N, **settings)
        files[name] = (folder / name).read_bytes()
    return files


def audio(path: Path, container: str, codec: str) -> None:
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=48_000)
        stream.codec_context.layout = "mono"
        for i in range(48):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), format="s16", layout="mono")
            frame.sample_rate, frame.pts = 48_000, i * 960
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def song_with_cover(path: Path) -> None:
    """An audio file whose only picture is the cover, as music files have it."""
    with av.open(str(path), "w", format="mp4") as out:
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 192, 160, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        stream = out.add_stream("aac", rate=48_000)
        stream.codec_context.layout = "mono"
        out.mux(cover.encode(av.VideoFrame.from_ndarray(picture(1), format="rgb24").reformat(format="yuvj420p")))
        out.mux(cover.encode(None))
        for i in range(48):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, i * 1024
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def image(path: Path) -> None:
    assert cv2.imwrite(str(path), picture(1))


def gif(path: Path) -> None:
    make(path, n=1, codec="gif", pix_fmt="rgb8")


def sound_file(path: Path) -> None:
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16000))


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("video.mp4", "no")


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


def raw(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def noise(n: int) -> bytes:
    return random.Random(n).randbytes(n)


#: name -> (maker, what the first line says)
HOPELESS: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty.mp4": (raw(b""), "empty"),
    "one_byte.mp4": (raw(b"\x00"), "video"),
    "noise.mp4": (raw(noise(100_000)), "video"),
    "noise.webm": (raw(noise(999)), "video"),
    "zeros.mp4": (raw(bytes(100_000)), "video"),
    "text.mp4": (text("a split squat, in words\n" * 100), "video"),
    "page.html": (text("<!doctype html><html><body><video src='x.mp4'></video></body></html>"), "video"),
    "data.json": (text('{"video": "x.mp4"}'), "video"),
    "drawing.svg": (text("<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>"), "video"),
    "paper.pdf": (raw(b"%PDF-1.7\n" + noise(500)), "video"),
    "program.mp4": (raw(b"\x7fELF" + noise(5000)), "video"),
    "archive.zip": (archive, "video"),
    "picture.png": (image, "picture"),
    "picture.jpg": (image, "picture"),
    "picture.bmp": (image, "picture"),
    "picture.tiff": (image, "picture"),
    "picture.webp": (image, "picture"),
    "picture.gif": (gif, "picture"),
    "picture_named_as_video.mp4": (
        lambda p: image(p.with_suffix(".png")) or p.with_suffix(".png").rename(p),
        "picture",
    ),
    "phone_picture.heic": (raw(b"\x00\x00\x00\x24ftypheic" + noise(3000)), "picture"),
    "animation.avif": (raw(b"\x00\x00\x00\x24ftypavis" + noise(3000)), "picture"),
    "sound.wav": (sound_file, "only sound"),
    "sound.flac": (lambda p: audio(p, "flac", "flac"), "only sound"),
    "sound.mp3": (raw(b"\xff\xfb\x90\x00" + bytes(413)), "video"),
    "sound.mp4": (lambda p: audio(p, "mp4", "alac"), "only sound"),
    "sound.mkv": (lambda p: audio(p, "matroska", "pcm_s16le"), "only sound"),
    "cover.m4a": (song_with_cover, "only sound"),
    "playlist.m3u8": (text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.mp4\n#EXT-X-ENDLIST\n"), "video"),
    "playlist.mp4": (text("#EXTM3U\n#EXTINF:9,\nother.mp4\n#EXT-X-ENDLIST\n"), "video"),
    "list.ffconcat": (text("ffconcat version 1.0\nfile other.mp4\n"), "video"),
    "manifest.mpd": (text("<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>"), "video"),
    "session.sdp": (text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n"), "video"),
    "subtitles.srt": (text("1\n00:00:00,000 --> 00:00:09,000\nhello\n"), "video"),
    "only_a_box.mp4": (raw(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), "video"),
    "huge_box.mp4": (
        raw(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\xff\xff\xff\xffmoov" + noise(999)),
        "video",
    ),
    "only_a_header.webm": (raw(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"), "video"),
    "folder.mp4": (lambda p: p.mkdir(), "folder"),
    "pipe.mp4": (os.mkfifo, "pipe"),
    "missing.mp4": (lambda p: None, "no such file"),
    "http:__localhost_video.mp4": (lambda p: None, "no such file"),
    "dangling.mp4": (lambda p: p.symlink_to("nowhere.mp4"), "no such file"),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_what_is_no_video_is_refused_with_the_reason(tmp_path, name, capfd):
    make(tmp_path / "other.mp4", n=40)  # what playlists point to
    path, (maker, says) = tmp_path / name, HOPELESS[name]
    maker(path)
    with pytest.raises(UnreadableVideoError) as refusal:
        probe(path, limits=LIMITS)
    what, hint = refusal.value.lines
    assert says in what and name in what and hint
    assert "\n" not in what + hint
    out, err = capfd.readouterr()
    assert out == "" and err == ""


LIMIT_CASES = {
    "five_frames_a_second.mp4": ({"n": 20, "fps": 5.0}, LowFrameRateError, "5.0 frames a second"),
    "fourteen.mp4": ({"n": 40, "fps": 14.0}, LowFrameRateError, "14.0"),
    "eleven_minutes.mp4": ({"times_s": np.array([0.0, 1.0, 661.0, 661.1])}, TooLargeError, "10 minutes"),
    "one_frame.mp4": ({"n": 1}, TooShortError, "1 frames"),
    "half_a_second.mp4": ({"n": 15}, TooShortError, "0.5 s"),
    "stamp.mp4": ({"n": 40, "size": (96, 96)}, InputError, "96 x 96"),
    "8k.mp4": ({"n": 1, "size": (7680, 4320)}, TooLargeError, "7680 x 4320"),
    "tall.mp4": ({"n": 2, "size": (160, 4400)}, TooLargeError, "160 x 4400"),
}


@pytest.mark.parametrize("name", LIMIT_CASES)
def test_limits_are_named_with_what_was_seen(tmp_path, name):
    settings, kind, says = LIMIT_CASES[name]
    make(tmp_path / name, **settings)
    with pytest.raises(kind) as refusal:
        probe(tmp_path / name, limits=LIMITS)
    assert says in refusal.value.what and refusal.value.hint


def test_fifteen_frames_a_second_are_enough(tmp_path):
    make(tmp_path / "webcam.webm", n=40, fps=14.93, codec="libvpx", options={"deadline": "realtime"})
    assert probe(tmp_path / "webcam.webm", limits=LIMITS).n_frames == 40


def test_slow_motion_is_judged_by_the_real_rate(tmp_path):
    path = tmp_path / "slow.mp4"
    make(path, n=120, fps=30.0)
    with pytest.raises(TooShortError, match=r"0\.5 s"):
        probe(path, limits=LIMITS, capture_fps=240.0)
    for nonsense in (0.0, -30.0, float("nan"), float("inf")):
        with pytest.raises(UsageError):
            probe(path, limits=LIMITS, capture_fps=nonsense)


def read_or_refuse(path: Path) -> str:
    """Read everything, or be refused in two lines; anything else fails the test."""
    try:
        recording = probe(path, limits=LIMITS)
        with VideoReader(path, recording=recording, max_side_px=64) as reader:
            n = sum(1 for _ in reader)
        pictures_at(path, recording, [0])
    except InputError as refusal:
        assert all(line.strip() and "\n" not in line for line in refusal.lines)
        return "refused"
    assert n >= recording.n_frames - max(2, 0.02 * recording.n_frames)
    return f"read {n}"


CUTS = (0.02, 0.2, 0.5, 0.8, 0.95, 0.999)
CUT_KINDS = ("plain.mp4", "start.mp4", "parts.mp4", "plain.webm", "live.webm", "plain.mkv", "plain.ts", "plain.avi")


@pytest.mark.parametrize("kind", CUT_KINDS)
@pytest.mark.parametrize("share", CUTS)
def test_cut_files(tmp_path, sound, kind, share):
    path = tmp_path / kind
    path.write_bytes(sound[kind][: int(len(sound[kind]) * share)])
    outcome = read_or_refuse(path)
    if kind.endswith(".mp4"):  # their table of contents tells what is missing; its last bytes are not needed
        assert outcome == "refused" or (outcome == f"read {N}" and share > 0.99)


@pytest.mark.parametrize("kind", CUT_KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits(tmp_path, sound, kind, seed):
    rng = random.Random(seed)
    data = bytearray(sound[kind])
    where = [*range(min(1200, len(data))), *range(len(data) - 1200, len(data))]  # headers and tables
    for at in rng.sample(where, 25):
        data[at] ^= 1 << rng.randrange(8)
    path = tmp_path / kind
    path.write_bytes(data)
    read_or_refuse(path)


@pytest.mark.parametrize(
    "box", [b"moov", b"trak", b"mdia", b"stbl", b"stsd", b"stts", b"stsc", b"stsz", b"stco", b"avc1"]
)
def test_boxes_that_lost_their_name(tmp_path, sound, box):
    path = tmp_path / "renamed.mp4"
    assert box in sound["plain.mp4"]
    path.write_bytes(sound["plain.mp4"].replace(box, b"xxxx"))
    assert read_or_refuse(path) == "refused"


@pytest.mark.parametrize("codec", [b"encv", b"xxxx"])
def test_encrypted_and_unknown_codecs(tmp_path, sound, codec):
    path = tmp_path / "locked.mp4"
    data = sound["plain.mp4"].replace(b"avc1", codec).replace(b"avcC", b"xxxC")
    path.write_bytes(data)
    assert read_or_refuse(path) == "refused"


@pytest.mark.parametrize("part", ["all", "second half", "last tenth", "first tenth"])
def test_pictures_that_were_zeroed(tmp_path, sound, part):
    data = bytearray(sound["plain.mp4"])
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    size = end - start
    low, high = {
        "all": (start, end),
        "second half": (start + size // 2, end),
        "last tenth": (end - size // 10, end),
        "first tenth": (start, start + size // 10),
    }[part]
    data[low:high] = bytes(high - low)
    path = tmp_path / "zeroed.mp4"
    path.write_bytes(data)
    assert read_or_refuse(path) == "refused"


@pytest.mark.parametrize("kind", CUT_KINDS)
def test_a_wrong_ending_does_not_matter(tmp_path, sound, kind):
    path = tmp_path / "video.txt"
    path.write_bytes(sound[kind])
    assert read_or_refuse(path) == f"read {N}"


@pytest.mark.parametrize(
    "name", ["Knöchel 1.mp4", "50%_%03d.mp4", "a:b.mp4", "-i.mp4", "file:x.mp4", "x.png", "concat:a|b.mp4"]
)
def test_odd_names_are_only_names(tmp_path, sound, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(sound["plain.mp4"])
    assert read_or_refuse(Path(name)) == f"read {N}"


def test_no_permission(tmp_path, sound):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "private.mp4"
    path.write_bytes(sound["plain.mp4"])
    path.chmod(0)
    with pytest.raises(UnreadableVideoError, match="cannot be opened"):
        probe(path, limits=LIMITS)


def test_a_file_that_changed_after_the_probe(tmp_path, sound):
    path = tmp_path / "swapped.mp4"
    path.write_bytes(sound["plain.mp4"])
    recording = probe(path, limits=LIMITS)
    make(path, n=20)
    with VideoReader(path, recording=recording) as reader, pytest.raises(UnreadableVideoError, match="40 of 60"):
        list(reader)
    with pytest.raises(UnreadableVideoError, match="frame 50"):
        pictures_at(path, recording, [3, 50])
    path.unlink()
    with pytest.raises(UnreadableVideoError, match="no such file"), VideoReader(path, recording=recording):
        pass
    with pytest.raises(IndexError):
        pictures_at(path, recording, [60])
