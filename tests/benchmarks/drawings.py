"""Draws the step pictures of the exercises and the filming pictures into `screening/data/drawings`.

Run with `python -m tests.benchmarks.drawings`; a test compares the files with what this makes.
"""

from pathlib import Path

from tests.benchmarks.figures import BODY, FAINT, SIDE, Canvas, arm, front_view, leg, side_view, towards, trunk

FOLDER = Path(__file__).parents[2] / "screening" / "data" / "drawings"


def split_squat_1(c):
    c.box(0.12, 0, 0.72, 0.1)
    side_view(
        c, (-0.03, 0.9), 3, {"ankle": (0.36, 0.17)}, {"ankle": (-0.45, 0.18), "toes": 130}, ((-0.1, 0.86), (0.1, 0.85))
    )
    c.circle((0.1, 0.8), 0.07, FAINT)


def split_squat_2(c):
    split_squat_low(c)
    c.arrow([(-0.5, 1.1), (-0.5, 0.7)])


def split_squat_3(c):
    split_squat_low(c)
    c.turn((-0.05, 0.56), 0.34, 330, 150)


def split_squat_low(c):
    c.box(0.12, 0, 0.72, 0.1)
    side_view(
        c, (-0.05, 0.54), 4, {"ankle": (0.36, 0.17)}, {"ankle": (-0.48, 0.18), "toes": 135}, ((-0.1, 0.5), (0.14, 0.47))
    )
    c.circle((0.14, 0.42), 0.07, FAINT)


def seated(c, swing):
    c.box(-0.5, 0.42, 0.5, 0.56)
    for x in (-0.44, 0.44):
        c.line([(x, 0.42), (x, 0)], FAINT, 0.04)
    ankle = (-0.13 - swing, 0.16 + 0.35 * swing)
    for k, (foot_at, colour) in enumerate(((ankle, SIDE), ((0.13, 0.16), BODY))):
        knee = (-0.13 if k == 0 else 0.13, 0.58)
        c.line([knee, foot_at], colour)
        c.line([foot_at, (foot_at[0], foot_at[1] - 0.06)], colour, 0.08)
        c.circle(knee, 0.07, colour)
    c.line([(-0.1, 0.66), (0.1, 0.66)], BODY, 0.17)
    c.line([(0, 0.66), (0, 1.16)], BODY, 0.2)
    c.line([(-0.16, 1.14), (0.16, 1.14)], BODY, 0.1)
    c.circle((0, 1.38), 0.105)
    arm(c, (-0.16, 1.14), (-0.28, 0.62), BODY, bend=1)
    arm(c, (0.16, 1.14), (0.28, 0.62), BODY, bend=-1)


def seated_1(c):
    seated(c, 0.0)


def seated_2(c):
    seated(c, 0.24)
    c.arrow([(-0.2, 0.06), (-0.4, 0.09), (-0.56, 0.2)])


def wall(c, x):
    c.box(x, 0, x + 0.12, 1.7)


def knee_wall_1(c):
    wall(c, 0.6)
    side_view(
        c, (0.08, 0.88), 4, {"ankle": (0.26, 0.08)}, {"ankle": (-0.4, 0.08)}, ((0.56, 1.15), (0.56, 1.2)), elbows=1
    )


def knee_wall_2(c):
    wall(c, 0.6)
    side_view(
        c,
        (0.17, 0.66),
        8,
        {"ankle": (0.26, 0.08), "knee": (0.53, 0.42)},
        {"ankle": (-0.5, 0.1), "toes": 100},
        ((0.56, 1.0), (0.56, 1.05)),
        elbows=1,
    )
    c.arrow([(0.24, 0.36), (0.45, 0.36)])


def supine(c, hip, hand, opening):
    c.line([(-0.95, 0.03), (0.95, 0.03)], FAINT, 0.05)
    shoulder = towards(hip, -90 - opening, 0.47)
    knee = (hip[0] - 0.08, hip[1] + 0.42)
    leg(c, hip, (knee[0] + 0.42, knee[1] + 0.02), FAINT, knee=knee, toes=20)
    trunk(c, hip, -90 - opening, nod=opening)
    leg(c, hip, (0.42, 0.12), SIDE, bend=1, knee=(0.21, 0.48 if not opening else 0.5))
    arm(c, shoulder, hand or (shoulder[0] + 0.5, 0.1), BODY, bend=1)


