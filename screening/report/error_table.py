"""The measured errors as a table for the appendix of a report.

May import: catalog, core and sibling files of this room.
"""

from __future__ import annotations

from dataclasses import dataclass

from screening.catalog import Wordings
from screening.core.errormodel import ErrorModel, MetricError
from screening.core.vocabulary import View
from screening.report.numbers import Z95, decimals, with_unit
from screening.report.texts import Texts

#: Views of the table as words of the catalogue; "side" stands for either side.
_SIDE = "side"


@dataclass(frozen=True, kw_only=True)
class ErrorRow:
    """One metric in one kind of view: its standard error, the smallest change that counts, what they come from."""

    label: str
    view: str
    sem: str
    smallest: str
    basis: str


def error_rows(errors: ErrorModel, movement: str, wordings: Wordings, texts: Texts) -> tuple[ErrorRow, ...]:
    """Rows of a movement's metrics; none if nothing was measured for it.

    Parameters
    ----------
    errors : ErrorModel
        The measured errors.
    movement : str
        Movement of the take.
    wordings : Wordings
        Names of metrics and views.
    texts : Texts
        Sentences of `take.yaml`.
    """
    return tuple(_row(e, wordings, texts) for e in errors.metrics.values() if e.movement == movement)


def _row(error: MetricError, wordings: Wordings, texts: Texts) -> ErrorRow:
    metric = wordings.metric(error.metric)
    smallest = Z95 * 2.0**0.5 * error.repeat
    places = max(decimals(smallest, metric.unit), 1)
    view = texts("errors.either_side") if error.view == _SIDE else wordings.word("view", View(error.view))
    return ErrorRow(
        label=metric.label,
        view=view,
        sem=with_unit(error.sem, places, metric.unit),
        smallest=with_unit(smallest, places, metric.unit),
        basis=texts("errors.basis_text", takes=error.basis.takes, people=error.basis.people),
    )


def note(errors: ErrorModel, texts: Texts) -> str:
    """What the table says and how it was made."""
    made = errors.made
    return texts("errors.note", takes=made.takes, people=made.people, date=made.date)
