"""Video files in and out: probe, reader, single pictures, writer; the only room that knows PyAV.

May import: PyAV, numpy, OpenCV (on demand) and `core`.
"""

from screening.video.convert import fitted
from screening.video.probe import probe
from screening.video.reader import Picture, VideoReader, spaced_indices
from screening.video.stills import pictures_at
from screening.video.writer import VideoWriter

__all__ = ["Picture", "VideoReader", "VideoWriter", "fitted", "pictures_at", "probe", "spaced_indices"]
