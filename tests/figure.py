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


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Joint angles over time, degrees, each (time,) or one number; signs as in SCIENCE section 2.

    `thigh`, `shank` of a side: inclination in the sagittal plane, knee or ankle forward positive; `thigh_out`,
    `shank_out`: the same in the frontal plane, outward positive on either side; `planted`: side whose ankle stays
    where it is (None: the middle of the pelvis does); `stride_m`: how far the left ankle starts in front of the right.
    """

    n: int
    thigh: dict
    shank: dict
    thigh_out: dict
    shank_out: dict
    left_hip_up: np.ndarray | float = 0.0
    lean: np.ndarray | float = 0.0
    lateral: np.ndarray | float = 0.0
    planted: Side | None = Side.LEFT


def pose(n: int, **angles) -> Pose:
    """A standing figure of `n` frames; `thigh={Side.LEFT: ...}` and so on change what they name."""
    sided = {
        name: {side: np.broadcast_to(angles.get(name, {}).get(side, 0.0), n) for side in Side}
        for name in ("thigh", "shank", "thigh_out", "shank_out")
    }
    return Pose(n=n, **sided, **{k: v for k, v in angles.items() if k not in sided})


def posed(what: Pose) -> np.ndarray:
    """Landmarks in body axes of a pose, floor at Y = 0, (time, 33, 3); every joint is where the angles put it."""
    points = np.zeros((what.n, 33, 3))
    tilt = np.radians(np.broadcast_to(what.left_hip_up, what.n))
    for side in Side:
        z = -HIP if side is Side.LEFT else HIP
        hip = np.stack([0 * tilt, -np.sin(tilt) * z, z * np.cos(tilt)], axis=1)
        knee = hip + THIGH * _down(what.thigh[side], what.thigh_out[side], side)
        ankle = knee + SHANK * _down(what.shank[side], what.shank_out[side], side)
        for name, point in (("hip", hip), ("knee", knee), ("ankle", ankle)):
            points[:, INDEX[f"{side.value}_{name}"]] = point
        points[:, INDEX[f"{side.value}_foot_index"]] = ankle + np.array([0.13, -0.05, 0.0])
        points[:, INDEX[f"{side.value}_heel"]] = ankle + np.array([-0.06, -0.04, 0.0])
    _trunk(points, np.broadcast_to(what.lean, what.n), np.broadcast_to(what.lateral, what.n))
    if what.planted is None:
        return points + np.array([0.0, 0.9, 0.0])
    foot = points[:, [INDEX[f"{what.planted.value}_ankle"]]]
    return points - foot + foot[:1] * [1.0, 0.0, 1.0] + [0.0, 0.06, 0.0]


def _down(forward_deg, out_deg, side):
    """Unit vector straight down, swung forward, and outward around the forward axis."""
    forward, out = np.radians(forward_deg), np.radians(out_deg)
    sideways = np.sin(out) * np.cos(forward) * (-1.0 if side is Side.LEFT else 1.0)
    return np.stack([np.sin(forward), -np.cos(forward) * np.cos(out), sideways], axis=1)


def _trunk(points, lean_deg, lateral_deg):
    """Shoulders, arms and head over the middle of the hips; a lean to the person's left is positive."""
    lean, lateral = np.radians(lean_deg), np.radians(lateral_deg)
    middle = 0.5 * (points[:, INDEX["left_hip"]] + points[:, INDEX["right_hip"]])
    up = np.stack([np.sin(lean), np.cos(lean) * np.cos(lateral), -np.cos(lean) * np.sin(lateral)], axis=1)
    neck = middle + TRUNK * up
    for name, k in INDEX.items():
        sign = -1.0 if "left" in name else 1.0
        if "shoulder" in name:
            points[:, k] = neck + np.array([0, 0, sign * 0.18])
        elif any(part in name for part in ("elbow", "wrist", "pinky", "index", "thumb")) and "foot" not in name:
            points[:, k] = neck + np.array([0.05, -0.3, sign * 0.22])
        elif any(part in name for part in ("eye", "ear", "mouth", "nose")):
            points[:, k] = neck + np.array([0.1, 0.22, sign * (0.0 if name == "nose" else 0.05)])


def holds(reps: int, *, out_s: float = 0.8, hold_s: float = 0.7, rest_s: float = 0.6, first_s: float = 1.0):
    """0 at rest, 1 in the hold, (time,): rest, then `reps` times out, hold, back, rest."""
    n_out, n_hold, n_rest = (round(s * FPS) for s in (out_s, hold_s, rest_s))
    rise = 0.5 * (1 - np.cos(np.pi * np.arange(n_out) / n_out))
    one = np.concatenate([rise, np.ones(n_hold), rise[::-1], np.zeros(n_rest)])
    return np.concatenate([np.zeros(round(first_s * FPS)), *[one] * reps])


def seated(side: Side, *, reps: int = 3, internal_deg: float = 35.0, external_deg: float = 25.0, pause: bool = True):
    """A figure on a chair whose one foot swings out (internal rotation) and in, (time, 33, 3)."""
    n_pause = round(0.4 * FPS) if pause else 0
    n = round(1.2 * FPS)
    half = np.sin(np.pi * np.arange(n) / n) ** 0.5
    one = np.concatenate([internal_deg * half, np.zeros(n_pause), -external_deg * half, np.zeros(n_pause)])
    out = np.concatenate([np.zeros(round(FPS)), *[one] * reps, np.zeros(round(0.5 * FPS))])
    return posed(pose(len(out), thigh=dict.fromkeys(Side, 88.0), shank_out={side: out, side.other: 2.0}, planted=None))


