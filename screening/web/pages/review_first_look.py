"""The first look: what a clinician sees before the numbers are shown.

May import: Streamlit, `catalog`, `store` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.catalog.wordings import load_wordings
from screening.store import ReviewRecord
from screening.web.pages.clinic import store
from screening.web.pages.common import words

METRICS = ("hip_hike_deg", "rotation_to_front_deg", "arch_deg", "knee_drift_deg", "trunk_lean_deg")
ANSWERS = ("left", "right", "same", "unsure")
SKIPPED = "skipped"


def ask(review: ReviewRecord, who: str) -> None:
    """Ask for a rating of each metric, once."""
    texts, wordings = words(), load_wordings(words().language)
    st.header(texts("review.blind_heading"), anchor=False)
    st.write(texts("review.blind_lead"))
    with st.form("first_look", border=False):
        answers = {
            key: st.radio(
                texts("review.blind_more", metric=wordings.metric(key).label),
                ANSWERS,
                index=None,
                horizontal=True,
                format_func=lambda answer: texts(f"review.blind_{answer}"),
            )
            for key in METRICS
        }
        rated = st.form_submit_button(texts("review.blind_save"), type="primary")
    skipped = st.button(texts("review.blind_skip"))
    if rated or skipped:
        given = {SKIPPED: True} if skipped else {key: answer for key, answer in answers.items() if answer}
        store().reviews.rate_blind(review, given, who=who)
        st.rerun()


def recall(review: ReviewRecord) -> None:
    """Say what was seen at the first look."""
    texts, wordings, given = words(), load_wordings(words().language), dict(review.content.ratings)
    if review.rated_at is None:
        return
    rated = [
        f"{wordings.metric(key).label}: {texts(f'review.blind_{answer}')}"
        for key, answer in given.items()
        if key in METRICS and answer in ANSWERS
    ]
    st.caption(texts("review.blind_was", ratings="; ".join(rated)) if rated else texts("review.blind_skipped"))
