"""Opens a video file so that it can reach nothing but itself, and chooses its picture track.

May import: PyAV and `core`.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from screening.core.errors import InputError, UnreadableVideoError

#: Containers that hold one film in one file. Playlists, picture series and raw streams are not among them: they
#: would open other files or addresses, or have no times.
_FORMATS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,ogg,wav,mp3,aac,flac"
_OPTIONS: Final = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}

_PICTURE_STARTS: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_PICTURE_BRANDS: Final = (b"heic", b"heix", b"heim", b"mif1", b"msf1", b"avif", b"avis")
_HINT: Final = "Choose the mp4, mov or webm file as the phone or browser recorded it."


def unreadable(path: Path, seen: str, *, hint: str = _HINT) -> UnreadableVideoError:
    """Build the refusal of a file that cannot be read as a video."""
    return UnreadableVideoError(f"{path.name}: {seen}", hint=hint)


def check_file(path: Path) -> int:
    """Refuse what cannot be a video before any library touches it.

    Returns
    -------
    int
        Size in bytes.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise unreadable(path, "this is a folder, and one video file is needed.")
        if not stat.S_ISREG(status.st_mode):
            raise unreadable(path, "this is a device or a pipe, and a video file is needed.")
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError as err:
        raise unreadable(path, "there is no such file.", hint="Check the name and the folder.") from err
    except (OSError, ValueError) as err:  # ValueError: a zero byte in the name
        reason = err.strerror if isinstance(err, OSError) and err.strerror else "not a file name"
        raise unreadable(path, f"the file cannot be opened ({reason}).", hint="Check name and permissions.") from err
    if not head:
        raise unreadable(path, "the file is empty.", hint="Copy it from the phone again, or film once more.")
    if _is_picture(head):
        raise unreadable(path, "this is a picture, and a video is needed.", hint="Film the movement as a video.")
    return status.st_size


def _is_picture(head: bytes) -> bool:
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return webp or head.startswith(_PICTURE_STARTS) or (head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS)


@contextmanager
def open_source(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video file and its picture track; everything PyAV complains about inside becomes our refusal."""
    try:
        # An absolute path is never taken for an address, whatever the file is called.
        with av.open(str(path.absolute()), options=_OPTIONS) as container:
            yield container, _picture_track(path, container)
    except InputError:
        raise
    except (av.FFmpegError, UnicodeError) as err:
        raise unreadable(path, f"this cannot be read as a video ({_reason(err)}).") from err


def _picture_track(path: Path, container: InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        raise unreadable(path, "no video track; the file holds only sound or data.")
    if stream.codec_context is None:  # PyAV has no decoder for it
        raise unreadable(path, "the video is in a format that cannot be decoded (unknown or encrypted).")
    return stream


def packets(path: Path, container: InputContainer, stream: VideoStream) -> Iterator[av.Packet[VideoStream]]:
    """Yield all packets of the picture track and at last an empty one, with which decoders give their last frames."""
    try:
        yield from container.demux(stream)
    except IndexError as err:  # PyAV knows only the tracks that were there at the beginning
        raise unreadable(path, "the file is damaged: a new track begins in the middle.") from err


def is_counted(container: InputContainer) -> bool:
    """Whether frames are matched by counting: AVI stores no presentation times, only an order."""
    return container.format.name == "avi"


def _reason(err: Exception) -> str:
    text = getattr(err, "strerror", None) or str(err)
    return str(text).splitlines()[0].strip().rstrip(".").lower()
