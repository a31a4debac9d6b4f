"""A posable figure: body landmarks of a split squat with known angles, filmed from any side.

Body axes: X anterior, Y up, Z to the person's right; metres. Two-link legs in sagittal planes over planted feet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from screening.core.datatypes import LandmarkSequence, PoseVariant, RawPose, Recording
from screening.core.skeleton import INDEX, PARTNER
from screening.core.vocabulary import Frame, Side
from screening.motion.scene import body_axes

WIDTH, HEIGHT, PX_PER_M, FPS = 720, 1280, 420.0, 30.0
HIP, THIGH, SHANK, TRUNK = 0.09, 0.42, 0.42, 0.50
HIPS_AHEAD = 0.07


@dataclass(frozen=True, kw_only=True)
class Motion:
    lead: Side = Side.LEFT
    reps: int = 3
    stride_m: float = 0.62
    drop_m: float = 0.22
    rep_s: float = 2.0
    hike_deg: float = 0.0
    lean_deg: float = 8.0
    lateral_deg: float = 0.0


def cycle(motion: Motion) -> np.ndarray:
    """0 at the top, 1 at the bottom, (time,), with a second of rest at either end."""
    n_rep, rest = round(motion.rep_s * FPS), round(FPS)
    one = 0.5 * (1 - np.cos(2 * np.pi * np.arange(n_rep) / n_rep))
    pause = np.zeros(round(0.4 * FPS))
    return np.concatenate([np.zeros(rest), *[np.concatenate([one, pause])] * motion.reps, np.zeros(rest)])


def body(motion: Motion) -> np.ndarray:
    """Landmarks in body axes, floor at Y = 0, (time, 33, 3)."""
    depth = cycle(motion)
    points = np.zeros((len(depth), 33, 3))
    hip_y = 0.80 - 0.5 * motion.stride_m**2 / 2 - motion.drop_m * depth
    tilt = np.radians(motion.hike_deg) * depth * (-1 if motion.lead is Side.LEFT else 1)  # + = left hip up
    for side in Side:
        z = -HIP if side is Side.LEFT else HIP
        ahead = 0.5 * motion.stride_m * (1 if side is motion.lead else -1)
        rise = 0.06 if side is motion.lead else 0.12
        hip = np.stack([0 * depth, hip_y - np.sin(tilt) * z, z * np.cos(tilt)], axis=1)
        ankle = np.tile([ahead, rise, z], (len(depth), 1))
        knee = _knee(hip, ankle)
        for name, point in (("hip", hip), ("knee", knee), ("ankle", ankle)):
            points[:, INDEX[f"{side.value}_{name}"]] = point
        toe = [0.13, -0.05, 0.0] if side is motion.lead else [0.10, -0.095, 0.0]
        heel = [-0.06, -0.04, 0.0] if side is motion.lead else [-0.06, 0.0, 0.0]
        points[:, INDEX[f"{side.value}_foot_index"]] = ankle + toe
        points[:, INDEX[f"{side.value}_heel"]] = ankle + heel
    lean, lateral = np.radians(motion.lean_deg) * depth, np.radians(motion.lateral_deg) * depth
    middle = np.stack([0 * depth, hip_y, 0 * depth], axis=1)
    up = np.stack([np.sin(lean), np.cos(lean) * np.cos(lateral), -np.sin(lateral)], axis=1)
    neck = middle + TRUNK * up
    for name, k in INDEX.items():
        sign = -1.0 if "left" in name else 1.0
        if "shoulder" in name:
            points[:, k] = neck + np.array([0, 0, sign * 0.18])
        elif any(part in name for part in ("elbow", "wrist", "pinky", "index", "thumb")) and "foot" not in name:
            points[:, k] = neck + np.array([0.05, -0.3, sign * 0.22])
        elif any(part in name for part in ("eye", "ear", "mouth", "nose")):
            points[:, k] = neck + np.array([0.1, 0.22, sign * (0.0 if name == "nose" else 0.05)])
    return points


def _knee(hip: np.ndarray, ankle: np.ndarray) -> np.ndarray:
    """Knee in front of the line from hip to ankle, at the lengths of thigh and shank."""
    line = ankle - hip
    length = np.linalg.norm(line, axis=1, keepdims=True)
    along = (THIGH**2 - SHANK**2 + length**2) / (2 * length)
    off = np.sqrt(np.maximum(THIGH**2 - along**2, 0))
    unit = line / length
    forward = np.array([1.0, 0, 0]) - unit * unit[:, :1]
    return hip + along * unit + off * forward / np.linalg.norm(forward, axis=1, keepdims=True)


def film(points: np.ndarray, heading_deg: float, *, noise_px: float = 0.0, seed: int = 0) -> PoseVariant:
    """One run of the network over the figure, seen from a camera at hip height, 3.5 m away.

    It is perfect but for what the real one does in side views: it puts the hips in front of the hip joints.
    """
    rng = np.random.default_rng(seed)
    world = (points - [0.0, 0.9, 0.0]) @ body_axes(heading_deg)
    seen = points.copy()
    if abs(np.sin(np.radians(heading_deg))) > 0.8:
        hips = [INDEX["left_hip"], INDEX["right_hip"]]
        trunk = points[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]]].mean(axis=1) - points[:, hips].mean(axis=1)
        seen[:, hips] += HIPS_AHEAD * np.stack([trunk[:, 1], -trunk[:, 0], 0 * trunk[:, 2]], axis=1)[:, None]
    camera = (seen - [0.0, 0.9, 0.0]) @ body_axes(heading_deg)
    depth_m = 3.5 + camera[..., 2:]
    image = camera[..., :2] / depth_m * 3.5 * PX_PER_M + [WIDTH / 2, 0.5 * HEIGHT]
    image += rng.normal(0, noise_px, image.shape) if noise_px else 0.0
    middle = 0.5 * (world[:, [INDEX["left_hip"]]] + world[:, [INDEX["right_hip"]]])
    return variant(image, world - middle)


def variant(image: np.ndarray, world: np.ndarray, name: str = "original") -> PoseVariant:
    time_s = np.arange(len(image)) / FPS
    seen = np.full(image.shape[:2], 0.99)
    return PoseVariant(
        name=name,
        image=LandmarkSequence(position=image, visibility=seen, time_s=time_s, frame=Frame.IMAGE_PX),
        world=LandmarkSequence(position=world, visibility=seen, time_s=time_s, frame=Frame.CAMERA_M),
    )


def mirrored(run: PoseVariant) -> PoseVariant:
    """The same take as a mirrored picture would show it, with sides named after what is seen."""
    image, world = run.image.position[:, PARTNER].copy(), run.world.position[:, PARTNER].copy()
    image[..., 0] = WIDTH - image[..., 0]
    world[..., 0] *= -1
    return variant(image, world, run.name)


def raw_pose(*runs: PoseVariant, edge_roll_deg: float = 0.0) -> RawPose:
    n = runs[0].image.n_frames
    named = tuple(replace(r, name=name) for r, name in zip(runs, ("original", "mirrored"), strict=False))
    return RawPose(
        variants=named,
        luma=np.full(n, 120.0),
        background_shift_px=np.zeros(n),
        edge_roll_deg=edge_roll_deg,
        model="figure",
        model_sha256="0" * 64,
    )


def recording(n_frames: int) -> Recording:
    return Recording(
        path="figure.mp4",
        sha256="0" * 64,
        size_bytes=1,
        width=WIDTH,
        height=HEIGHT,
        codec="h264",
        time_s=np.arange(n_frames) / FPS,
    )