def supine_1(c):
    supine(c, (0, 0.17), None, 0)


def supine_2(c):
    supine(c, (0, 0.17), (-0.12, 0.56), 0)
    c.arrow([(-0.42, 0.76), (-0.17, 0.66)])
    c.arrow([(0.2, 0.76), (-0.0, 0.66)], FAINT)


def supine_3(c):
    supine(c, (0, 0.32), (-0.12, 0.7), 17)
    c.arrow([(0.08, -0.0), (0.08, 0.22)])
    c.arrow([(0.62, 0.3), (0.62, 0.08)])


def half_kneel(c, hip, lean):
    side_view(
        c,
        hip,
        lean,
        {"ankle": (-0.42, 0.09), "toes": 268, "knee": (0, 0.08)},
        {"ankle": (0.44, 0.08), "knee": (0.42, 0.5)},
        ((0.28, hip[1] + 0.1), None),
    )


def half_kneel_1(c):
    half_kneel(c, (0, 0.5), 3)


def half_kneel_2(c):
    half_kneel(c, (0.13, 0.48), 0)
    c.arrow([(-0.3, 0.52), (-0.02, 0.5)])
    c.arrow([(-0.12, 0.86), (-0.14, 0.68), (-0.06, 0.58)], FAINT)


def side_lying(c, ankle):
    c.line([(-0.95, 0.03), (0.95, 0.03)], FAINT, 0.05)
    leg(c, (0, 0.16), (0.5, 0.1), FAINT, knee=(0.36, 0.1), toes=None)
    arm(c, (-0.45, 0.17), (-0.86, 0.09), FAINT, elbow=(-0.66, 0.07))
    trunk(c, (0, 0.17), -88)
    c.line([(0, 0.19), ankle], SIDE)
    c.line([ankle, (ankle[0] + 0.06, ankle[1] - 0.08)], SIDE, 0.07)
    arm(c, (-0.45, 0.2), (-0.2, 0.07), BODY, elbow=(-0.3, 0.28))


def side_lying_1(c):
    side_lying(c, (0.84, 0.22))


def side_lying_2(c):
    side_lying(c, (0.72, 0.6))
    c.arrow([(0.9, 0.2), (0.9, 0.4), (0.85, 0.54)])


def calf(c, lift):
    wall(c, 0.55)
    ankle = (0.0, 0.08 + lift)
    toes = 90 + lift * 300
    side_view(
        c,
        (0.0, 0.93 + lift),
        2,
        {"ankle": ankle, "toes": toes},
        {"ankle": (-0.05, 0.08 + lift), "toes": toes},
        ((0.52, 1.2 + lift), (0.52, 1.25 + lift)),
        elbows=1,
    )


def calf_1(c):
    calf(c, 0.0)


def calf_2(c):
    calf(c, 0.12)
    c.arrow([(-0.3, 0.8), (-0.3, 1.2)])


def all_fours(c, bow, nod):
    hip = (-0.28, 0.52)
    shoulder = towards(hip, 88, 0.47)
    arm(c, shoulder, (0.28, 0.05), FAINT, bend=1)
    leg(c, hip, (-0.68, 0.09), FAINT, knee=(-0.26, 0.08), toes=None)
    trunk(c, hip, 88, bow=bow, nod=nod)
    leg(c, hip, (-0.7, 0.07), BODY, knee=(-0.28, 0.07), toes=None)
    arm(c, shoulder, (0.22, 0.05), BODY, bend=1)


def all_fours_1(c):
    all_fours(c, 0.13, 45)
    c.arrow([(-0.03, 0.82), (-0.03, 1.04)])


def all_fours_2(c):
    all_fours(c, -0.08, -25)
    c.arrow([(-0.03, 0.86), (-0.03, 0.64)])


def cable(c, middle, lean, hands):
    c.line([(-0.92, 0), (-0.92, 1.0)], FAINT, 0.06)
    c.circle((-0.92, 0.15), 0.06, FAINT)
    c.line([(-0.9, 0.15), hands], FAINT, 0.02)
    bent = middle[0] < -0.1
    front_view(
        c, middle, lean, (((-0.4, 0.08), -0.1 if bent else -0.03), ((0.42, 0.08), 0.0)), (hands, hands), elbows=(1, 1)
    )


