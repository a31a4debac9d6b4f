"""Loads and checks the files in `screening/data`: sentences and sources.

May import: core. Reads package data only.
"""

from screening.catalog.sources import Source, load_sources
from screening.catalog.wordings import Wordings, load_wordings

__all__ = ["Source", "Wordings", "load_sources", "load_wordings"]
