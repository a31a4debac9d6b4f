"""Angles of the body from its motion, each with a standard error.

May import: numpy and `core`. A new angle is one row in `registry.py` and one function.
"""
