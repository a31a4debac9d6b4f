"""Backups: whole, checked, readable into either database, and never over something unasked."""

import json
import shutil
import zipfile

import pytest

from screening.core.errors import InputError, OutputExistsError, StorageError
from screening.core.screen import Person
from screening.store import ConsentKind, ReviewContent, ScreenState, erasure, open_store
from screening.store.backup import backup
from screening.store.restore import restore

#: Whole stores on disk, in both databases.
pytestmark = pytest.mark.slow


@pytest.fixture
def saved(store, person, screen, film, measure, tmp_path):
    """A backup of a store with a bit of everything."""
    film(b"MYVIDEO")
    review = store.reviews.open(screen.id, who="local")
    review = store.reviews.save(review, ReviewContent(notes="Größe"), who="local")
    store.reviews.sign(review, measure('{"a": 1}'), name="Ann", who="local")
    job = store.database.folder / "jobs" / "j1" / "results"
    job.mkdir(parents=True)
    (job / "report.html").write_text("report", encoding="utf-8")
    return backup(store, tmp_path / "backup.zip").path


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path, empty_folder, new_database):
    """Another, empty store, in the one database or the other."""
    address = new_database() if request.param == "postgresql" else None
    if address is None:
        shutil.copytree(empty_folder, tmp_path / "target")
    with open_store(tmp_path / "target", address) as found:
        yield found


def _all_of(store):
    (person,) = store.people.search()
    (screen,) = store.screens.of_person(person.id)
    takes = store.takes.of_screen(screen.id)
    return person, screen, takes, store.results.of_screen(screen.id), store.reviews.versions(screen.id)


def test_everything_comes_back_into_either_database(store, saved, target):
    done = restore(target, saved)
    assert done.files == 4
    assert _all_of(target) == _all_of(store)
    person, screen, (take,), (result,), (review,) = _all_of(target)
    assert target.takes.video(take).read_bytes() == b"MYVIDEO"
    assert target.results.changed_files(result) == []
    assert target.reviews.faults(review) == []
    assert (screen.state, review.content.notes) == (ScreenState.SIGNED, "Größe")
    assert (target.database.folder / "jobs" / "j1" / "results" / "report.html").read_text() == "report"
    assert sorted(p.name for p in target.database.folder.iterdir() if p.name.startswith(".")) == []
    numbers = [line.number for line in target.audit.lines()]
    assert len(numbers) == len(set(numbers)) == len(store.audit.lines())
    target.people.consent(person.id, ConsentKind.SHARING, wording="x", who="local")
    assert target.audit.lines()[0].number == max(numbers) + 1


def test_a_store_that_is_not_empty_is_replaced_only_if_told(store, saved, target):
    target.people.add(Person(code="here before"), who="local")
    with pytest.raises(OutputExistsError, match="in use"):
        restore(target, saved)
    assert [p.code for p in target.people.search()] == ["here before"]
    restore(target, saved, force=True)
    assert [p.code for p in target.people.search()] == ["A-17"]
    with pytest.raises(Exception, match="only ever added"), target.database.write() as db:
        db.exec_driver_sql("DELETE FROM audit")


def test_whoever_was_erased_here_does_not_come_back(store, person, saved):
    erasure.erase(store, person.id, who="local")
    assert restore(store, saved, force=True).erased_again == 1
    assert store.people.search() == []
    assert not list((store.files.root / "videos").rglob("*.mp4"))


def _rewritten(source, out, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out


def _flip(name, content):
    return content.replace(b"MYVIDEO", b"MYVIDEX")


def _forget(name, content):
    return None if name.endswith(".mp4") else content


def _age(name, content):
    return json.dumps(json.loads(content) | {"tables": "9999"}).encode() if name == "manifest.json" else content


def _no_manifest(name, content):
    return None if name == "manifest.json" else content


@pytest.mark.parametrize(
    ("change", "words"),
    [(_flip, "damaged"), (_forget, "missing"), (_age, "another version"), (_no_manifest, "no backup")],
)
def test_a_backup_that_is_not_whole_changes_nothing(store, saved, tmp_path, change, words):
    wrong = _rewritten(saved, tmp_path / "wrong.zip", change)
    before = _all_of(store)
    with pytest.raises(InputError, match=words) as refused:
        restore(store, wrong, force=True)
    assert refused.value.hint
    assert _all_of(store) == before
    assert store.takes.video(before[2][0]).read_bytes() == b"MYVIDEO"


def test_a_path_that_leads_out_is_refused(store, saved, tmp_path):
    import hashlib

    def climb(name, content):
        if name != "manifest.json":
            return content
        about = json.loads(content)
        about["sha256"]["data/../../evil"] = hashlib.sha256(b"x").hexdigest()
        return json.dumps(about).encode()

    wrong = _rewritten(saved, tmp_path / "wrong.zip", climb)
    with zipfile.ZipFile(wrong, "a") as archive:
        archive.writestr("data/../../evil", "x")
    with pytest.raises(InputError, match="leads out"):
        restore(store, wrong, force=True)
    assert not list(tmp_path.rglob("evil"))


def test_no_backup_and_no_file_are_told_apart(store, tmp_path):
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")
    for name, words in (("text.zip", "no backup"), ("nothing.zip", "no file")):
        with pytest.raises(InputError, match=words):
            restore(store, tmp_path / name, force=True)


def test_a_failure_in_the_middle_brings_the_old_content_back(store, saved, monkeypatch):
    from screening.store import restore as module

    before = _all_of(store)

    def broken(*_):
        raise StorageError("The disk is full.", hint="Make room.")

    monkeypatch.setattr(module, "_fill", broken)
    with pytest.raises(StorageError):
        restore(store, saved, force=True)
    assert _all_of(store) == before
    assert store.takes.video(before[2][0]).read_bytes() == b"MYVIDEO"


def test_a_backup_is_for_this_user_alone_and_overwrites_nothing(store, saved, tmp_path):
    assert saved.stat().st_mode & 0o077 == 0
    with pytest.raises(OutputExistsError, match="exists"):
        backup(store, saved)
    assert backup(store, saved, force=True).path == saved
    named = backup(store, tmp_path).path
    assert named.parent == tmp_path
    assert named.name.startswith("screening-")
