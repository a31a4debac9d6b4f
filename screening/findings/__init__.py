"""Metrics of repetitions and, later, what differs between the sides.

May import: numpy and `core`.
"""
