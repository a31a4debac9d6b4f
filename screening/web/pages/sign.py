"""Signature and versions of a review: sign, look at what was frozen, reopen.

May import: Streamlit, `jobs`, `review`, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.core.errors import ScreeningError
from screening.review.decisions import undecided
from screening.store import ResultRecord, ReviewRecord
from screening.web import components
from screening.web.clinic import grant, open_screen
from screening.web.clinic_routes import file_address
from screening.web.pages.clinic import back_to_people, day, missing, saw, store, to
from screening.web.pages.common import say_error, words
from screening.web.review_data import Case, corrections_of, decisions_of, load_case, screen_of
from screening.web.signing import sign

_SAID = ("clear", "possible")


def show(who: str) -> None:
    """Show the page."""
    texts = words()
    screen = open_screen(store(), st.query_params.get("screen", ""))
    case = load_case(store(), screen) if screen is not None else None
    if screen is None or case is None:
        missing()
        return
    saw("screen", screen.id, who, "signature")
    with st.container(key="clinic"):
        st.title(texts("sign.heading", code=screen.code), anchor=False)
        versions = store().reviews.versions(screen.id)
        if versions and not versions[-1].is_signed:
            _sign(case, versions[-1], who)
        for review in reversed(versions):
            _version(case, review, who, newest=review is versions[-1])
        if st.button(texts("sign.back")):
            to("review", screen=screen.id)
        back_to_people()


def _sign(case: Case, review: ReviewRecord, who: str) -> None:
    texts, corrections = words(), corrections_of(review)
    open_ones = undecided(screen_of(case, corrections), decisions_of(review), _SAID)
    if open_ones:
        st.info(texts("sign.undecided", n=len(open_ones)))
    changed = sum(held.changes_results for held in corrections.values())
    if changed:
        st.info(texts("sign.corrections", n=changed))
    st.write(texts("sign.explain"))
    with st.form("sign", border=False):
        name = st.text_input(texts("sign.name"), max_chars=100)
        done = st.form_submit_button(texts("sign.confirm"), type="primary")
    if not done:
        return
    try:
        with st.spinner(texts("sign.working")):
            sign(store(), case, review, name=name, who=who)
    except ScreeningError as err:
        say_error(err)
        return
    st.session_state["signed"] = True
    st.rerun()


def _version(case: Case, review: ReviewRecord, who: str, *, newest: bool) -> None:
    texts = words()
    if newest and st.session_state.pop("signed", False):
        st.success(texts("sign.done"))
    with st.container(border=True, key=f"version-{review.version}"):
        st.subheader(texts("sign.version", n=review.version), anchor=False)
        if not review.is_signed:
            st.write(texts("sign.open"))
            return
        st.write(texts("sign.signed", name=review.signed_by, date=day(review.signed_at)))
        faults = store().reviews.faults(review)
        if faults:
            st.error(texts("sign.faults", files=", ".join(faults)))
        else:
            st.write(texts("sign.sound"))
        st.caption(texts("sign.checksum", sum=review.report_sha256))
        report = store().results.get(review.report)
        if report is not None:
            _links(case, report, review, who)
        if newest and st.button(texts("sign.reopen")):
            try:
                store().reviews.reopen(review, who=who)
            except ScreeningError as err:
                say_error(err)
                return
            to("review", screen=case.screen.id)


def _links(case: Case, report: ResultRecord, review: ReviewRecord, who: str) -> None:
    texts, given = words(), grant(case.screen.id, who)
    names = {"report.html": texts("sign.report_page"), "report.pdf": texts("sign.report")}
    files = [
        {"address": file_address(case.screen.id, report.id, name, given) + "&save=1", "name": name, "note": note}
        for name, note in names.items()
        if name in report.files
    ]
    components.viewer()(key=f"signed.{review.version}", data={"kind": "links", "files": files})
