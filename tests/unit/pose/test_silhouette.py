from __future__ import annotations

import csv

import numpy as np
import pytest

from screening.core.settings import PoseSettings
from screening.pose.silhouette import person_masks
from tests.unit.pose.conftest import SAMPLES, sample_pictures, stills


@pytest.mark.slow
def test_the_mask_covers_the_joints_and_not_the_room():
    pictures = sample_pictures("left_side_left_lead", 40, 8)
    rows = list(csv.DictReader((SAMPLES / "left_side_left_lead_truth.csv").open()))[:40:8]
    found = list(person_masks(pictures, settings=PoseSettings()))
    assert [f.index for f in found] == [p.index for p in pictures]
    for silhouette, picture, row in zip(found, pictures, rows, strict=True):
        mask = silhouette.mask
        assert silhouette.rgb is picture.rgb and silhouette.time_s == picture.time_s
        assert mask.shape == picture.rgb.shape[:2] and mask.dtype == np.float32
        assert mask.min() >= 0.0 and mask.max() <= 1.0
        for joint in ("hip_L", "shoulder_L", "knee_L", "T12L1"):
            x, y = (int(float(row[f"{joint}_{axis}"])) for axis in "uv")
            assert mask[y, x] > 0.5, joint
        assert mask[:60, :60].max() < 0.1 and mask[:60, -60:].max() < 0.1
        assert 0.03 < (mask > 0.5).mean() < 0.3
    # Each mask has its own memory: the network writes all of its masks into the same.
    assert not np.shares_memory(found[0].mask, found[1].mask)
    assert np.abs(found[0].mask - found[-1].mask).max() > 0.5


@pytest.mark.slow
def test_an_empty_picture_has_no_mask():
    empty = stills([np.full((200, 100, 3), 127, np.uint8)] * 2)
    assert [s.mask for s in person_masks(empty, settings=PoseSettings())] == [None, None]
