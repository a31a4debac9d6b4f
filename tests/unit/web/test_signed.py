"""What somebody gets of their own signed report: signed versions only, and only what is as it was signed."""

import pytest

from screening.core.screen import Person
from screening.web.access import grant
from screening.web.session import LOCAL
from screening.web.signed import own, signed_address, signed_versions


@pytest.fixture
def screen(site):
    person = site.store.people.add(Person(code="A-1"), who=LOCAL)
    return site.store.screens.add(person.id, who=LOCAL)


@pytest.fixture
def sign(site, screen, tmp_path):
    """Sign the open version with a report that says its number."""

    def make():
        review = site.store.reviews.open(screen.id, who=LOCAL)
        folder = tmp_path / f"signed-{review.version}"
        (folder / "takes").mkdir(parents=True)
        (folder / "report.html").write_text(f"version {review.version}")
        (folder / "takes" / "evidence.npz").write_text("points")
        report = site.store.results.add(screen.id, folder, who=LOCAL)
        return site.store.reviews.sign(review, report, name="Dr", who=LOCAL)

    return make


@pytest.fixture
def get(site, client_of, screen):
    given = grant(own(screen.id), LOCAL, browser="")
    return lambda review, name="report.html", given=given: client_of(site).get(
        "/" + signed_address(review, name, given)
    )


def test_each_signed_version_stays(site, screen, sign, get):
    first = sign()
    site.store.reviews.reopen(first, who=LOCAL)
    assert [review.version for review in signed_versions(site.store.reviews.versions(screen.id))] == [1]
    second = sign()
    assert [review.version for review in signed_versions(site.store.reviews.versions(screen.id))] == [2, 1]
    assert (get(first).text, get(second).text) == ("version 1", "version 2")
    assert get(second).headers["content-disposition"].startswith("inline")


def test_an_open_version_is_not_there(site, sign, get):
    reopened = site.store.reviews.reopen(sign(), who=LOCAL)
    assert get(reopened).status_code == 404


@pytest.mark.parametrize("name", ["takes/evidence.npz", "../report.html", "other.html", "takes"])
def test_only_the_files_of_a_report(sign, get, name):
    assert get(sign(), name).status_code == 404


def test_a_grant_for_the_clinicians_pages_opens_nothing_here(screen, sign, get):
    review = sign()
    assert get(review, given=grant(screen.id, LOCAL, browser="")).status_code == 404
    assert get(review, given=grant(own("other"), LOCAL, browser="")).status_code == 404
    assert get(review).status_code == 200
