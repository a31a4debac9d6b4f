"""The exercise drawings in the PDF: a small part of SVG, drawn as shapes.

May import: reportlab and the sibling files of `report`.

Known are groups, lines, polylines, polygons, circles, ellipses, rectangles, paths of straight lines and curves (M, L,
H, V, C, S, Q, Z), text, `translate`, `scale` and `rotate`, classes with plain rules, `currentColor` and `var(...)`
with its fall-back. Anything else is an error of the program's own files, found by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree import ElementTree as ET

from reportlab.lib.colors import Color, toColor
from reportlab.platypus import Flowable

from screening.catalog.loading import fail
from screening.report.pdf_fonts import REGULAR, legible, register
from screening.report.pdf_tags import piece

_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PATH: Final = re.compile(r"([MLHVCSQZmlhvcsqz])([^MLHVCSQZmlhvcsqz]*)")
_TRANSFORM: Final = re.compile(r"(translate|scale|rotate|matrix)\(([^)]*)\)")
_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA: Final = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_VAR: Final = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*([^()]*))?\)")
_IGNORED: Final = ("title", "desc", "style", "defs", "metadata")
_SHAPES: Final = ("line", "polyline", "polygon", "circle", "ellipse", "rect", "path", "text")
_INK: Final = "#1f2933"
_WORDS: Final = {"stroke-linecap": {"butt": 0, "round": 1, "square": 2},
                 "stroke-linejoin": {"miter": 0, "round": 1, "bevel": 2}}  # fmt: skip
_STYLED: Final = (
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity",
    "fill-opacity", "stroke-opacity", "font-size", "font-weight", "text-anchor", "color",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Look:
    """Style that a shape inherits."""

    values: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        found = _NUMBER.search(self.values.get(name, ""))
        return float(found.group()) if found else default

    def colour(self, name: str, default: str) -> Color | None:
        value = self.values.get(name, default)
        if value in ("none", "transparent"):
            return None
        if value in ("currentColor", "currentcolor"):
            value = self.values.get("color", _INK)
            value = _INK if value in ("currentColor", "currentcolor") else value
        made = toColor(value)
        alpha = self.number("opacity", 1.0) * self.number(f"{name}-opacity", 1.0)
        return Color(made.red, made.green, made.blue, alpha=alpha)


class Drawing(Flowable):  # type: ignore[misc]
    """One SVG as a flowable of a width in points; its height follows from its view box. `alt` says what it shows."""

    def __init__(self, svg: str, width: float, *, name: str = "drawing", alt: str = "") -> None:
        super().__init__()
        self._name, self._alt = name, alt
        try:
            self._root = ET.fromstring(svg)
        except ET.ParseError as err:
            raise fail("drawings", name, f"is not readable as SVG: {err}") from err
        box = [float(n) for n in _NUMBER.findall(self._root.get("viewBox", ""))]
        if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
            raise fail("drawings", name, "has no view box of four numbers")
        self._box = box
        self.width, self.height = width, width * box[3] / box[2]
        self._rules = dict(_rules("".join(e.text or "" for e in self._root.iter() if _tag(e) == "style")))

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw onto the page, y downwards as in the file."""
        register()
        c: Any = self.canv
        scale = self.width / self._box[2]
        c.saveState()
        c.translate(0, self.height)
        c.scale(scale, -scale)
        c.translate(-self._box[0], -self._box[1])
        with piece(c, "Figure", alt=self._alt):
            self._children(self._root, self._look(self._root, _Look()))
        c.restoreState()

    def _children(self, parent: ET.Element, look: _Look) -> None:
        for element in parent:
            self._element(element, look)

    def _element(self, element: ET.Element, inherited: _Look) -> None:
        tag = _tag(element)
        if tag in _IGNORED:
            return
        c: Any = self.canv
        look = self._look(element, inherited)
        c.saveState()
        for name, values in _transforms(element.get("transform", "")):
            _apply(c, name, values)
        if tag in ("g", "a"):
            self._children(element, look)
        elif tag == "text":
            self._text(element, look)
        elif tag in _SHAPES:
            self._shape(tag, element, look)
        else:
            raise fail("drawings", self._name, f"holds <{tag}>, which cannot be drawn in a PDF")
        c.restoreState()

    def _look(self, element: ET.Element, inherited: _Look) -> _Look:
        own = {name: value for name in _STYLED if (value := element.get(name)) is not None}
        for rule in (_tag(element), *(f".{c}" for c in element.get("class", "").split())):
            own |= self._rules.get(rule, {})
        own |= _declarations(element.get("style", ""))
        resolved = {name: self._resolved(value) for name, value in own.items()}
        passed = {k: v for k, v in inherited.values.items() if k != "opacity"}
        opacity = inherited.number("opacity", 1.0) * float(resolved.get("opacity", "1"))
        return _Look(values={**passed, **resolved, "opacity": f"{opacity:g}"})

    def _resolved(self, value: str) -> str:
        known = {**self._rules.get(":root", {}), **self._rules.get("svg", {})}
        found = _VAR.search(value)
        return known.get(found.group(1), (found.group(2) or _INK).strip()) if found else value

    def _shape(self, tag: str, element: ET.Element, look: _Look) -> None:
        c: Any = self.canv
        fill, stroke = look.colour("fill", "black"), look.colour("stroke", "none")
        if tag == "line":
            fill = None
        if fill is not None:
            c.setFillColor(fill)
        if stroke is not None:
            c.setStrokeColor(stroke)
            c.setLineWidth(look.number("stroke-width", 1.0))
            c.setLineCap(_WORDS["stroke-linecap"].get(look.values.get("stroke-linecap", "butt"), 0))
            c.setLineJoin(_WORDS["stroke-linejoin"].get(look.values.get("stroke-linejoin", "miter"), 0))
            c.setDash([float(n) for n in _NUMBER.findall(look.values.get("stroke-dasharray", ""))])
        path = c.beginPath()
        _outline(path, tag, element)
        c.drawPath(path, stroke=int(stroke is not None), fill=int(fill is not None))

    def _text(self, element: ET.Element, look: _Look) -> None:
        c: Any = self.canv
        colour = look.colour("fill", _INK)
        if colour is None:
            return
        c.setFillColor(colour)
        c.setFont(REGULAR, look.number("font-size", 12.0))
        c.translate(*(_value(element, name) for name in ("x", "y")))
        c.scale(1, -1)
        content = legible("".join(element.itertext()).strip())
        anchor = look.values.get("text-anchor", "start")
        draw = {"middle": c.drawCentredString, "end": c.drawRightString}.get(anchor, c.drawString)
        draw(0, 0, content)


