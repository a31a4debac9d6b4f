"""One person over time: each screen a point, with the band of the smallest real change.

May import: Streamlit, `catalog`, `findings`, `report`, `store`, `core` and the rest of `web`.
"""

from __future__ import annotations

import math

import streamlit as st

from screening.catalog.wordings import load_wordings
from screening.core.vocabulary import Verdict
from screening.report.numbers import decimals, with_unit
from screening.web.clinic import may_see
from screening.web.pages.clinic import back_to_people, day, missing, saw, store, table
from screening.web.pages.common import image, words
from screening.web.trend_lines import Line, draw, lines_of, load_points


def show(who: str) -> None:
    """Show the page."""
    texts = words()
    person = store().people.get(st.query_params.get("person", ""))
    if person is None or not may_see(store(), person.id):
        missing()
        return
    saw("person", person.id, who, "trends")
    with st.container(key="clinic"):
        st.title(texts("trends.heading", code=person.code), anchor=False)
        points = load_points(store(), person.id)
        if len(points) < 2:
            st.write(texts("trends.few" if points else "trends.none"))
        if points:
            _lines(lines_of(points))
        back_to_people()


def _lines(found: dict[str, list[Line]]) -> None:
    texts, wordings = words(), load_wordings(words().language)
    if not found:
        st.write(texts("trends.none"))
        return
    names = {key: wordings.metric(key).label for key in found}
    key = st.selectbox(texts("trends.metric"), list(found), format_func=names.__getitem__)
    st.write(texts("trends.lead"))
    for line in found[key]:
        label = f"{names[key]}: {texts(f'trends.{line.what}')}"
        st.markdown(f"**{label}**")
        st.html(image(draw(line, dates=[day(at) for at in line.at]), _says(line, label), "trend"))
    st.header(texts("trends.table"), anchor=False)
    head = ["date", *(line.what for line in found[key]), "change", "smallest"]
    table([texts(f"trends.{name}") for name in head], _rows(found[key]), names[key])


def _says(line: Line, label: str) -> str:
    values = (f"{day(at)} {_number(value, line)}" for at, value in zip(line.at, line.value, strict=True))
    return f"{label}: {', '.join(values)}"


def _rows(lines: list[Line]) -> list[list[str]]:
    texts, last = words(), lines[-1]
    rows = []
    for k, at in enumerate(last.at):
        change = last.changes[k]
        words_of = {Verdict.CLEAR: "trends.beyond", Verdict.NOT_DISTINGUISHABLE: "trends.within"}
        said = texts(words_of.get(change.verdict, "trends.unknown")) if change is not None else ""
        amount = _number(change.change, last) if change is not None else ""
        limit = _number(change.mdc95, last) if change is not None else ""
        rows.append([day(at), *(_number(line.value[k], line) for line in lines), f"{amount}\n{said}", limit])
    return rows


def _number(value: float, line: Line) -> str:
    return with_unit(value, decimals(line.band or math.inf, line.unit), line.unit) or "–"