def hip_extension(side: Side, *, reps: int = 3, back_deg: float = 18.0, lean_deg: float = 5.0):
    """A standing figure whose one leg goes back with a straight knee while the trunk leans forward, (time, 33, 3)."""
    share = holds(reps)
    back = -back_deg * share
    return posed(pose(len(share), thigh={side: back}, shank={side: back}, lean=lean_deg * share, planted=side.other))


def at_the_wall(side: Side, *, reps: int = 3, bend_deg: float = 38.0, heel_m: float = 0.0):
    """A figure in step stance whose front knee goes forward over the flat foot, (time, 33, 3).

    The rear foot stays where it is; `heel_m`: how far the front heel comes up at the end.
    """
    share = holds(reps)
    bend = np.radians(5.0 + (bend_deg - 5.0) * share)
    points = posed(pose(len(share)))
    front, rear = (points[:, INDEX[f"{s.value}_ankle"]].copy() for s in (side, side.other))
    front[:, 0], rear[:, 0] = 0.3, -0.25
    front[:, 1], rear[:, 1] = 0.06, 0.10
    knee = front + SHANK * np.stack([np.sin(bend), np.cos(bend), 0 * bend], axis=1)
    # The hips follow the knee.
    hip_x = knee[:, 0] - 0.25
    over = np.sqrt(THIGH**2 - (knee[:, 0] - hip_x) ** 2)
    level = np.stack([hip_x, knee[:, 1] + over, 0 * hip_x], axis=1)
    middle = 0.5 * (points[:, INDEX["left_hip"]] + points[:, INDEX["right_hip"]])
    points += (level - middle)[:, None]
    for s, ankle in ((side, front), (side.other, rear)):
        hip = points[:, INDEX[f"{s.value}_hip"]]
        points[:, INDEX[f"{s.value}_ankle"]] = ankle
        points[:, INDEX[f"{s.value}_knee"]] = knee if s is side else _knee(hip, ankle)
        points[:, INDEX[f"{s.value}_foot_index"]] = ankle + np.array([0.13, -0.05, 0.0])
        points[:, INDEX[f"{s.value}_heel"]] = ankle + np.array([-0.06, -0.04, 0.0])
    points[:, INDEX[f"{side.value}_heel"], 1] += heel_m * share
    return points


def one_leg(side: Side, *, reps: int = 3, drop_deg: float = 6.0, lean_deg: float = 4.0, hold_s: float = 2.5):
    """A figure that stands on one leg: the other knee bends, that hip drops, the trunk leans over, (time, 33, 3)."""
    share = holds(reps, hold_s=hold_s, rest_s=1.0)
    left = 1.0 if side is Side.LEFT else -1.0
    return posed(
        pose(
            len(share),
            thigh={side.other: 25.0 * share},
            shank={side.other: -60.0 * share},
            left_hip_up=left * drop_deg * share,
            lateral=left * lean_deg * share,
            planted=side,
        )
    )


def standing(seconds: float = 8.0, **angles):
    """A figure that stands still, (time, 33, 3)."""
    return posed(pose(round(seconds * FPS), **angles))


def squats(*, reps: int = 3, depth: float = 1.0, arms_s: float = 0.0):
    """Angles of squats with the feet side by side: standing, down, a short hold, up; `depth` 1 is 105 deg of knee."""
    rest = np.zeros(round((1.0 + arms_s) * FPS))
    share = depth * np.concatenate([rest, holds(reps, out_s=1.0, hold_s=0.3, rest_s=0.4, first_s=0.0)])
    return {"thigh": 78.0 * share, "shank": -27.0 * share, "lean": 38.0 * share}


def sits(*, reps: int = 3, seated_first: bool = True, rest_s: float = 1.2):
    """Angles of somebody who stands up from a chair and sits down again, seated or standing at the beginning.

    Up: the trunk leans forward on the seat, then the legs straighten; down the same way back.
    """

    def along(*stations: tuple[float, tuple[float, float, float]]) -> np.ndarray:
        (_, at), *further = stations
        parts = []
        for seconds, to in further:
            rise = 0.5 * (1 - np.cos(np.pi * np.arange(round(seconds * FPS)) / round(seconds * FPS)))
            parts.append(np.array(at) + rise[:, None] * (np.array(to) - np.array(at)))
            at = to
        return np.concatenate(parts)

    seat, off, up = (88.0, 8.0, 2.0), (88.0, -12.0, 42.0), (0.0, 0.0, 0.0)
    rising = along((0.0, seat), (0.5, off), (0.9, up), (1.0, up))
    sitting = along((0.0, up), (1.0, off), (0.5, seat), (rest_s, seat))
    rest = np.tile(seat if seated_first else up, (round(FPS), 1))
    turn = [rising, sitting] if seated_first else [sitting, rising]
    track = np.concatenate([rest, *(turn * reps)])
    return dict(zip(("thigh", "shank", "lean"), track.T, strict=True))


def side_by_side(angles) -> np.ndarray:
    """Landmarks in body axes of both legs doing the same, (time, 33, 3)."""
    legs = {name: dict.fromkeys(Side, angles[name]) for name in ("thigh", "shank")}
    return posed(pose(len(angles["lean"]), **legs, lean=angles["lean"]))
