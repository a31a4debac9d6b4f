"""Safety questions, exercises for what was found, and their order.

May import: numpy and `core`.
"""
