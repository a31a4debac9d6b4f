"""The review of one screen: films beside their curves, corrections, and what is decided about the report.

May import: Streamlit, `jobs`, `review`, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from screening.core.corrections import NO_CORRECTIONS, Border, Corrections
from screening.core.datatypes import TakeResult
from screening.core.errors import ScreeningError
from screening.jobs.reviewing import write_corrections
from screening.store import ReviewRecord
from screening.web import components
from screening.web.clinic import grant, is_hidden, open_screen
from screening.web.clinic_routes import file_address, film_address
from screening.web.pages import review_first_look, review_parts
from screening.web.pages.clinic import back_to_people, day, missing, saw, store, to
from screening.web.pages.common import said, words
from screening.web.review_data import (
    Case,
    comparable,
    corrected,
    corrections_of,
    has_overlay,
    load_case,
    overlay_name,
    pairs_of,
    partners,
    take_data,
    take_of,
)
from screening.web.slots import name_label

_RATES = (1, 0.5, 0.25, 0.1)


def show(who: str) -> None:
    """Show the page."""
    texts = words()
    screen = open_screen(store(), st.query_params.get("screen", ""))
    if screen is None:
        missing()
        return
    saw("screen", screen.id, who, "review")
    case = load_case(store(), screen)
    with st.container(key="workspace"):
        st.title(texts("review.heading", code=screen.code), anchor=False)
        state = texts(f"clinic.state_{screen.state}")
        st.write(texts("review.lead", date=day(screen.created_at), state=state))
        if case is None:
            st.info(texts("clinic.not_measured"))
        else:
            _review(case, who)
        back_to_people()


def _review(case: Case, who: str) -> None:
    texts, review = words(), store().reviews.open(case.screen.id, who=who)
    _say_fault()
    if review.is_signed:
        st.info(texts("review.frozen", name=review.signed_by, date=day(review.signed_at)))
        if st.button(texts("review.to_signature"), type="primary"):
            to("sign", screen=case.screen.id)
    hidden = is_hidden(store(), case.screen.person)
    pairs = pairs_of(case)
    if pairs and review.rated_at is None and not review.is_signed and not hidden:
        _first_look(case, pairs, who)
        review_first_look.ask(review, set(pairs.values()), who)
        return
    if hidden:
        st.info(" ".join(texts(key) for key in _hidden_notes(case)))
    if not case.takes:
        st.info(texts("review.no_evidence"))
    else:
        _workspace(case, review, who)
    review_parts.numbers(case, review)
    review_parts.decide(case, review, who)
    if not review.is_signed and st.button(texts("review.sign"), type="primary"):
        to("sign", screen=case.screen.id)


def _hidden_notes(case: Case) -> tuple[str, ...]:
    again = () if case.measured.provenance.faces_blurred else ("review.face_again",)
    return ("review.face_hidden", *again)


def _first_look(case: Case, pairs: Mapping[tuple[str, str], str], who: str) -> None:
    """Show films of the left and of the right leg beside each other, and nothing that was measured."""
    texts = words()
    names = next(iter(pairs))
    if len(pairs) > 1:
        names = st.selectbox(
            texts("review.films"),
            list(pairs),
            format_func=lambda two: " · ".join(_label(case, name) for name in two),
            key=f"first_look.{case.screen.id}",
        )
    results = [(name, take_of(case, name, NO_CORRECTIONS)) for name in names]
    panes = [_take(case, name, result, NO_CORRECTIONS, who, blind=True, pair=True) for name, result in results]
    components.workspace()(key=f"first_look_films.{case.screen.id}", data=_shown(panes, editable=False))


def _shown(panes: list[dict[str, Any]], *, editable: bool, result: TakeResult | None = None) -> dict[str, Any]:
    """Give the component what it shows; `result`: the take whose angles a drawn one is compared with."""
    texts = words()
    return {
        "takes": panes,
        "texts": texts.group("workspace"),
        "editable": editable,
        "borders": [{"key": str(b), "label": texts(f"workspace.border_{b}")} for b in Border],
        "comparable": [] if result is None else comparable(result, texts.language),
        "rates": list(_RATES),
    }


def _workspace(case: Case, review: ReviewRecord, who: str) -> None:
    texts, held = words(), corrections_of(review)
    left, right = st.columns(2)
    name = left.selectbox(
        texts("review.take"), case.takes, format_func=lambda take: _label(case, take), key=f"take.{case.screen.id}"
    )
    mine = held.get(name, NO_CORRECTIONS)
    result = take_of(case, name, mine)
    if not is_hidden(store(), case.screen.person) and (name not in case.films or not case.films[name].video):
        st.info(texts("review.film_deleted"))
    beside = _choose_beside(case, name, right)
    panes = [_take(case, name, result, mine, who, blind=False, pair=beside is not None)]
    if beside is not None:
        other, other_name = beside
        theirs = _corrections_of_other(other, held if other.screen.id == case.screen.id else None)
        theirs = theirs.get(other_name, NO_CORRECTIONS)
        panes.append(_take(other, other_name, take_of(other, other_name, theirs), theirs, who, blind=False, pair=True))
    data = _shown(panes, editable=not review.is_signed, result=result)
    found = components.workspace()(key=f"workspace.{case.screen.id}", data=data, on_corrected_change=lambda: None)
    event = found.corrected
    if event and event.get("take") == name and data["editable"]:
        _keep(case, review, name, corrected(mine, event), who)
    if data["editable"]:
        _told(case, review, name, mine, who)


def _corrections_of_other(other: Case, here: dict[str, Corrections] | None) -> dict[str, Corrections]:
    if here is not None:
        return here
    review = store().reviews.latest(other.screen.id)
    return corrections_of(review) if review is not None else {}


def _choose_beside(case: Case, name: str, place: Any) -> tuple[Case, str] | None:
    texts = words()
    others = [load_case(store(), s) for s in store().screens.of_person(case.screen.person) if s.id != case.screen.id]
    found = partners(case, name, [other for other in others if other is not None])
    labels = {f"{other.screen.id} {take}": _beside_label(case, other, take) for other, take in found}
    chosen = place.selectbox(
        texts("review.beside"),
        ["", *labels],
        format_func=lambda key: labels.get(key, texts("review.beside_none")),
        key=f"beside.{case.screen.id}.{name}",
    )
    return next(((o, t) for o, t in found if f"{o.screen.id} {t}" == chosen), None)


def _beside_label(case: Case, other: Case, take: str) -> str:
    if other.screen.id == case.screen.id:
        return _label(other, take)
    return words()("review.beside_other", take=_label(other, take), date=day(other.screen.created_at))


def _label(case: Case, name: str) -> str:
    entry = next(take.entry for take in case.measured.takes if take.name == name)
    return name_label(name, entry, words().language)


def _take(  # noqa: PLR0913  (one take and how it is shown)
    case: Case, name: str, result: TakeResult, corrections: Corrections, who: str, *, blind: bool, pair: bool
) -> dict[str, Any]:
    """Build what the component shows of one take; before the first look nothing that was measured."""
    texts, given = words(), grant(case.screen.id, who)
    film, panes, hidden = case.films.get(name), [], is_hidden(store(), case.screen.person)
    if film is not None and film.video and not hidden and not (pair and has_overlay(case, name) and not blind):
        panes.append({"address": film_address(case.screen.id, film.id, given), "title": texts("review.original")})
    if has_overlay(case, name) and not blind and (case.measured.provenance.faces_blurred or not hidden):
        title = texts("review.overlay_old" if corrections.changes_results else "review.overlay")
        address = file_address(case.screen.id, case.result.id, overlay_name(name), given)
        panes.append({"address": address, "title": title})
    data = take_data(result, corrections, texts.language)
    if blind:
        data |= {"curves": [], "marks": [], "drawn": []}  # the repetitions stay: the films run by them
    label = f"{_label(case, name)}, {day(case.screen.created_at)}" if pair and not blind else _label(case, name)
    # The address holds a time: the same film must keep the same one, or it would be loaded anew with each change.
    known = st.session_state.setdefault("clinic_panes", {})
    panes = known.setdefault((case.screen.id, name, blind, pair, hidden, corrections.changes_results), panes)
    return {**data, "name": name, "label": label, "panes": panes, "notes": "" if blind else _notes(result, corrections)}


def _notes(result: TakeResult, corrections: Corrections) -> str:
    texts, reps = words(), result.timeline.repetitions
    lead = result.timeline.lead
    said = texts(
        "review.reading",
        view=texts(f"take.view_{result.scene.view}"),
        lead=texts(f"review.lead_{lead if lead else 'both'}"),
        used=sum(rep.used for rep in reps),
        found=len(reps),
    )
    return f"{said} {texts('review.corrected_note')}" if corrections.changes_results else said


def _told(case: Case, review: ReviewRecord, name: str, mine: Corrections, who: str) -> None:
    """Ask for what the program misread about a whole take."""
    texts = words()
    with st.expander(texts("review.told")):
        fresh = replace(mine, **{key: _ask(key, getattr(mine, key), name) for key in review_parts.TOLD})
        if fresh != mine:
            _keep(case, review, name, fresh, who)
        if mine != NO_CORRECTIONS and st.button(texts("review.reset"), key=f"reset.{name}"):
            for key in review_parts.TOLD:
                st.session_state.pop(f"told.{key}.{name}", None)
            _keep(case, review, name, NO_CORRECTIONS, who)


def _ask(key: str, before: Any, name: str) -> Any:
    texts = words()
    choices: Mapping[str, Any] = {"": None, **review_parts.TOLD[key]}
    labels = {"": texts("review.as_read")} | {
        word: texts(f"{review_parts.GROUPS[key]}.{word}") for word in review_parts.TOLD[key]
    }
    start = next(word for word, value in choices.items() if value == before)
    chosen = st.selectbox(
        texts(f"review.told_{key}"),
        list(choices),
        index=list(choices).index(start),
        format_func=labels.__getitem__,
        key=f"told.{key}.{name}",
    )
    return choices[chosen]


def _keep(case: Case, review: ReviewRecord, name: str, fresh: Corrections, who: str) -> None:
    """Keep the corrections of a take if it can be read with them; else say why not."""
    held = {**corrections_of(review), name: fresh}
    try:
        take_of(case, name, fresh)
        content = replace(review.content, corrections=write_corrections(held))
        store().reviews.save(review, content, who=who)
    except ScreeningError as err:
        st.session_state["review_fault"] = err.lines
        for key in review_parts.TOLD:
            st.session_state.pop(f"told.{key}.{name}", None)
    st.rerun()


def _say_fault() -> None:
    lines = st.session_state.pop("review_fault", None)
    if lines:
        st.error("\n\n".join(said(lines)))
