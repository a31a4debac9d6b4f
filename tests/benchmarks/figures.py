"""Draws a simple body from a few points as a small SVG: shared by the step pictures and the filming pictures.

Lengths are in metres, x to the right, y up, the floor at y = 0. Figures are drawn for the person's right side; the
report mirrors and recolours them for the left one. No text, no style sheet classes on shapes, no curves: polylines,
polygons, rectangles, circles, so that any renderer can show them.
"""

import math

from screening.report.palette import RIGHT

SIDE = RIGHT
BODY = "currentColor"
FAINT = "#8c8c8c"
SCALE = 105.0
THIGH = SHANK = 0.43
UPPER_ARM, FOREARM = 0.29, 0.28
TRUNK = 0.5
STYLE = (
    "<style>.movement-figure{color:#2b3440}@media(prefers-color-scheme:dark){.movement-figure{color:#e6e9ee}}</style>"
)


def towards(origin, degrees, length):
    """A point at a distance from another; 0 deg is up, 90 deg to the right."""
    a = math.radians(degrees)
    return origin[0] + length * math.sin(a), origin[1] + length * math.cos(a)


def joint(start, end, upper, lower, bend):
    """The knee or elbow between two points; `bend` +1 or -1 chooses the side it goes to."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    d = min(math.hypot(dx, dy), (upper + lower) * 0.999)
    along = (upper**2 - lower**2 + d**2) / (2 * d)
    off = math.sqrt(max(upper**2 - along**2, 0.0)) * bend
    ux, uy = dx / math.hypot(dx, dy), dy / math.hypot(dx, dy)
    return start[0] + along * ux - off * uy, start[1] + along * uy + off * ux


class Canvas:
    """Collects shapes; `left`, `right` and `top` bound the picture in metres."""

    def __init__(self, left=-1.0, right=1.0, top=1.85, floor=True):
        self.left, self.right, self.top = left, right, top
        self.shapes = []
        if floor:
            self.line([(left + 0.03, 0), (right - 0.03, 0)], FAINT, 0.018)

    def xy(self, point):
        return f"{(point[0] - self.left) * SCALE:.0f},{(self.top - point[1]) * SCALE:.0f}"

    def line(self, points, colour=BODY, width=0.085, dash=""):
        path = " ".join(self.xy(p) for p in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width * SCALE:.1f}" '
            f'stroke-linecap="round" stroke-linejoin="round"{dashes}/>'
        )

    def polygon(self, points, colour):
        self.shapes.append(f'<polygon points="{" ".join(self.xy(p) for p in points)}" fill="{colour}"/>')

    def circle(self, at, radius, colour=BODY, fill=True):
        x, y = self.xy(at).split(",")
        look = f'fill="{colour}"' if fill else f'fill="none" stroke="{colour}" stroke-width="2"'
        self.shapes.append(f'<circle cx="{x}" cy="{y}" r="{radius * SCALE:.1f}" {look}/>')

    def box(self, left, bottom, right, top, *, fill=True):
        x, y = self.xy((left, top)).split(",")
        look = f'fill="{FAINT}" fill-opacity="0.35"' if fill else f'fill="none" stroke="{FAINT}" stroke-width="2"'
        width, height = (right - left) * SCALE, (top - bottom) * SCALE
        self.shapes.append(f'<rect x="{x}" y="{y}" width="{width:.0f}" height="{height:.0f}" rx="3" {look}/>')

    def arrow(self, points, colour=SIDE):
        """A line with a head at its last point."""
        (x0, y0), (x1, y1) = points[-2], points[-1]
        a = math.degrees(math.atan2(x1 - x0, y1 - y0))
        neck = towards((x1, y1), a + 180, 0.07)
        self.line([*points[:-1], neck], colour, 0.03)
        self.polygon([(x1, y1), towards(neck, a + 90, 0.055), towards(neck, a - 90, 0.055)], colour)

    def turn(self, at, radius, start, end):
        """A flat circle arrow, as if around an upright axis."""
        steps = [start + (end - start) * k / 12 for k in range(13)]
        self.arrow(
            [
                (at[0] + radius * math.sin(math.radians(s)), at[1] + 0.3 * radius * math.cos(math.radians(s)))
                for s in steps
            ]
        )

    def svg(self):
        w, h = (self.right - self.left) * SCALE, (self.top + 0.08) * SCALE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="movement-figure" viewBox="0 0 {w:.0f} {h:.0f}">{STYLE}'
            f'<g id="figure">{"".join(self.shapes)}</g></svg>\n'
        )


def foot(canvas, ankle, degrees, colour):
    """A foot; 90 deg is flat with the toes to the right."""
    canvas.line([towards(ankle, degrees + 180, 0.04), towards(ankle, degrees, 0.15)], colour, 0.07)


def leg(canvas, hip, ankle, colour, *, bend=1, toes=90, knee=None):
    """A leg seen from the side; `bend` +1: the knee goes forward for somebody who faces right."""
    at = knee or joint(hip, ankle, THIGH, SHANK, bend)
    canvas.line([hip, at, ankle], colour)
    if toes is not None:
        low = towards(ankle, toes + 90, 0.035)
        foot(canvas, low, toes, colour)


def arm(canvas, shoulder, hand, colour, *, bend=-1, elbow=None):
    """An arm; `bend` -1: the elbow points back for somebody who faces right and reaches down."""
    canvas.line([shoulder, elbow or joint(shoulder, hand, UPPER_ARM, FOREARM, bend), hand], colour, 0.06)


def trunk(canvas, hip, lean, *, bow=0.0, nod=0.0):
    """Trunk and head from the hip upwards; returns the shoulder. `lean` 90 deg lies to the right."""
    top = towards(hip, lean, TRUNK)
    points = []
    for k in range(7):
        t = k / 6
        x, y = hip[0] + t * (top[0] - hip[0]), hip[1] + t * (top[1] - hip[1])
        points.append(towards((x, y), lean - 90, bow * 4 * t * (1 - t)))
    canvas.line(points if bow else [hip, top], BODY, 0.16)
    canvas.circle(towards(top, lean + nod, 0.2), 0.105)
    return towards(hip, lean, TRUNK - 0.03)


def side_view(canvas, hip, lean, near, far, hands, **more):
    """A whole body from the side, facing right: `near`, `far` keywords of `leg`, `hands` points of near and far hand.

    The near leg is the coloured one unless `working` is "far" or "both".
    """
    working = more.get("working", "near")
    near_colour = SIDE if working in ("near", "both") else BODY
    far_colour = SIDE if working == "far" else FAINT
    shoulder = towards(hip, lean, TRUNK - 0.03)
    if hands[1]:
        arm(canvas, shoulder, hands[1], FAINT, bend=more.get("elbows", -1))
    leg(canvas, hip, colour=far_colour, **far)
    trunk(canvas, hip, lean, bow=more.get("bow", 0.0), nod=more.get("nod", 0.0))
    leg(canvas, hip, colour=near_colour, **near)
    if hands[0]:
        arm(canvas, shoulder, hands[0], BODY, bend=more.get("elbows", -1))
    return shoulder


def front_view(canvas, middle, lean, feet, hands, **more):
    """A whole body from the front or from behind: `feet` ankle and knee offset, the left one in the picture first.

    `working` is 0 or 1, the one of the two that is coloured (None: neither).
    """
    working = more.get("working", 0)
    chest = towards(middle, lean, TRUNK)
    hips = [(middle[0] - 0.1, middle[1]), (middle[0] + 0.1, middle[1])]
    for k, (ankle, out) in enumerate(feet):
        knee = ((hips[k][0] + ankle[0]) / 2 + out, (hips[k][1] + ankle[1]) / 2)
        colour = SIDE if k == working else BODY
        canvas.line([hips[k], knee, ankle], colour)
        canvas.line([ankle, (ankle[0] + (0.05 if k else -0.05), ankle[1] - 0.045)], colour, 0.07)
    canvas.line([hips[0], hips[1]], BODY, 0.15)
    canvas.line([middle, chest], BODY, 0.2)
    shoulders = [(chest[0] - 0.16, chest[1] - 0.02), (chest[0] + 0.16, chest[1] - 0.02)]
    canvas.line(shoulders, BODY, 0.1)
    canvas.circle(towards(chest, lean, 0.2), 0.105)
    for k, hand in enumerate(hands):
        if hand:
            arm(canvas, shoulders[k], hand, BODY, bend=more.get("elbows", (-1, 1))[k])
