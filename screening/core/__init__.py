"""The words, types, defaults and errors that every room speaks.

May import: numpy and the standard library only.
"""
