"""One file a page, each with `show`; `main` is the script that Streamlit runs.

May import: Streamlit, `jobs`, `core` and the rest of `web`.
"""
