"""The script that Streamlit runs for every visitor: it picks the page by the address.

May import: Streamlit, `jobs`, `core` and the rest of `web`.

    ?job=ID&key=KEY                       one video of the quick way
    ?step=welcome                         before there is a screen
    ?screen=ID&key=KEY&step=STEP[&take=]  one screen; a new step is one line in `_STEPS`
    ?clinic=PAGE                          the clinician's pages, one line each in `_CLINIC`
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

from screening.jobs.queue import JobState
from screening.store import ScreenRecord
from screening.web.access import Visitor, open_job, owns, visitor
from screening.web.language import choose_language
from screening.web.pages import (
    account,
    consent,
    intake,
    people,
    person,
    progress,
    record,
    refused,
    report,
    review,
    screen,
    sign,
    start,
    takes,
    trends,
    users,
    welcome,
)
from screening.web.pages.clinic import saw
from screening.web.pages.common import go_home, words
from screening.web.session import site

#: Pages of a screen by the step in the address; the films are shown when none is named.
_STEPS: Final[dict[str, Callable[[ScreenRecord], None]]] = {
    "takes": takes.show,
    "record": record.show_record,
    "upload": record.show_upload,
    "phone": record.show_phone,
    "report": screen.show,
}
#: The clinician's pages; each gets the id of who looks at it.
_CLINIC: Final[dict[str, Callable[[str], None]]] = {
    "people": people.show,
    "person": person.show,
    "trends": trends.show,
    "review": review.show,
    "sign": sign.show,
    "users": users.show,
}
#: Steps that stay open whatever was answered.
_AFTERWARDS: Final = ("report",)


def main() -> None:
    """Show the page that belongs to the address."""
    texts = words()
    web = Path(__file__).parents[1]
    st.set_page_config(
        page_title=texts("site.title"), page_icon=str(web / "icon.svg"), initial_sidebar_state="collapsed"
    )
    st.html(web / "style.css")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="top"):
        st.markdown(f"**{texts('site.title')}** · {texts('site.promise')}", width="content")
        choose_language()
    here = site()
    who = visitor(here)
    if here.log_in is not None and who is not None:
        account.line(who)
    if who is None:
        account.show_log_in(here.log_in)
    elif not who.is_known:
        account.show_waiting()
    else:
        _page(who)


def _page(who: Visitor) -> None:
    asked = st.query_params
    if "clinic" in asked:
        _clinic(who, asked["clinic"])
    elif "screen" in asked:
        _screen(who, asked["screen"], asked.get("key", ""), asked.get("step", ""))
    elif "job" in asked:
        _job(who, asked["job"], asked.get("key", ""))
    elif asked.get("step") == "welcome":
        welcome.show()
    elif asked.get("step") == "consent":
        consent.show()
    else:
        start.show()


def _clinic(who: Visitor, page: str) -> None:
    texts = words()
    if not who.reviews:
        st.title(texts("clinic.not_here_heading"), anchor=False)
        st.write(texts("clinic.not_here" if site().log_in is None else "account.not_yours"))
    else:
        _CLINIC.get(page, people.show)(who.id)


def _screen(who: Visitor, screen_id: str, key: str, step: str) -> None:
    found = site().store.screens.get(screen_id)
    if found is None or not owns(site(), who, found, key):
        _missing("missing.screen", "missing.home")
        return
    saw("screen", found.id, who.id, part=step if step in _STEPS else "answers")
    if step in _AFTERWARDS:
        _STEPS[step](found)
    elif step == "intake" or not intake.safety_answered(found) or intake.flags_of(found):
        intake.show(found)  # whoever should be looked after first is not shown how to film
    else:
        _STEPS.get(step, takes.show)(found)


def _job(who: Visitor, job_id: str, key: str) -> None:
    job = open_job(site(), who, job_id, key)
    if job is None:
        _missing("missing.video", "site.new")
    elif not job.state.is_over:
        progress.show(job)
    elif job.state is JobState.DONE:
        report.show(job)
    else:
        refused.show(job)


def _missing(what: str, go_on: str) -> None:
    texts = words()
    st.title(texts("missing.heading"), anchor=False)
    st.write(texts(what))
    if st.button(texts(go_on), type="primary"):
        go_home()


main()
