"""The third step: questions about safety and pain, and a calm stop where somebody should look first.

May import: Streamlit, `catalog`, `planning`, `store`, `core` and the rest of `web`.

Answers are kept with every step, so that a closed page loses none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from screening.catalog.intake import check_answers, load_intake
from screening.core.errors import ConfigError
from screening.core.intake import Intake, Question, QuestionKind
from screening.core.screen import Answer, FlagLevel, RedFlag
from screening.planning.redflags import raised
from screening.store import ScreenRecord
from screening.web.pages.common import go, go_home, me, said, step_line, words
from screening.web.session import site

#: Asked while filming, not before.
_LATER = ("takes",)


def flags_of(screen: ScreenRecord) -> tuple[RedFlag, ...]:
    """Give the safety questions that were answered with yes, the most pressing first."""
    return raised(load_intake(words().language), screen.intake)


def show(screen: ScreenRecord) -> None:
    """Show one group of questions, or what to do first if an answer asks for it."""
    questions = load_intake(words().language)
    groups = [group for group in questions.groups if group not in _LATER]
    group = st.query_params.get("group", "")
    if group not in groups and flags_of(screen):
        show_flags(flags_of(screen))
        return
    group = group if group in groups else groups[0]
    texts = words()
    step_line(3)
    st.title(texts("intake.heading"), anchor=False)
    if group == groups[0]:
        st.write(texts("intake.lead"))
    st.header(questions.groups[group], anchor=False)
    asked = [question for question in questions.questions if question.group == group]
    is_safety = all(question.flag for question in asked)
    with st.form(f"intake.{group}", border=False):
        problem = ""
        if is_safety:
            answers, problem = _ask_safety(asked, screen.intake)
        else:
            answers = {question.key: _ask(question, screen.intake.get(question.key)) for question in asked}
        done = st.form_submit_button(texts("site.next"), type="primary")
    if group != groups[0] and st.button(texts("site.back")):
        go("intake", group=groups[groups.index(group) - 1])
    if done and problem:
        st.error(texts(problem))
    elif done:
        _keep(screen, questions, answers, asked)
        following = groups[groups.index(group) + 1 :]
        if is_safety and any(answers.values()):
            go("intake")
        elif following:
            go("intake", group=following[0])
        else:
            go("takes")


def safety_answered(screen: ScreenRecord) -> bool:
    """Whether all safety questions were answered."""
    return all(q.key in screen.intake for q in load_intake(words().language).questions if q.flag)


def _ask_safety(asked: Sequence[Question], before: Mapping[str, Answer]) -> tuple[dict[str, Any], str]:
    """Ask what is true; the key of a sentence says what is missing in the answers."""
    texts = words()
    st.write(texts("intake.safety_lead"))
    ticked = {question.key: st.checkbox(question.text, value=before.get(question.key) is True) for question in asked}
    said_no = all(before.get(question.key) is False for question in asked)
    none = st.checkbox(f"**{texts('intake.none')}**", value=said_no)
    if none != any(ticked.values()):
        return ticked, ""
    return ticked, "intake.none_both" if none else "intake.none_needed"


def _ask(question: Question, before: Answer | None) -> Any:
    """Ask one question; None if it is left out."""
    if question.kind is QuestionKind.YES_NO:
        texts = words()
        given = {True: "yes", False: "no"}.get(before) if isinstance(before, bool) else None
        answer = _choose(question, ("yes", "no"), {name: texts(f"intake.{name}") for name in ("yes", "no")}, given)
        return None if answer is None else answer == "yes"
    if question.kind is QuestionKind.CHOICE:
        return _choose(question, question.options, question.labels, str(before) if before is not None else None)
    if question.kind is QuestionKind.MULTI:
        start = [option for option in question.options if isinstance(before, (tuple, list)) and option in before]
        return st.pills(
            question.text,
            question.options,
            default=start,
            selection_mode="multi",
            format_func=lambda option: question.labels[option],
            help=question.help or None,
        )
    if question.kind is QuestionKind.TEXT:
        return st.text_area(question.text, value=str(before or ""), help=question.help or None, max_chars=500)
    return _number(question, before)


def _choose(question: Question, options: Sequence[str], labels: Mapping[str, str], given: str | None) -> str | None:
    return st.segmented_control(
        question.text,
        list(options),
        default=given if given in options else None,
        format_func=lambda option: labels[option],
        help=question.help or None,
    )


def _number(question: Question, before: Answer | None) -> float | None:
    low, high = int(question.low or 0), int(question.high or 0)
    if question.kind is QuestionKind.SCALE:
        steps = [str(n) for n in range(low, high + 1)]
        given = str(before) if str(before) in steps else None
        answer = _choose(question, steps, {step: step for step in steps}, given)
        return None if answer is None else int(answer)
    start = before if isinstance(before, (int, float)) else None
    return st.number_input(question.text, low, high, value=start, help=question.help or None)


def _keep(screen: ScreenRecord, questions: Intake, answers: Mapping[str, Any], asked: Sequence[Question]) -> None:
    held = {key: answer for key, answer in screen.intake.items() if key not in {question.key for question in asked}}
    fresh = {key: answer for key, answer in answers.items() if answer not in (None, "", [], ())}
    try:
        checked = check_answers(questions, {**held, **fresh})
    except ConfigError as err:
        st.error(words()("intake.error", what=said(err.lines)[0]))
        st.stop()
    site().store.screens.answer(screen.id, checked, who=me().id)


def show_flags(flags: Sequence[RedFlag]) -> None:
    """Say over the whole width what to do first; no word on filming."""
    texts = words()
    level = next(level for level in FlagLevel if any(flag.level is level for flag in flags))
    with st.container(border=True, key="flag"):
        st.title(texts(f"flags.{level.value}_heading"), anchor=False)
        st.markdown(texts(f"flags.{level.value}_body"))
        st.markdown(f"**{texts('flags.seen')}**")
        st.markdown("\n".join(f"- {flag.sentence}" for flag in flags))
    st.write(texts("flags.withheld"))
    with st.container(horizontal=True):
        if st.button(texts("flags.finish"), type="primary"):
            go_home()
        if st.button(texts("flags.correct")):
            go("intake", group=next(iter(load_intake(texts.language).groups)))
