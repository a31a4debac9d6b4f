"""Raw landmarks in, trustworthy body motion out.

May import: numpy, scipy.linalg and `core`.
"""
