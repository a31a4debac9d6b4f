"""The fourth step: which films are asked for, which are there, and the start of the measuring.

May import: Streamlit, `catalog`, `report`, `store`, `jobs`, `core` and the rest of `web`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from screening.catalog.exercises import read_drawing
from screening.catalog.plan import load_plan
from screening.core.screen import TakeEntry
from screening.jobs.queue import new_secret
from screening.report.drawings import for_side
from screening.store import ScreenRecord, TakeRecord, TakeState
from screening.web.measuring import start_measuring
from screening.web.pages.common import go, image, me, said, send_files, step_line, words
from screening.web.session import site
from screening.web.slots import Slot, entry_key, filled, screen_slots, slot_label, take_entry

_PAIN = tuple(range(11))
_SEVERAL = 6


def show(screen: ScreenRecord) -> None:
    """Show the page."""
    texts = words()
    slots = screen_slots(texts.language)
    kept = site().store.takes.of_screen(screen.id)
    by_slot = {entry_key(take.movement, take.lead, take.view): take for take in kept}
    step_line(4)
    st.title(texts("takes.heading"), anchor=False)
    st.write(texts("takes.lead"))
    _say_pain(kept)
    for slot in slots:
        _card(screen, slot, by_slot.get(slot.key))
    _unsorted([take for take in kept if take.view is None], slots)
    with st.expander(texts("takes.several")):
        send_files("several", several=_SEVERAL, screen=screen.id)
    filled = [slot for slot in slots if slot.key in by_slot]
    st.markdown(f"**{texts('takes.progress', n=len(filled), total=len(slots))}**")
    if filled:
        _offer_measuring(screen, complete=len(filled) == len(slots))


def _say_pain(kept: Sequence[TakeRecord]) -> None:
    limit = load_plan(words().language).max_take_pain
    if any(take.pain is not None and take.pain > limit for take in kept):
        st.warning(words()("takes.pain_stop", limit=round(limit)))


def _card(screen: ScreenRecord, slot: Slot, take: TakeRecord | None) -> None:
    """Show one take that is asked for: picture, state, and the three ways to a film."""
    texts = words()
    with st.container(border=True, key=f"take-{slot.key.replace('.', '-')}"):
        picture, body = st.columns([1, 4], vertical_alignment="center")
        with picture:
            if picture_svg := drawing(slot):
                st.html(image(picture_svg, filled(slot.take.drawing.caption, slot, texts), "drawing"))
        with body:
            st.subheader(slot_label(slot, texts), anchor=False)
            st.markdown(_state(take))
            with st.container(horizontal=True):
                _ways(slot, has_film=take is not None)
        if take is not None:
            _after(take)
        else:
            with st.expander(texts("takes.how")):
                show_how(slot)


def _ways(slot: Slot, *, has_film: bool) -> None:
    texts = words()
    film = texts("takes.again" if has_film else "takes.film")
    if st.button(film, key=f"film.{slot.key}", type="secondary" if has_film else "primary"):
        go("record", take=slot.key)
    if not has_film:
        if st.button(texts("takes.upload"), key=f"upload.{slot.key}"):
            go("upload", take=slot.key)
        if st.button(texts("takes.phone"), key=f"phone.{slot.key}"):
            go("phone", take=slot.key)


def _state(take: TakeRecord | None) -> str:
    texts = words()
    if take is None:
        return texts("takes.waiting")
    if take.state is TakeState.REFUSED:
        return f"**{texts('takes.refused')}.** {' '.join(said((take.what, take.hint)))}"
    return f"✓ **{texts('takes.measured' if take.state is TakeState.MEASURED else 'takes.kept')}**"


def _after(take: TakeRecord) -> None:
    """Ask for the pain of a set that was filmed, and offer to delete the film."""
    texts, store = words(), site().store
    ask, remove = st.columns([3, 1], vertical_alignment="bottom")
    with ask:
        pain = st.selectbox(
            texts("takes.pain"),
            _PAIN,
            index=None if take.pain is None else int(take.pain),
            placeholder=texts("takes.pain_none"),
            key=f"pain.{take.id}",
        )
    if pain != (None if take.pain is None else int(take.pain)):
        store.takes.declare(take.id, replace(take.entry(), pain=None if pain is None else float(pain)), who=me().id)
        st.rerun()
    with remove.popover(texts("takes.delete")):
        st.write(texts("takes.delete_explain"))
        if st.button(texts("delete.confirm"), type="primary", key=f"delete.{take.id}"):
            store.takes.delete(take.id, who=me().id)
            st.rerun()


def _unsorted(loose: Sequence[TakeRecord], slots: Sequence[Slot]) -> None:
    """Ask for each film that came without saying so which of the takes it is."""
    texts, labels = words(), {slot.key: slot_label(slot, words()) for slot in slots}
    for take in loose:
        chosen = st.selectbox(
            texts("takes.unsorted", name=take.file_name),
            list(labels),
            index=None,
            format_func=lambda key: labels[key],
            placeholder=texts("takes.unsorted_pick"),
            key=f"sort.{take.id}",
        )
        if chosen:
            entry: TakeEntry = take_entry(chosen, take.mirrored)
            site().store.takes.declare(take.id, entry, who=me().id)
            st.rerun()


def _offer_measuring(screen: ScreenRecord, *, complete: bool) -> None:
    texts = words()
    if not complete:
        st.write(texts("takes.analyse_few"))
    if st.button(texts("takes.analyse"), type="primary" if complete else "secondary"):
        start_measuring(
            site(), screen, st.query_params.get("key") or new_secret(), who=me().id, language=texts.language
        )
        go("report")


def drawing(slot: Slot) -> str:
    """Picture of a take as SVG of the program's own data, mirrored for the left leg."""
    return for_side(read_drawing(slot.take.drawing), slot.lead)


def show_how(slot: Slot) -> None:
    """Say how one take is filmed."""
    texts, protocol = words(), slot.protocol
    lists = {
        "takes.how_camera": protocol.camera,
        "takes.how_place": (*protocol.setup, protocol.clothing),
        "takes.how_move": protocol.steps,
        "takes.how_avoid": protocol.avoid,
    }
    st.write(filled(slot.take.text, slot, texts))
    for heading, lines in lists.items():
        st.markdown("\n".join([f"**{texts(heading)}**", "", *(f"- {filled(line, slot, texts)}" for line in lines)]))