def _tag(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: ET.Element, name: str, default: float = 0.0) -> float:
    found = _NUMBER.search(element.get(name, ""))
    return float(found.group()) if found else default


def _rules(css: str) -> Iterator[tuple[str, dict[str, str]]]:
    merged: dict[str, dict[str, str]] = {}
    for selectors, body in _RULE.findall(_MEDIA.sub("", css)):
        for selector in selectors.split(","):
            merged.setdefault(selector.strip(), {}).update(_declarations(body))
    yield from merged.items()


def _declarations(body: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in body.split(";") if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _transforms(value: str) -> list[tuple[str, list[float]]]:
    return [(name, [float(n) for n in _NUMBER.findall(inner)]) for name, inner in _TRANSFORM.findall(value)]


def _apply(c: Any, name: str, v: list[float]) -> None:
    if name == "translate":
        c.translate(v[0], v[1] if len(v) > 1 else 0.0)
    elif name == "scale":
        c.scale(v[0], v[1] if len(v) > 1 else v[0])
    elif name == "matrix":
        c.transform(*v)
    else:
        x, y = (v[1], v[2]) if len(v) == 3 else (0.0, 0.0)
        c.translate(x, y)
        c.rotate(v[0])
        c.translate(-x, -y)


def _outline(path: Any, tag: str, element: ET.Element) -> None:
    if tag == "line":
        path.moveTo(_value(element, "x1"), _value(element, "y1"))
        path.lineTo(_value(element, "x2"), _value(element, "y2"))
    elif tag in ("polyline", "polygon"):
        numbers = [float(n) for n in _NUMBER.findall(element.get("points", ""))]
        for k, (x, y) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
            (path.lineTo if k else path.moveTo)(x, y)
        if tag == "polygon":
            path.close()
    elif tag in ("circle", "ellipse"):
        rx = _value(element, "r") or _value(element, "rx")
        ry = _value(element, "r") or _value(element, "ry")
        x, y = _value(element, "cx"), _value(element, "cy")
        path.ellipse(x - rx, y - ry, 2 * rx, 2 * ry)
    elif tag == "rect":
        x, y, w, h = (_value(element, name) for name in ("x", "y", "width", "height"))
        radius = min(_value(element, "rx") or _value(element, "ry"), w / 2, h / 2)
        path.roundRect(x, y, w, h, radius) if radius else path.rect(x, y, w, h)
    else:
        _curves(path, element.get("d", ""))


def _curves(path: Any, d: str) -> None:
    """Draw a path; each piece leaves where it ends and where its last handle lies."""
    at, start, handle = (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)
    for letter, inner in _PATH.findall(d):
        numbers = [float(n) for n in _NUMBER.findall(inner)]
        kind, relative = letter.upper(), letter.islower()
        if kind == "Z":
            path.close()
            at = handle = start
            continue
        size = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4}[kind]
        for k in range(0, len(numbers), size):
            points = _points(kind, numbers[k : k + size], at, relative=relative)
            step = "L" if kind == "M" and k else kind
            handle = _piece(path, step, points, at, handle)
            at = points[-1]
            if step == "M":
                start = at


def _points(kind: str, numbers: list[float], at: tuple[float, float], *, relative: bool) -> list[tuple[float, float]]:
    x, y = at if relative else (0.0, 0.0)
    if kind == "H":
        return [(x + numbers[0], at[1])]
    if kind == "V":
        return [(at[0], y + numbers[0])]
    return [(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]


def _piece(
    path: Any,
    kind: str,
    points: list[tuple[float, float]],
    at: tuple[float, float],
    handle: tuple[float, float],
) -> tuple[float, float]:
    """Draw one piece and return its last handle."""
    if kind == "M":
        path.moveTo(*points[0])
        return points[0]
    if kind in ("L", "H", "V"):
        path.lineTo(*points[0])
        return points[0]
    if kind == "Q":
        (qx, qy), (x, y) = points
        first = (at[0] + 2 / 3 * (qx - at[0]), at[1] + 2 / 3 * (qy - at[1]))
        points = [first, (x + 2 / 3 * (qx - x), y + 2 / 3 * (qy - y)), (x, y)]
    elif kind == "S":
        points = [(2 * at[0] - handle[0], 2 * at[1] - handle[1]), *points]
    path.curveTo(*points[0], *points[1], *points[2])
    return points[1]
