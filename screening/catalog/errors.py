"""The measured errors, from `data/errors.yaml`.

May import: core, `catalog.language` and `catalog.loading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from screening.catalog.language import require_number, require_one_of, require_version
from screening.catalog.loading import fail, read_data, require_keys, require_text
from screening.core.errormodel import Basis, ErrorModel, FrameError, Leg, Made, MetricError, Source

FILE = "errors.yaml"
_BASIS = ("takes", "people", "within_pct")
_VIEWS = ("back", "front", "side", "oblique")


@lru_cache(maxsize=1)
def load_errors() -> ErrorModel:
    """Load the table that lies in the package."""
    return parse_errors(read_data(FILE))


def parse_errors(plain: Mapping[str, Any]) -> ErrorModel:
    """Check the table; the first fault is a `CatalogError` with file and key."""
    top = require_keys(plain, ("version", "made", "frames", "metrics"), file=FILE, at="(file)")
    require_version(top["version"], file=FILE)
    made = require_keys(top["made"], ("date", "how", "takes", "people"), file=FILE, at="made")
    frames = [_frame(row, f"frames[{k}]") for k, row in enumerate(_rows(top["frames"], "frames"))]
    metrics = [_metric(row, f"metrics[{k}]") for k, row in enumerate(_rows(top["metrics"], "metrics"))]
    by_angle = {(f.angle, f.view, f.leg, f.source): f for f in frames}
    by_metric = {(m.movement, m.metric, m.view): m for m in metrics}
    if len(by_angle) < len(frames) or len(by_metric) < len(metrics):
        raise fail(FILE, "frames" if len(by_angle) < len(frames) else "metrics", "an entry is given twice")
    return ErrorModel(
        made=Made(
            date=require_text(made["date"], file=FILE, at="made.date"),
            how=require_text(made["how"], file=FILE, at="made.how"),
            takes=int(require_number(made["takes"], file=FILE, at="made.takes")),
            people=int(require_number(made["people"], file=FILE, at="made.people")),
        ),
        frames=by_angle,
        metrics=by_metric,
    )


def _rows(value: Any, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise fail(FILE, at, f"must be a list, got {type(value).__name__}")
    return value


def _frame(row: Any, at: str) -> FrameError:
    entry = require_keys(row, ("angle", "view", "leg", "source", "sd", *_BASIS), file=FILE, at=at)
    return FrameError(
        angle=require_text(entry["angle"], file=FILE, at=f"{at}.angle"),
        view=require_one_of(entry["view"], _VIEWS, file=FILE, at=f"{at}.view"),
        leg=Leg(require_one_of(entry["leg"], tuple(Leg), file=FILE, at=f"{at}.leg")),
        source=Source(require_one_of(entry["source"], tuple(Source), file=FILE, at=f"{at}.source")),
        sd=_error(entry["sd"], f"{at}.sd"),
        basis=_basis(entry, at),
    )


def _metric(row: Any, at: str) -> MetricError:
    keys = ("movement", "metric", "view", "sem", "repeat", "stated", *_BASIS)
    entry = require_keys(row, keys, file=FILE, at=at)
    return MetricError(
        movement=require_text(entry["movement"], file=FILE, at=f"{at}.movement"),
        metric=require_text(entry["metric"], file=FILE, at=f"{at}.metric"),
        view=require_one_of(entry["view"], _VIEWS, file=FILE, at=f"{at}.view"),
        sem=_error(entry["sem"], f"{at}.sem"),
        repeat=_error(entry["repeat"], f"{at}.repeat"),
        stated=_error(entry["stated"], f"{at}.stated"),
        basis=_basis(entry, at),
    )


def _basis(entry: Mapping[str, Any], at: str) -> Basis:
    takes, people, within = (require_number(entry[k], file=FILE, at=f"{at}.{k}") for k in _BASIS)
    return Basis(takes=int(takes), people=int(people), within_pct=within)


def _error(value: Any, at: str) -> float:
    """A standard error: a number above zero."""
    error = require_number(value, file=FILE, at=at)
    if error <= 0:
        raise fail(FILE, at, f"must be above zero, got {error}")
    return error