def cable_1(c):
    cable(c, (0, 0.86), 0, (-0.35, 0.92))


def cable_2(c):
    cable(c, (-0.22, 0.6), -10, (-0.62, 0.5))
    c.arrow([(0.12, 0.66), (-0.02, 0.6)])


def cable_3(c):
    cable(c, (0.0, 0.86), 3, (0.5, 1.5))
    c.arrow([(-0.55, 0.75), (-0.45, 1.3), (0.0, 1.78)])


def bridge(c, hip, shoulder, knee):
    c.line([(-0.95, 0.02), (0.95, 0.02)], FAINT, 0.04)
    elbow = (shoulder[0] - 0.02, 0.07)
    c.line([shoulder, elbow, (elbow[0] + 0.25, 0.07)], SIDE, 0.06)
    c.line([hip, knee, (knee[0] + 0.05, 0.08), (knee[0] + 0.3, 0.08)], SIDE)
    c.line([hip, shoulder], BODY, 0.16)
    c.circle((shoulder[0] - 0.16, shoulder[1] + 0.14), 0.105)
    arm(c, shoulder, (hip[0] - 0.02, hip[1] + 0.12), BODY, bend=1)


def bridge_1(c):
    bridge(c, (0, 0.13), (-0.42, 0.34), (0.4, 0.09))


def bridge_2(c):
    bridge(c, (-0.02, 0.27), (-0.45, 0.4), (0.4, 0.11))
    c.arrow([(0.0, 0.06), (0.0, 0.17)])
    c.arrow([(0.14, 0.66), (0.14, 0.9)])


def step_up_1(c):
    c.box(-0.42, 0, 0.02, 0.2)
    front_view(c, (0.0, 0.88), -3, (((-0.18, 0.28), -0.07), ((0.2, 0.08), 0.01)), ((-0.28, 0.82), (0.24, 0.8)))


def step_up_2(c):
    c.box(-0.42, 0, 0.02, 0.2)
    front_view(c, (-0.12, 1.06), 0, (((-0.2, 0.28), 0.0), ((0.14, 0.3), 0.05)), ((-0.37, 0.99), (0.13, 0.99)))
    c.arrow([(0.5, 0.8), (0.5, 1.2)])
    c.line([(-0.34, 1.06), (0.12, 1.06)], SIDE, 0.015, "5 4")


def mirror(c):
    c.box(0.75, 0.15, 0.83, 1.6)


def step_down_1(c):
    mirror(c)
    c.box(-0.5, 0, 0.06, 0.2)
    side_view(c, (-0.15, 1.1), 2, {"ankle": (-0.16, 0.28)}, {"ankle": (-0.22, 0.28)}, ((0.02, 1.08), (0.05, 1.1)))


def step_down_2(c):
    mirror(c)
    c.box(-0.5, 0, 0.06, 0.2)
    side_view(
        c,
        (-0.2, 0.9),
        12,
        {"ankle": (-0.16, 0.28)},
        {"ankle": (0.26, 0.14), "toes": 70, "bend": 1},
        ((0.2, 0.98), (0.22, 1.0)),
    )
    c.line([(0.06, 0.72), (0.06, 0.22)], SIDE, 0.015, "5 4")
    c.arrow([(-0.55, 1.2), (-0.55, 0.9)])


def balance_1(c):
    wall(c, -0.75)
    front_view(c, (0, 0.92), 0, (((-0.11, 0.08), 0.0), ((0.11, 0.08), 0.0)), ((-0.25, 0.84), (0.25, 0.84)))


def balance_2(c):
    wall(c, -0.75)
    front_view(c, (-0.08, 0.92), 0, (((-0.11, 0.08), 0.0), ((0.12, 0.36), 0.08)), ((-0.36, 0.85), (0.2, 0.85)))
    c.arrow([(0.42, 0.2), (0.42, 0.46)])


def chair(c):
    c.box(-0.48, 0.36, 0.08, 0.42)
    for x in (-0.44, 0.04):
        c.line([(x, 0.36), (x, 0)], FAINT, 0.04)
    c.line([(-0.46, 0.42), (-0.46, 1.0)], FAINT, 0.04)


