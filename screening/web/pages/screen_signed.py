"""The signed report of a screen as its person sees it, with its earlier versions.

May import: Streamlit, `store` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st

from screening.store import ReviewRecord, ScreenRecord
from screening.web import components
from screening.web.access import grant
from screening.web.pages.clinic import day, store
from screening.web.pages.common import me, words
from screening.web.signed import own, signed_address, signed_versions

_REPORT = "report.html"


def show(screen: ScreenRecord) -> bool:
    """Show what was signed, the newest version in full; return whether there is any."""
    texts, versions = words(), store().reviews.versions(screen.id)
    signed = signed_versions(versions)
    if not signed:
        return False
    newest, *earlier = signed
    st.title(texts("screen.heading"), anchor=False)
    st.write(texts("screen.signed_lead"))
    if not versions[-1].is_signed:
        st.info(texts("screen.reopened"))
    _version(newest, whole=True)
    if earlier:
        with st.expander(texts("screen.signed_earlier")):
            for review in earlier:
                _version(review, whole=False)
    return True


def _version(review: ReviewRecord, *, whole: bool) -> None:
    """Show one signed version: its name, the report itself if wanted, its files."""
    texts, viewer, given = words(), components.viewer(), grant(own(review.screen), me().id)
    st.markdown(f"**{texts('screen.signed', n=review.version, name=review.signed_by, date=day(review.signed_at))}**")
    report = store().results.get(review.report)
    if report is None or store().reviews.faults(review):
        st.warning(texts("screen.signed_faulty", n=review.version))
        return
    if whole and _REPORT in report.files:
        frame = signed_address(review, _REPORT, given)
        viewer(key="signed", data={"kind": "report", "address": frame, "title": texts("report.frame")})
    notes = {_REPORT: texts("screen.signed_page"), "report.pdf": texts("screen.signed_pdf")}
    files = [
        {"address": signed_address(review, name, given) + "&save=1", "name": name, "note": note}
        for name, note in notes.items()
        if name in report.files
    ]
    viewer(key=f"signed.{review.version}", data={"kind": "links", "files": files})
