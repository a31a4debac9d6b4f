"""Letters of the PDF: fonts that are embedded, text in any script made legible, or visibly replaced.

May import: reportlab, arabic-reshaper, python-bidi and the standard library.

The fonts are the DejaVu ones that come with matplotlib. What they cannot draw (emoji, many Asian letters) is replaced
by its name or number in brackets: never an empty box. Right-to-left text is shaped and ordered line by line.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import arabic_reshaper
from bidi.algorithm import get_display  # the one of `bidi` itself leaves brackets as they are
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from screening.core.errors import ConfigError

REGULAR: Final = "DejaVuSans"
BOLD: Final = "DejaVuSans-Bold"
ITALIC: Final = "DejaVuSans-Oblique"
_RTL: Final = ("R", "AL")
#: Invisible characters that join or choose letters and have no place of their own.
_DROPPED: Final = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}\ufeff")


@lru_cache(maxsize=1)
def register() -> None:
    """Make the fonts known to reportlab, once.

    Raises
    ------
    ConfigError
        If the font files are not where matplotlib brings them.
    """
    found = find_spec("matplotlib")
    folder = Path(found.origin or "").parent / "mpl-data" / "fonts" / "ttf" if found else Path()
    for name in (REGULAR, BOLD, ITALIC):
        path = folder / f"{name}.ttf"
        if not path.is_file():
            raise ConfigError(
                f"The font {name}, which the PDF needs, is not installed.",
                hint="Install matplotlib again with pip install --force-reinstall matplotlib.",
            )
        pdfmetrics.registerFont(TTFont(name, str(path)))
    for bold, italic, name in ((0, 0, REGULAR), (1, 0, BOLD), (0, 1, ITALIC), (1, 1, BOLD)):
        addMapping(REGULAR, bold, italic, name)


@lru_cache(maxsize=4)
def _known(font: str) -> frozenset[int]:
    register()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def legible(text: str, font: str = REGULAR) -> str:
    r"""Replace what the font cannot draw by its name in brackets, and drop invisible characters.

    Examples
    --------
    >>> legible("a\U0001f984b"), legible("\u674e"), legible("3.5° ± 1")
    ('a[unicorn face]b', '[U+674E]', '3.5° ± 1')
    """
    return "".join(_drawable(letter, font) for letter in text)


def _drawable(letter: str, font: str) -> str:
    if letter in "\n\t\r":
        return " "
    kind = unicodedata.category(letter)
    if letter in _DROPPED or kind in ("Cc", "Cf", "Cs") or 0xFE00 <= ord(letter) <= 0xFE0F:
        return ""
    if ord(letter) in _known(font):
        return letter
    if kind == "Mn":
        return ""
    name = unicodedata.name(letter, "")
    named = name and kind == "So" and len(name) <= 40
    return f"[{name.lower()}]" if named else f"[U+{ord(letter):04X}]"


def is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind in _RTL for kind in kinds if kind in ("L", *_RTL)), False)


def has_rtl(text: str) -> bool:
    """Whether any letter runs from right to left."""
    return any(unicodedata.bidirectional(letter) in _RTL for letter in text)


def display_lines(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """Break text into lines of a width in points, each shaped and in the order in which its letters are drawn."""
    register()
    shaped = _shaped(text, font)
    lines: list[str] = []
    line = ""
    for word in shaped.split():
        longer = f"{line} {word}" if line else word
        if line and pdfmetrics.stringWidth(longer, font, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return tuple(str(get_display(one, base_dir="R" if is_rtl(text) else "L")) for one in [*lines, line])


def _shaped(text: str, font: str) -> str:
    """Join Arabic letters; where the font lacks a joined form the plain letter stays."""
    plain = legible(text, font)
    joined = str(arabic_reshaper.reshape(plain))
    return joined if all(ord(letter) in _known(font) for letter in joined) else plain


def markup(text: str, *, font: str = REGULAR, size: float = 9.0, width: float = 480.0) -> str:
    """Make text safe and legible inside a paragraph: nothing in it is read as mark-up."""
    if has_rtl(text):
        return "<br/>".join(escape(line) for line in display_lines(text, font, size, width))
    return escape(_breakable(legible(text, font), font, size, width))


def _breakable(text: str, font: str, size: float, width: float) -> str:
    """Put blanks into words that are longer than a line, so that they wrap instead of running out of the page."""
    out = []
    for word in text.split(" "):
        if len(word) > 6 and pdfmetrics.stringWidth(word, font, size) > width:
            n = max(4, int(len(word) * width / pdfmetrics.stringWidth(word, font, size)) - 1)
            out += [word[k : k + n] for k in range(0, len(word), n)]
        else:
            out.append(word)
    return " ".join(out)
