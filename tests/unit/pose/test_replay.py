from __future__ import annotations

import io

import numpy as np
import pytest

from screening.core.datatypes import LandmarkSequence, PoseVariant, RawPose
from screening.core.errors import InputError, ScreeningError
from screening.core.vocabulary import Frame
from screening.pose import replay


def a_raw_pose(n: int = 7) -> RawPose:
    rng = np.random.default_rng(3)
    time_s = np.arange(n) / 29.97
    variants = []
    for name in ("original", "mirrored"):
        image, world = rng.uniform(0, 1900, (n, 33, 2)), rng.normal(0, 0.5, (n, 33, 3))
        image[2], world[2] = np.nan, np.nan
        seen = rng.uniform(0, 1, (n, 33))
        variants.append(
            PoseVariant(
                name=name,
                image=LandmarkSequence(position=image, visibility=seen, time_s=time_s, frame=Frame.IMAGE_PX),
                world=LandmarkSequence(position=world, visibility=seen, time_s=time_s, frame=Frame.CAMERA_M),
            )
        )
    shift = np.full(n, np.nan)
    shift[3] = 0.25
    return RawPose(
        variants=tuple(variants),
        luma=rng.uniform(0, 255, n),
        background_shift_px=shift,
        edge_roll_deg=float("nan"),
        model="pose_landmarker_full",
        model_sha256="ab" * 32,
    )


def test_what_is_saved_comes_back(tmp_path):
    raw = a_raw_pose()
    replay.save(raw, tmp_path / "take.npz")
    back = replay.load(tmp_path / "take.npz")
    assert [p.name for p in tmp_path.iterdir()] == ["take.npz"]
    assert (back.model, back.model_sha256) == (raw.model, raw.model_sha256)
    assert np.isnan(back.edge_roll_deg)
    assert np.allclose(back.luma, raw.luma, atol=1e-4)
    assert np.array_equal(np.isnan(back.background_shift_px), np.isnan(raw.background_shift_px))
    for a, b in zip(back.variants, raw.variants, strict=True):
        assert a.name == b.name
        assert np.allclose(a.image.position, b.image.position, atol=1e-3, equal_nan=True)
        assert np.allclose(a.world.position, b.world.position, atol=1e-6, equal_nan=True)
        assert np.array_equal(a.image.time_s, b.image.time_s)
        assert np.array_equal(a.image.valid, b.image.valid)
        assert np.allclose(a.image.visibility, b.image.visibility, atol=1e-6)


def content(tmp_path) -> bytes:
    replay.save(a_raw_pose(), tmp_path / "good.npz")
    return (tmp_path / "good.npz").read_bytes()


def npz(**arrays) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def pickled() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return out.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        lambda good: b"",
        lambda good: b"not an archive",
        lambda good: good[: len(good) // 2],
        lambda good: good[:-30],
        lambda good: good[:3000] + b"\0" * 500 + good[3500:],
        lambda good: pickled(),
        lambda good: npz(a=np.arange(3)),
        lambda good: npz(version=np.array(99)),
        lambda good: npz(version=np.array("one")),
        lambda good: npz(version=np.array(1), names=np.array(["original"]), model=np.array(["a", "b"])),
    ],
)
def test_a_damaged_file_is_refused_in_two_lines(tmp_path, make):
    path = tmp_path / "bad.npz"
    path.write_bytes(make(content(tmp_path)))
    with pytest.raises(InputError, match=r"bad\.npz") as caught:
        replay.load(path)
    assert all(line.strip() for line in caught.value.lines)


def test_a_missing_file_and_a_missing_folder_are_said(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz"):
        replay.load(tmp_path / "none.npz")
    with pytest.raises(ScreeningError, match="cannot be written"):
        replay.save(a_raw_pose(), tmp_path / "no folder" / "take.npz")
