"""The document of a PDF: its paper, its pages with their feet, and what it says about itself.

May import: reportlab, core and the sibling files of `report`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from screening.core.errors import UsageError
from screening.report.pdf_fonts import REGULAR, legible, register
from screening.report.pdf_parts import LINE, SOFT
from screening.report.pdf_tags import Tags, artifact

PAPERS: Final = {"a4": A4, "letter": letter}
_MARGIN: Final = 18 * mm
_FOOT: Final = 9 * mm


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that knows how many pages there will be when it writes their feet."""

    foot: tuple[str, str] = ("", "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []
        self.tags = Tags()

    def showPage(self) -> None:  # noqa: N802  (reportlab's name)
        """Keep a page until all are there."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write all pages with their feet, and the structure of what is on them."""
        total = len(self._pages)
        for page in self._pages:
            self.__dict__.update(page)
            with artifact(self):
                self._draw_foot(total)
            super().showPage()
        self.tags.write(self._doc)
        super().save()

    def _draw_foot(self, total: int) -> None:
        width = self._pagesize[0]
        left, right = self.foot
        self.setStrokeColor(LINE)
        self.setLineWidth(0.5)
        self.line(_MARGIN, _FOOT + 9, width - _MARGIN, _FOOT + 9)
        self.setFont(REGULAR, 7)
        self.setFillColor(SOFT)
        self.drawString(_MARGIN, _FOOT, left)
        self.drawRightString(width - _MARGIN, _FOOT, right.format(page=self._pageNumber, total=total))


def page_size(paper: str) -> tuple[float, float]:
    """Width and height of a paper in points.

    Raises
    ------
    UsageError
        If it is neither A4 nor Letter.
    """
    size = PAPERS.get(paper.lower())
    if size is None:
        raise UsageError(f"The paper {paper} is not known.", hint="Choose a4 or letter.")
    return float(size[0]), float(size[1])


def text_width(paper: str) -> float:
    """Width of the text on a paper, points."""
    return float(page_size(paper)[0] - 2 * _MARGIN)


def build(
    story: Sequence[Flowable], *, paper: str, title: str, foot: tuple[str, str], subject: str, language: str = "en"
) -> bytes:
    """Lay out a document; the same story always gives the same bytes.

    Parameters
    ----------
    story : sequence of Flowable
    paper : str
        "a4" or "letter".
    title, subject : str
        What the file says about itself.
    foot : (str, str)
        Left and right of every page's foot; the right one holds {page} and {total}.
    language : str
        That of the text, for those who have it read to them.
    """
    register()
    size, out = page_size(paper), io.BytesIO()
    bottom = _FOOT + 7 * mm
    frame = Frame(_MARGIN, bottom, size[0] - 2 * _MARGIN, size[1] - 14 * mm - bottom, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out, pagesize=size, title=legible(title), author="movement-screen", subject=legible(subject),
        creator="movement-screen", lang=language, invariant=1, pageCompression=1,
    )  # fmt: skip
    document.addPageTemplates([PageTemplate("page", [frame])])
    feet = (legible(foot[0]), foot[1])

    class _Feet(_Numbered):
        foot = feet

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.setViewerPreference("DisplayDocTitle", "true")

    document.build(list(story), canvasmaker=_Feet)
    return out.getvalue()
