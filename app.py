"""The page, for `streamlit run app.py`; `screening app` starts the same."""

import streamlit as st

from screening.web.server import app_arguments

app = st.App(**app_arguments())
