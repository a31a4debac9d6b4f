"""Parts of the review page: the numbers of both sides, decisions about findings and exercises, notes.

May import: Streamlit, `catalog`, `review`, `report`, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from screening.catalog.exercises import load_exercises
from screening.catalog.wordings import load_wordings
from screening.core.errors import ScreeningError
from screening.core.screen import Asymmetry, Finding
from screening.core.vocabulary import Side, Verdict, View
from screening.report.numbers import decimals, with_unit
from screening.review.decisions import Choice, Decision, exercise_id, finding_id, write_decisions
from screening.store import ReviewRecord
from screening.web.pages import review_first_look
from screening.web.pages.clinic import store, table
from screening.web.pages.common import say_error, words
from screening.web.review_data import Case, corrections_of, decisions_of, screen_of

#: What may be told about a whole take against what was read, and the texts of the answers.
TOLD: Mapping[str, Mapping[str, Any]] = {
    "lead": {str(side): side for side in Side},
    "view": {str(view): view for view in View},
    "mirrored": {"normal": False, "selfie": True},
}
GROUPS = {"lead": "lead", "view": "view", "mirrored": "mirrored"}


def numbers(case: Case, review: ReviewRecord) -> None:
    """Show both sides of every metric that was compared; what a correction changed, with the value before."""
    texts, now = words(), screen_of(case, corrections_of(review))
    st.header(texts("review.numbers"), anchor=False)
    review_first_look.recall(review)
    before = {(a.movement, a.metric): a for a in case.measured.asymmetries}
    shown = [a for a in now.asymmetries if a.verdict is not Verdict.NOT_ASSESSED]
    if not shown:
        st.write(texts("review.nothing"))
        return
    head = ("metric", "left", "right", "difference", "interval", "smallest", "verdict")
    rows = [_row(a, before.get((a.movement, a.metric))) for a in shown]
    table([texts(f"review.{name}") for name in head], rows, texts("review.numbers"))


def _row(a: Asymmetry, before: Asymmetry | None) -> list[str]:
    texts, words_of = words(), load_wordings(words().language)
    metric = words_of.metric(a.metric)

    def number(value: float, *, signed: bool = True) -> str:
        return with_unit(value, decimals(a.mdc95, a.unit), a.unit, signed=signed)

    def with_before(name: str) -> str:
        signed = metric.signed or name == "difference"
        value = number(getattr(a, name), signed=signed)
        old = "" if before is None else number(getattr(before, name), signed=signed)
        return f"{value}\n{texts('review.before', value=old)}" if old and old != value else value

    return [
        metric.label,
        with_before("left"),
        with_before("right"),
        with_before("difference"),
        f"{number(a.ci95[0])} … {number(a.ci95[1])}",
        number(a.mdc95, signed=False),
        words_of.verdict(a.verdict)[0],
    ]


def decide(case: Case, review: ReviewRecord, who: str) -> None:
    """Ask for a decision about each finding and exercise, and for notes; every change is kept at once."""
    texts, screen = words(), screen_of(case, corrections_of(review))
    held = decisions_of(review)
    fresh = dict(held)
    st.header(texts("review.findings"), anchor=False)
    findings = [f for f in screen.findings if f.verdict is not Verdict.NOT_ASSESSED]
    if not findings:
        st.write(texts("review.no_findings"))
    for finding in findings:
        key = finding_id(finding)
        fresh |= _ask(key, _said(finding), finding.sentence, held.get(key), review)
    st.header(texts("review.exercises"), anchor=False)
    names = {exercise.key: exercise.name for exercise in load_exercises(texts.language)}
    if not screen.plan.items:
        st.write(screen.plan.withheld_because or texts("review.no_exercises"))
    for item in screen.plan.items:
        side = f", {texts(f'take.side_{item.side}')}" if item.side else ""
        key = exercise_id(item)
        fresh |= _ask(key, f"**{names.get(item.exercise, item.exercise)}{side}**", "", held.get(key), review)
    st.header(texts("review.notes"), anchor=False)
    notes = st.text_area(
        texts("review.notes"),
        value=review.content.notes,
        help=texts("review.notes_help"),
        disabled=review.is_signed,
        key=f"notes.{review.id}",
        max_chars=5000,
    )
    st.caption(texts("review.saved"))
    content = replace(review.content, decisions=write_decisions(fresh), notes=notes)
    if not review.is_signed and (fresh != held or notes != review.content.notes):
        try:
            store().reviews.save(review, content, who=who)
        except ScreeningError as err:
            say_error(err)
            return
        st.rerun()


def _said(finding: Finding) -> str:
    return f"{finding.sentence} ({load_wordings(words().language).verdict(finding.verdict)[0]})"


def _ask(key: str, says: str, start: str, before: Decision | None, review: ReviewRecord) -> dict[str, Decision]:
    """Ask about one thing; empty as long as nothing was decided."""
    texts, fixed, rewording = words(), review.is_signed, key.startswith("finding")
    with st.container(border=True):
        st.markdown(says)
        choice = st.segmented_control(
            texts("review.choice"),
            list(Choice),
            default=before.choice if before else None,
            format_func=lambda c: texts(f"review.{c}"),
            label_visibility="collapsed",
            disabled=fixed,
            key=f"{key}.{review.id}",
        )
        if choice is None:
            return {}
        text = before.text if before else ""
        if choice is Choice.REWORDED:
            label = texts("review.new_words" if rewording else "review.remark")
            text = st.text_area(
                label, value=text or start, disabled=fixed, key=f"{key}.text.{review.id}", max_chars=1000
            )
    return {key: Decision(choice=choice, text=text)}
