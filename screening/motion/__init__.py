"""Raw landmarks in, trustworthy body motion out.

May import: numpy, scipy and `core`.
"""