def sit_1(c):
    chair(c)
    side_view(
        c,
        (-0.12, 0.52),
        22,
        {"ankle": (0.24, 0.08), "knee": (0.3, 0.5)},
        {"ankle": (0.2, 0.08), "knee": (0.26, 0.5)},
        ((0.3, 0.62), (0.34, 0.64)),
        working=None,
    )


def sit_2(c):
    chair(c)
    side_view(
        c, (0.2, 0.92), 2, {"ankle": (0.22, 0.08)}, {"ankle": (0.18, 0.08)}, ((0.28, 0.9), (0.3, 0.92)), working=None
    )
    c.arrow([(0.6, 0.7), (0.6, 1.15)])


EXERCISES = {
    "front_foot_elevated_split_squat": (split_squat_1, split_squat_2, split_squat_3),
    "seated_hip_turns": (seated_1, seated_2),
    "knee_to_wall_rocks": (knee_wall_1, knee_wall_2),
    "cross_connect_hip_extension": (supine_1, supine_2, supine_3),
    "half_kneeling_hip_flexor": (half_kneel_1, half_kneel_2),
    "side_lying_leg_lift": (side_lying_1, side_lying_2),
    "calf_raise": (calf_1, calf_2),
    "cat_camel": (all_fours_1, all_fours_2),
    "cable_lift_lateral_lunge": (cable_1, cable_2, cable_3),
    "side_bridge": (bridge_1, bridge_2),
    "lateral_step_up": (step_up_1, step_up_2),
    "step_down_with_mirror": (step_down_1, step_down_2),
    "balance_on_one_leg": (balance_1, balance_2),
    "sit_to_stand": (sit_1, sit_2),
}


def phone(c):
    """The picture that the phone should take: an upright frame with a floor."""
    c.box(-0.7, -0.06, 0.7, 1.93, fill=False)
    c.line([(-0.66, 0), (0.66, 0)], FAINT, 0.018)


def camera(c, at, degrees, stance):
    """Left of it the room from above: a camera with its angle of view, the body, both feet and the way it faces.

    `at` is where the camera stands and `degrees` where it looks (0 = up in the drawing, 90 = to the right). The person
    faces up. `stance` is a split stance, standing, or sitting.
    """
    middle = (-1.45, 1.05)
    place = (middle[0] + at[0], middle[1] + at[1])
    c.line([towards(place, degrees - 22, 0.42), place, towards(place, degrees + 22, 0.42)], FAINT, 0.018, "4 4")
    c.polygon([towards(place, degrees + k, 0.11) for k in (45, 135, 225, 315)], BODY)
    c.line([place, towards(place, degrees, 0.12)], BODY, 0.09)
    forward = {"split": 0.22, "stand": 0.04, "sit": 0.2, "wall": 0.2}[stance]
    back = {"split": -0.26, "stand": 0.04, "sit": 0.2, "wall": -0.2}[stance]
    for x, y, colour in ((0.09, forward, SIDE), (-0.09, back, BODY)):
        c.line([(middle[0] + x, middle[1] + y - 0.04), (middle[0] + x, middle[1] + y + 0.08)], colour, 0.075)
    c.line([(middle[0] - 0.16, middle[1]), (middle[0] + 0.16, middle[1])], FAINT, 0.12)
    c.circle(middle, 0.09)
    c.polygon(
        [(middle[0] - 0.04, middle[1] + 0.07), (middle[0] + 0.04, middle[1] + 0.07), (middle[0], middle[1] + 0.14)],
        BODY,
    )
    if stance == "wall":
        c.line([(middle[0] - 0.3, middle[1] + 0.4), (middle[0] + 0.3, middle[1] + 0.4)], FAINT, 0.05)


BEHIND = ((0, -0.85), 0)
BEFORE = ((0, 0.8), 180)
BESIDE = ((0.6, 0), 270)


def crossed(shoulder_y):
    """Hands of crossed arms, seen from the front or from behind."""
    return ((0.1, shoulder_y - 0.2), (-0.1, shoulder_y - 0.2))


def film_split_back(c):
    phone(c)
    camera(c, *BEHIND, "split")
    front_view(c, (0, 0.82), 0, (((-0.13, 0.08), 0.0), ((0.13, 0.17), 0.02)), crossed(1.32), working=1, elbows=(1, -1))


