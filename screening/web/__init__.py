"""The page: upload, progress, report; every byte stays on this machine.

May import: `jobs` and everything below; Streamlit and Starlette here alone.
"""
