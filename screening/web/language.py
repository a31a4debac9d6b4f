"""Which language a visitor reads: the one chosen on the page, else the one their browser asks for.

May import: Starlette, Streamlit on demand and `web.texts`.

The choice is kept in a cookie that names a language and nothing else, so that a page loaded anew and the program's own
routes know it too; a link for another machine carries it in its address.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from screening.web.texts import LANGUAGES, Texts, load_texts

COOKIE: Final = "screening_language"
#: Name of the choice in addresses for other machines.
ASKED: Final = "lang"
_STATE: Final = "language"
_KEPT_S: Final = 365 * 24 * 3600


def pick(*wishes: str | None) -> str:
    """Give the first language that there are texts in, from wishes as browsers write them.

    Examples
    --------
    >>> pick(None, "", "fr-CH, es;q=0.9, en;q=0.8"), pick("en", "es"), pick("fr")
    ('es', 'en', 'en')
    """
    codes = (part.partition(";")[0].strip().lower()[:2] for wish in wishes for part in (wish or "").split(","))
    return next((code for code in codes if code in LANGUAGES), LANGUAGES[0])


def texts_for(request: Request, usual: Texts) -> Texts:
    """Give the sentences for who asks a route; `usual` where they have no wish."""
    wishes = request.query_params.get(ASKED), request.cookies.get(COOKIE), request.headers.get("accept-language")
    return load_texts(pick(*wishes, usual.language))


def visitor_language() -> str:
    """Give the language of who looks at the page."""
    import streamlit as st  # noqa: PLC0415

    return pick(st.session_state.get(_STATE), st.context.cookies.get(COOKIE), st.context.locale)


def choose_language() -> None:
    """Offer the other languages, each in its own words, and tell the browser which one the page is in.

    Readers that speak a page need its language, and Streamlit's own page says English.
    """
    import streamlit as st  # noqa: PLC0415

    now = visitor_language()
    for code in LANGUAGES:
        if code != now and st.button(load_texts(code)("site.own_name"), type="tertiary", key=f"language.{code}"):
            st.session_state[_STATE] = code
            st.rerun()
    script = f'document.documentElement.lang = "{now}";'
    if _STATE in st.session_state:
        script += f' document.cookie = "{COOKIE}={now}; path=/; max-age={_KEPT_S}; SameSite=Strict";'
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