def film_split_front(c):
    phone(c)
    camera(c, *BEFORE, "split")
    front_view(c, (0, 0.82), 0, (((-0.13, 0.08), -0.02), ((0.13, 0.17), 0.0)), crossed(1.32), working=0, elbows=(1, -1))


def film_split_side(c):
    phone(c)
    camera(c, *BESIDE, "split")
    side_view(
        c,
        (-0.03, 0.7),
        4,
        {"ankle": (0.32, 0.08)},
        {"ankle": (-0.46, 0.12), "toes": 125},
        ((0.22, 1.1), (0.24, 1.12)),
        elbows=-1,
    )


def film_stand_back(c):
    phone(c)
    camera(c, *BEHIND, "stand")
    front_view(c, (0, 0.92), 0, (((-0.11, 0.08), 0), ((0.11, 0.08), 0)), crossed(1.42), working=None, elbows=(1, -1))


def film_stand_front(c):
    phone(c)
    camera(c, *BEFORE, "stand")
    front_view(c, (0, 0.92), 0, (((-0.11, 0.08), 0), ((0.11, 0.08), 0)), crossed(1.42), working=None, elbows=(1, -1))


def film_stand_side(c):
    phone(c)
    camera(c, *BESIDE, "stand")
    side_view(c, (0, 0.935), 0, {"ankle": (0, 0.08)}, {"ankle": (0.02, 0.08)}, ((0.2, 1.3), None), working=None)


def film_seated(c):
    phone(c)
    camera(c, *BEFORE, "sit")
    seated(c, 0.24)


def film_extension(c):
    phone(c)
    camera(c, *BESIDE, "stand")
    side_view(
        c,
        (0.05, 0.93),
        3,
        {"ankle": (-0.3, 0.18), "toes": 110, "knee": (-0.13, 0.55)},
        {"ankle": (0.07, 0.08)},
        ((0.1, 0.86), (0.42, 1.15)),
        working="near",
    )
    c.arrow([(0.0, 0.3), (-0.16, 0.26)], FAINT)


def film_wall(c):
    phone(c)
    camera(c, *BESIDE, "wall")
    c.box(0.55, 0, 0.64, 1.7)
    side_view(
        c,
        (0.12, 0.66),
        8,
        {"ankle": (0.21, 0.08), "knee": (0.48, 0.42)},
        {"ankle": (-0.45, 0.1), "toes": 100},
        ((0.51, 1.0), (0.51, 1.05)),
        elbows=1,
    )


def one_leg(c, working):
    feet = [((-0.11, 0.08), 0.0), ((0.12, 0.36), 0.06)]
    if working == 1:
        feet = [((-x, y), -out) for (x, y), out in reversed(feet)]
    front_view(c, (0.06 if working else -0.06, 0.92), 0, tuple(feet), crossed(1.42), working=working, elbows=(1, -1))


def film_one_leg_back(c):
    phone(c)
    camera(c, *BEHIND, "stand")
    one_leg(c, 1)


def film_one_leg_front(c):
    phone(c)
    camera(c, *BEFORE, "stand")
    one_leg(c, 0)


FILMING = {
    "split_squat_back": film_split_back,
    "split_squat_side": film_split_side,
    "split_squat_front": film_split_front,
    "quiet_standing_back": film_stand_back,
    "quiet_standing_side": film_stand_side,
    "quiet_standing_front": film_stand_front,
    "seated_hip_rotation_front": film_seated,
    "standing_hip_extension_side": film_extension,
    "knee_to_wall_side": film_wall,
    "single_leg_stance_back": film_one_leg_back,
    "single_leg_stance_front": film_one_leg_front,
}
#: Pictures of people who lie or kneel low are less tall.
LOW = {"cross_connect_hip_extension", "side_lying_leg_lift", "side_bridge", "cat_camel"}


def pictures():
    """Every picture by its file name."""
    for key, steps in EXERCISES.items():
        for n, draw in enumerate(steps, start=1):
            canvas = Canvas(top=1.15 if key in LOW else 2.05)
            draw(canvas)
            yield f"{key}_{n}.svg", canvas.svg()
    for key, draw in FILMING.items():
        canvas = Canvas(left=-2.05, right=0.8, top=1.95, floor=False)
        draw(canvas)
        yield f"filming_{key}.svg", canvas.svg()


def main():
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures():
        (FOLDER / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
