"""Values with their error as text: rounding, units and signs, the same in every table.

May import: the standard library only.
"""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
#: Half width of a 95 % range in standard errors.
Z95 = 1.96
_UNIT_TEXT = {"deg": "°", "s": " s", "pct": " %"}


def decimals(margin: float, unit: str) -> int:
    """Return how many decimals a value deserves, given its 95 % margin in the same unit.

    Degrees and percent: one decimal if the margin is below 2, else none. Seconds: two below 0.2, else one. A margin
    that is not known (NaN) gives no more than a large one.

    Examples
    --------
    >>> decimals(1.2, "deg"), decimals(5.0, "deg"), decimals(0.1, "s")
    (1, 0, 2)
    """
    if unit == "s":
        return 2 if margin < 0.2 else 1
    return 1 if margin < 2.0 else 0


def with_unit(value: float, places: int, unit: str, *, signed: bool = False) -> str:
    """Write a number with its unit and a real minus sign; a rounded zero has no sign; NaN gives "".

    Examples
    --------
    >>> with_unit(-3.26, 1, "deg"), with_unit(3.26, 1, "deg", signed=True), with_unit(-0.04, 1, "deg")
    ('−3.3°', '+3.3°', '0.0°')
    """
    if math.isnan(value):
        return ""
    digits = f"{abs(value):.{places}f}"
    zero = float(digits) == 0.0
    sign = "" if zero else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{digits}{_UNIT_TEXT[unit]}"


def value_and_error(value: float, sem: float, unit: str, *, signed: bool = False) -> tuple[str, str]:
    """Write a value and its 95 % margin, both rounded by the margin; an unknown margin gives "".

    Examples
    --------
    >>> value_and_error(91.63, 3.1, "deg")
    ('92°', '± 6°')
    """
    margin = Z95 * sem
    places = decimals(margin, unit)
    error = with_unit(_at_least_one_digit(margin, places), places, unit)
    return with_unit(value, places, unit, signed=signed), f"± {error}" if error else ""


def _at_least_one_digit(margin: float, places: int) -> float:
    """An error is never shown as zero: the smallest digit shown is the least that is claimed."""
    return margin if math.isnan(margin) else max(margin, 10.0**-places)
