"""One take: filming in the browser, choosing a video, or a code for a phone.

May import: Streamlit, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import streamlit as st
from streamlit import config

from screening.report.palette import LEFT, MIDDLE, RIGHT
from screening.store import ScreenRecord
from screening.web import components
from screening.web.pages.common import go, image, me, send_files, words
from screening.web.pages.takes import show_how
from screening.web.phone import is_reachable, phone_address, qr_svg
from screening.web.session import site
from screening.web.slots import Slot, filled, find_slot, screen_slots, slot_label
from screening.web.texts import LANGUAGES

_WATCH_S = 1.5
#: Prompts of a protocol that are not for the time of filming.
_AFTER = ("finished", "ask_pain")


def _slot() -> Slot:
    """Give the take that the address names; back to the films if there is none."""
    slot = find_slot(screen_slots(words().language), st.query_params.get("take", ""))
    if slot is None:
        go("takes")
    return slot


def show_record(screen: ScreenRecord) -> None:
    """Film one take here."""
    texts, slot = words(), _slot()
    st.title(texts("record.heading", take=slot_label(slot, texts)), anchor=False)
    st.write(filled(slot.take.text, slot, texts))
    ticket = _ticket(screen, slot, mirrored=False)
    found = components.recorder()(
        key=f"recorder.{slot.key}",
        data=_recorder_data(slot, ticket),
        on_kept_change=lambda: None,
        on_dropped_change=lambda: None,
    )
    if found.kept and _is_new(found.kept):
        _forget(screen, slot)
        st.toast(texts("record.saved"))
        go("takes")
    if found.dropped == ticket["id"]:
        _forget(screen, slot)
        st.rerun()
    with st.expander(texts("takes.how")):
        show_how(slot)
    st.write(texts("record.other"))
    _ways_back(slot, ("upload", "phone"))


def show_upload(screen: ScreenRecord) -> None:
    """Choose a video of one take."""
    texts, slot = words(), _slot()
    st.title(slot_label(slot, texts), anchor=False)
    st.write(filled(slot.take.text, slot, texts))
    arrived = send_files(f"upload.{slot.key}", screen=screen.id, take=slot.key)
    if any([_is_new(one["id"]) for one in arrived]):
        go("takes")
    with st.expander(texts("takes.how")):
        show_how(slot)
    _ways_back(slot, ("record", "phone"))


def show_phone(screen: ScreenRecord) -> None:
    """Show a code that opens the upload page on a phone; where no phone can reach this page, how else it is done."""
    texts, slot = words(), _slot()
    listens = config.get_option("server.address")
    st.title(texts("qr.heading", take=slot_label(slot, texts)), anchor=False)
    if is_reachable(st.context.url or "", listens):
        _show_code(screen, slot, listens)
    else:
        st.write(texts("qr.not_here"))
        if me().reviews:
            with st.expander(texts("qr.set_up")):
                st.markdown(texts("qr.set_up_body"))
    _ways_back(slot, ("record", "upload"))


def _show_code(screen: ScreenRecord, slot: Slot, listens: str | None) -> None:
    texts, ticket = words(), _ticket(screen, slot)
    language = texts.language if texts.language != LANGUAGES[0] else ""
    address = phone_address(st.context.url or "", ticket["id"], ticket["secret"], listens, language)
    minutes = site().settings.web.ticket_minutes
    st.write(texts("qr.body", minutes=minutes))
    st.html(image(qr_svg(address), texts("qr.image"), "qr"))
    st.markdown(f"{texts('qr.address')}: [{address.partition('#')[0]}]({address})")
    _wait_for_phone(screen.id, slot.key, ticket["id"], ticket["secret"])
    if st.button(texts("qr.new")):
        site().tickets.drop(ticket["id"])
        _forget(screen, slot)
        st.rerun()


@st.fragment(run_every=_WATCH_S)
def _wait_for_phone(screen_id: str, slot_key: str, ticket_id: str, secret: str) -> None:
    """Go on by itself when the film has arrived."""
    texts = words()
    ticket = site().tickets.find(ticket_id, secret)
    if ticket is not None and ticket.state.value == "used":
        st.session_state.pop(f"ticket.{screen_id}.{slot_key}", None)
        st.success(texts("qr.arrived"))
        go("takes")
    st.caption(texts("qr.waiting"))


def _ways_back(slot: Slot, steps: tuple[str, ...]) -> None:
    texts, names = words(), {"record": "takes.film", "upload": "takes.upload", "phone": "takes.phone"}
    with st.container(horizontal=True):
        for step in steps:
            if st.button(texts(names[step])):
                go(step, take=slot.key)
        if st.button(texts("site.back")):
            go("takes")


def _is_new(ticket: str) -> bool:
    """Whether this page hears for the first time that a ticket's film has arrived; the screen holds it already."""
    seen = st.session_state.setdefault("kept", set())
    is_new = ticket not in seen
    seen.add(ticket)
    return is_new


def _ticket(screen: ScreenRecord, slot: Slot, *, mirrored: bool | None = None) -> dict[str, str]:
    """Give this visitor's ticket for the take, a new one where the old one is over."""
    name = f"ticket.{screen.id}.{slot.key}"
    held = st.session_state.get(name)
    if held is None or not site().tickets.is_alive(held["id"]):
        ticket = site().tickets.issue(screen=screen.id, take=slot.key, mirrored=mirrored, who=me().id)
        held = st.session_state[name] = {"id": ticket.id, "secret": ticket.secret}
    return held


def _forget(screen: ScreenRecord, slot: Slot) -> None:
    st.session_state.pop(f"ticket.{screen.id}.{slot.key}", None)


def _recorder_data(slot: Slot, ticket: dict[str, str]) -> dict[str, object]:
    texts, settings = words(), site().settings.framing
    prompts = [
        {"spoken": filled(one.spoken, slot, texts), "written": filled(one.written, slot, texts), "seconds": one.seconds}
        for one in slot.protocol.prompts
        if one.key not in _AFTER
    ]
    return {
        "ticket": ticket["id"],
        "secret": ticket["secret"],
        "address": f"api/uploads/{ticket['id']}",
        "framing": f"api/framing/{ticket['id']}",
        "name": slot.key.replace(".", "_"),
        "standing": "seated" not in slot.protocol.movement,
        "reps": slot.protocol.practice + slot.protocol.reps,
        "every_s": settings.every_s,
        "hold_s": settings.hold_s,
        "countdown_s": settings.countdown_s,
        "max_s": settings.max_take_s,
        "after_set_s": settings.after_set_s,
        "language": texts.language,
        "colours": {"left": LEFT, "right": RIGHT, "middle": MIDDLE},
        "prompts": prompts,
        "texts": texts.group("recorder"),
    }
