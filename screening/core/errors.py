"""What can go wrong, said in two lines: what was seen and needed, and what to do.

May import: the standard library only.
"""

from __future__ import annotations

from typing import ClassVar


class ScreeningError(Exception):
    """A refusal that a person can act on.

    Parameters
    ----------
    what : str
        What was observed and what was required.
    hint : str
        The next step.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Keep both lines when the error crosses a process border."""
        return (_rebuild, (type(self), self.what, self.hint))

    @property
    def lines(self) -> tuple[str, str]:
        """Both lines, as printed and as shown on the page."""
        return self.what, self.hint


def _rebuild(kind: type[ScreeningError], what: str, hint: str) -> ScreeningError:
    return kind(what, hint=hint)


class UsageError(ScreeningError):
    """The call itself is wrong."""

    exit_code = 2


class OutputExistsError(UsageError):
    """Output is in the way and `--force` was not given."""


class InputError(ScreeningError):
    """The recording was refused."""

    exit_code = 3


class UnreadableVideoError(InputError):
    """Not a video, truncated, empty, or of a kind that cannot be decoded."""


class TooShortError(InputError):
    """Too little time or too few frames."""


class TooLargeError(InputError):
    """Longer or larger than the limits."""


class LowFrameRateError(InputError):
    """Too few frames a second."""


class NoPersonError(InputError):
    """No body in too many frames."""


class SeveralPeopleError(InputError):
    """Several people, and no single one is clearly meant."""


class BodyCutOffError(InputError):
    """A part of the body that is needed is outside of the picture or hidden."""


class TiltedCameraError(InputError):
    """The camera is rolled too far to be levelled afterwards."""


class WrongViewError(InputError):
    """What was declared contradicts what is seen."""


class NoRepetitionError(InputError):
    """The movement asked for does not occur."""


class ModelError(ScreeningError):
    """The pose model or a library it needs is missing or damaged."""

    exit_code = 4


class ConfigError(ScreeningError):
    """A setting or file of the user is wrong."""

    exit_code = 5


class CatalogError(ScreeningError):
    """A catalogue file of the program is wrong."""

    exit_code = 5


class StorageError(ScreeningError):
    """The disk is full or cannot be written."""

    exit_code = 5


class CancelledError(ScreeningError):
    """Somebody asked to stop."""

    exit_code = 130
