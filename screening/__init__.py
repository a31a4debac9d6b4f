"""Movement screen: a video of a split squat in, an angle report with honest errors out."""

__version__ = "0.1.0"
