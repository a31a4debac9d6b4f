"""Reviews: versions, saving side by side, signing, and noticing what was changed afterwards."""

import pytest
import sqlalchemy as sa

from screening.core.errors import StorageError, UsageError
from screening.store import ReviewContent, ScreenState
from screening.store.schema import REVIEWS

CONTENT = ReviewContent(
    corrections={"back_left": {"lead": "right", "drop": [2]}},
    decisions={"hike_over_reach": {"accepted": True, "words": "Hüfte"}},
    notes="seen twice",
)


@pytest.fixture
def review(store, screen):
    return store.reviews.open(screen.id, who="local")


def test_opening_twice_gives_the_same_version(store, screen, review):
    assert store.reviews.open(screen.id, who="local") == review
    assert (review.version, review.revision, review.is_signed) == (1, 1, False)
    assert store.screens.get(screen.id).state is ScreenState.IN_REVIEW


def test_what_is_saved_comes_back(store, screen, review):
    saved = store.reviews.save(review, CONTENT, who="local")
    assert saved.revision == 2
    assert store.reviews.latest(screen.id) == saved
    assert saved.content == CONTENT


def test_nobody_overwrites_what_another_has_saved(store, screen, review):
    store.reviews.save(review, CONTENT, who="local")
    with pytest.raises(StorageError, match="elsewhere"):
        store.reviews.save(review, ReviewContent(notes="late"), who="local")
    assert store.reviews.latest(screen.id).content == CONTENT


def test_a_blind_rating_stays_as_it_is(store, review):
    rated = store.reviews.rate_blind(review, {"hike": "left"}, who="local")
    assert rated.rated_at is not None
    with pytest.raises(UsageError, match="rated already"):
        store.reviews.rate_blind(rated, {"hike": "right"}, who="local")
    changed = ReviewContent(notes="n", ratings={"hike": "right"})
    assert store.reviews.save(rated, changed, who="local").content.ratings == {"hike": "left"}


def test_a_signed_review_never_changes_and_reopening_keeps_it(store, screen, review, measure):
    saved = store.reviews.save(review, CONTENT, who="local")
    signed = store.reviews.sign(saved, measure(), name=" Dr Ann ", who="local")
    assert (signed.signed_by, store.screens.get(screen.id).state) == ("Dr Ann", ScreenState.SIGNED)
    assert store.reviews.faults(signed) == []
    with pytest.raises(StorageError):
        store.reviews.save(signed, ReviewContent(), who="local")
    second = store.reviews.reopen(signed, who="local")
    assert (second.version, second.content, second.is_signed) == (2, CONTENT, False)
    assert store.reviews.versions(screen.id) == [signed, second]
    assert store.screens.get(screen.id).state is ScreenState.IN_REVIEW
    for wrong in (signed, second):
        with pytest.raises(UsageError, match="newest signed"):
            store.reviews.reopen(wrong, who="local")


def test_a_signature_needs_a_name_and_the_true_report(store, review, measure):
    result = measure()
    with pytest.raises(UsageError, match="name"):
        store.reviews.sign(review, result, name=" ", who="local")
    (store.results.folder(result) / "screen.json").write_text("other", encoding="utf-8")
    with pytest.raises(StorageError, match=r"screen\.json"):
        store.reviews.sign(review, result, name="Ann", who="local")


def test_changes_after_signing_are_noticed(store, screen, review, measure):
    result = measure()
    signed = store.reviews.sign(review, result, name="Ann", who="local")
    with store.database.write() as db:
        db.execute(sa.update(REVIEWS).values(notes="added later"))
    (store.results.folder(result) / "screen.json").write_text("other", encoding="utf-8")
    assert store.reviews.faults(store.reviews.latest(screen.id)) == ["review", "screen.json"]
    assert store.reviews.faults(signed) == ["screen.json"]
