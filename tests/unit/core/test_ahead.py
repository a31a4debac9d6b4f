"""Items made ahead in another thread."""

from __future__ import annotations

import threading

import pytest

from screening.core.ahead import ahead


def test_an_item_is_made_while_the_one_before_is_used():
    made = [threading.Event() for _ in range(3)]

    def items():
        for k, event in enumerate(made):
            event.set()
            yield k

    coming = ahead(items())
    assert next(coming) == 0
    assert made[1].wait(5.0)
    assert list(coming) == [1, 2]


def test_errors_come_out_in_their_place():
    def items():
        yield 1
        raise ValueError("torn")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="torn"):
        next(coming)


def test_nothing_gives_nothing_and_none_is_an_item():
    assert list(ahead([])) == []
    assert list(ahead([None, 1])) == [None, 1]
