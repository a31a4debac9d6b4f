"""Registration of patches to a drawn cylinder whose angles are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from screening.motion import surface
from screening.motion.surface import Extent
from tests.unit.motion.cylinder import CENTRE, FOCAL, HIP_WIDTH, SIZE, cloth, draw, rotation

TALL = Extent(low=0.1, high=1.3, width=0.9)
EXTENTS = (TALL, Extent(low=-0.1, high=1.3, width=0.98, bends=True))


def layers(picture: np.ndarray) -> list[np.ndarray]:
    return surface.pyramid(surface.texture(picture, HIP_WIDTH), HIP_WIDTH)


def patches(reference: np.ndarray, extents=EXTENTS) -> list[surface.Patch]:
    return surface.patches(
        layers(reference), extents, centre=CENTRE, hip_width_px=HIP_WIDTH, samples_per_hip_width=24.0
    )


def register(patch: surface.Patch, picture: np.ndarray) -> tuple[surface.Pose, float]:
    return patch.register(layers(picture), surface.Pose.rest(), surface.Pose.rest())


def angles(reference: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Mean of the patches, degrees; viewing rays taken out."""
    body = surface.camera_from_body(180.0, 0.0)
    there = surface.viewing_ray(CENTRE, (SIZE, SIZE), FOCAL)
    found = []
    for patch in patches(reference):
        pose = register(patch, picture)[0]
        here = surface.viewing_ray(CENTRE + pose.shift, (SIZE, SIZE), FOCAL)
        found.append(surface.cardan_deg(body.T @ here @ pose.rotation() @ there.T @ body))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("truth", [(8, 0, 0), (-8, 0, 0), (0, 6, 0), (0, -6, 0), (0, 0, 5), (6, -5, 3)], ids=str)
def test_turned_cylinder_is_found_with_the_signs_of_the_project(truth):
    texture = cloth()
    found = angles(draw(np.eye(3), texture), draw(rotation(*truth), texture))
    assert found[:2] == pytest.approx(truth[:2], abs=1.0)
    assert found[2] == pytest.approx(truth[2], abs=2.0)


def test_shift_alone_is_no_rotation():
    texture = cloth()
    found = angles(draw(np.eye(3), texture), draw(np.eye(3), texture, shift=(5.0, 4.0)))
    assert np.abs(found).max() < 1.0


def test_mirrored_pictures_give_the_mirrored_pelvis():
    texture = cloth()
    pictures = [draw(np.eye(3), texture), draw(rotation(7, 5, 0), texture)]
    flipped = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
    there = angles(*pictures)
    # The middle of the flipped picture lies one pixel further left.
    back = angles(*[np.roll(p, 1, axis=1) for p in flipped])
    assert back == pytest.approx(there * [-1, -1, 1], abs=0.3)


def test_camera_axes_from_behind_and_from_the_front():
    left = np.array([1.0, 0.0, 0.0])
    assert surface.camera_from_body(180.0, 0.0) @ left == pytest.approx([-1, 0, 0])
    assert surface.camera_from_body(0.0, 0.0) @ left == pytest.approx([1, 0, 0])
    up = np.array([0.0, 1.0, 0.0])
    clockwise = surface.camera_from_body(0.0, 10.0) @ up
    assert clockwise[0] > 0 > clockwise[1]


def explained(reference: np.ndarray, picture: np.ndarray) -> float:
    return register(patches(reference)[0], picture)[1]


def test_texture_is_explained_and_noise_is_not():
    texture, rng = cloth(), np.random.default_rng(0)
    grey = [np.clip(128 + rng.normal(0, 3, (SIZE, SIZE, 3)), 0, 255).astype(np.uint8) for _ in range(2)]
    assert explained(draw(np.eye(3), texture), draw(rotation(6, -4, 2), texture)) > 0.9
    assert explained(*grey) < 0.0


def test_a_bent_spine_is_not_taken_for_the_pelvis():
    """The picture above the waist is sheared sideways, as a spine that bends to the right shows it."""
    reference = draw(np.eye(3), cloth())
    waist = CENTRE[1] - 0.5 * HIP_WIDTH
    columns, rows = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
    above = np.maximum(waist - rows, 0.0)
    moved = (columns - 0.5 * 0.1 * above**2 / (0.7 * HIP_WIDTH)).astype(np.float32)
    bent = cv2.remap(reference, moved, rows, cv2.INTER_LINEAR)
    rolls = {}
    for bends in (False, True):
        extent = Extent(low=0.1, high=1.3, width=0.9, bends=bends)
        pose, _ = register(patches(reference, (extent,))[0], bent)
        rolls[bends] = abs(np.degrees(pose.turn[2]))
    assert rolls[True] < 0.5 * rolls[False]
    assert rolls[False] > 0.4


def test_a_larger_picture_gives_the_same_angles():
    texture = cloth()
    pictures = [draw(np.eye(3), texture), draw(rotation(7, 4, 0), texture)]
    there = angles(*pictures)
    half = [cv2.resize(p, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC) for p in pictures]
    patch = surface.patches(
        surface.pyramid(surface.texture(half[0], 1.5 * HIP_WIDTH), 1.5 * HIP_WIDTH),
        (TALL,),
        centre=1.5 * (CENTRE + 0.5) - 0.5,
        hip_width_px=1.5 * HIP_WIDTH,
        samples_per_hip_width=24.0,
    )[0]
    found = surface.pyramid(surface.texture(half[1], 1.5 * HIP_WIDTH), 1.5 * HIP_WIDTH)
    pose, _ = patch.register(found, surface.Pose.rest(), surface.Pose.rest())
    assert np.degrees(pose.turn[1]) == pytest.approx(-there[0], abs=1.0)


@pytest.mark.parametrize("side", [-1, 1])
def test_something_that_covers_one_side_of_a_patch_is_noticed(side):
    reference, turned = draw(np.eye(3), cloth()), draw(rotation(6, 3, 0), cloth())
    arm = np.abs(np.arange(SIZE) - (CENTRE[0] + side * 0.65 * HIP_WIDTH)) < 0.55 * HIP_WIDTH
    covered = np.where(arm[None, :, None], draw(np.eye(3), cloth(seed=8)), turned)
    patch = patches(reference, (TALL,))[0]
    shares = []
    for picture in (turned, covered):
        pose, explained = register(patch, picture)
        shares.append(patch.worse_side(layers(picture)[-1], pose))
        assert explained > 0.5
    assert shares[0] > 0.5
    assert shares[1] < 0.0
