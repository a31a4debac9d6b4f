"""The first look: what a clinician sees before the numbers are shown.

May import: Streamlit, `catalog`, `store` and the rest of `web`.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from screening.catalog.wordings import load_wordings
from screening.store import ReviewRecord
from screening.web.pages.clinic import store
from screening.web.pages.common import words

#: What films from the front or from behind can show, and films from the side, with the words for where they are from.
METRICS = {
    "front": ("hip_hike_deg", "rotation_to_front_deg", "trunk_lean_deg", "knee_drift_deg"),
    "side": ("arch_deg", "tilt_deg", "rear_hip_extension_deg", "depth_deg"),
}
_FROM = {"front": "review.blind_from_front", "side": "review.blind_from_side"}
ANSWERS = ("left", "right", "same", "unsure")
SKIPPED = "skipped"


def ask(review: ReviewRecord, seen: Collection[str], who: str) -> None:
    """Ask once for a rating of each metric that the films can show; `seen`: what they were filmed from."""
    texts = words()
    st.header(texts("review.blind_heading"), anchor=False)
    st.write(texts("review.blind_lead"))
    answers: dict[str, str | None] = {}
    with st.form("first_look", border=False):
        for kind, metrics in METRICS.items():
            if kind in seen:
                st.subheader(texts(_FROM[kind]), anchor=False)
                answers |= {key: _rate(key) for key in metrics}
        rated = st.form_submit_button(texts("review.blind_save"), type="primary")
    skipped = st.button(texts("review.blind_skip"))
    if rated or skipped:
        given = {SKIPPED: True} if skipped else {key: answer for key, answer in answers.items() if answer}
        store().reviews.rate_blind(review, given, who=who)
        st.rerun()


def _rate(key: str) -> str | None:
    texts = words()
    return st.radio(
        texts("review.blind_more", metric=load_wordings(texts.language).metric(key).label),
        ANSWERS,
        index=None,
        horizontal=True,
        format_func=lambda answer: texts(f"review.blind_{answer}"),
    )


def recall(review: ReviewRecord) -> None:
    """Say what was seen at the first look."""
    texts, wordings, given = words(), load_wordings(words().language), dict(review.content.ratings)
    if review.rated_at is None:
        return
    asked = {key for metrics in METRICS.values() for key in metrics}
    rated = [
        f"{wordings.metric(key).label}: {texts(f'review.blind_{answer}')}"
        for key, answer in given.items()
        if key in asked and answer in ANSWERS
    ]
    st.caption(texts("review.blind_was", ratings="; ".join(rated)) if rated else texts("review.blind_skipped"))
