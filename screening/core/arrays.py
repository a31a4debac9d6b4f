"""Read-only arrays and their types.

May import: numpy and the standard library.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def frozen_array(array: Any, dtype: Any) -> NDArray[Any]:
    """Read-only copy of an array; one that is read-only already and its own owner is shared instead."""
    if isinstance(array, np.ndarray) and array.dtype == dtype and array.base is None and not array.flags.writeable:
        return array
    out = np.array(array, dtype=dtype, copy=True)
    out.setflags(write=False)
    return out


def given(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, given away by who made it: read-only from now on, so that `frozen_array` need not copy it."""
    array.setflags(write=False)
    return array


def freeze(instance: object, **arrays: NDArray[Any]) -> None:
    """Put read-only arrays into a frozen object while it is being made."""
    for name, array in arrays.items():
        object.__setattr__(instance, name, array)
