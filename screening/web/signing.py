"""Signing a review: the report is written, taken into the store, and frozen.

May import: `jobs`, `store`, `core` and `web.review_data`.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from screening.core.errors import UsageError
from screening.jobs.reviewing import freeze
from screening.jobs.signature import Signature
from screening.review.decisions import Choice, exercise_id
from screening.store import ReviewRecord, Store
from screening.web.review_data import Case, corrections_of, decisions_of, screen_of


def sign(store: Store, case: Case, review: ReviewRecord, *, name: str, who: str) -> ReviewRecord:
    """Write the report of a review with a name, keep it, and freeze both.

    Raises
    ------
    ScreeningError
        If the name is empty, the files are not what was measured, or the review changed meanwhile.
    """
    if not name.strip():
        raise UsageError("A signature needs a name.", hint="Write the name that shall stand under the report.")
    now = datetime.now().astimezone()
    signature = Signature(
        name=name.strip(),
        date=now.date().isoformat(),
        signed_at=now.isoformat(timespec="seconds"),
        notes=_notes(case, review),
        version=review.version,
        ratings=dict(review.content.ratings),
    )
    with tempfile.TemporaryDirectory(prefix="signing-", dir=store.files.root.parent) as folder:
        out = Path(folder) / "screen"
        freeze(
            case.folder,
            out,
            corrections=corrections_of(review),
            decisions=decisions_of(review),
            signature=signature,
            videos={name: store.takes.video(take) for name, take in case.films.items()},
        )
        report = store.results.add(case.screen.id, out, who=who)
    return store.reviews.sign(review, report, name=name, who=who)


def _notes(case: Case, review: ReviewRecord) -> str:
    """Put what was written about exercises behind the notes."""
    from screening.catalog.exercises import load_exercises  # noqa: PLC0415

    names = {exercise.key: exercise.name for exercise in load_exercises(case.measured.language)}
    decisions = decisions_of(review)
    lines = [review.content.notes.strip()]
    for item in screen_of(case, corrections_of(review)).plan.items:
        decision = decisions.get(exercise_id(item))
        if decision is not None and decision.choice is Choice.REWORDED and decision.text.strip():
            lines.append(f"{names.get(item.exercise, item.exercise)}: {decision.text.strip()}")
    return "\n".join(line for line in lines if line)
