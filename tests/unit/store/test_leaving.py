"""Retention, export and erasure: what goes, what stays, and that it is really gone."""

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from screening.core.errors import UsageError
from screening.core.screen import Person
from screening.core.settings import StoreSettings, TakeOptions
from screening.jobs.queue import JobQueue, JobState
from screening.store import Action, ConsentKind, ReviewContent, Role, erasure, person_export, retention
from screening.store.backup import backup
from tests import postgres

DAY = 86_400
SETTINGS = StoreSettings(keep_video_days=30)


def test_videos_go_after_their_time_but_not_those_kept_on_purpose(store, screen, film, clock):
    old, kept = film(b"old"), film(b"kept")
    store.takes.keep(kept.id, True, who="local")
    clock.now += 29 * DAY
    young = film(b"young")
    assert retention.expire(store, settings=SETTINGS).takes == ()
    clock.now += 2 * DAY
    assert retention.expire(store, settings=SETTINGS, only_look=True).takes == (old.id,)
    assert store.takes.video(store.takes.get(old.id)).exists()
    gone = retention.expire(store, settings=SETTINGS)
    assert (gone.takes, gone.size_bytes) == ((old.id,), 3)
    assert retention.expire(store, settings=SETTINGS).takes == ()
    found = store.takes.get(old.id)
    assert (found.video, found.video_deleted_at, store.takes.video(found)) == ("", clock.now, None)
    assert not (store.files.root / "videos" / old.id).exists()
    for take in (kept, young):
        assert store.takes.video(store.takes.get(take.id)).exists()
    line = store.audit.lines(old.id)[0]
    assert (line.action, line.who) == (Action.EXPIRED, retention.BY_ITSELF)


def test_videos_of_single_takes_go_too_and_their_results_stay(tmp_path, clock, empty_folder):
    import shutil

    from screening.store import open_store

    shutil.copytree(empty_folder, tmp_path / "data")
    queue = JobQueue(tmp_path / "data", clock=clock)
    for name in ("over", "waits"):
        for kind in ("video", "results"):
            (queue.folder(name) / kind).mkdir(parents=True)
            (queue.folder(name) / kind / "a").write_bytes(b"12345")
        queue.submit(name, "key", video="video/a", options=TakeOptions())
    queue.finish(queue.claim("w", 1), JobState.DONE)
    queue.close()
    clock.now += 31 * DAY
    with open_store(tmp_path / "data", clock=clock) as store:
        gone = retention.expire(store, settings=SETTINGS)
    assert (gone.jobs, gone.size_bytes) == (("over",), 5)
    assert not (queue.folder("over") / "video").exists()
    assert (queue.folder("over") / "results" / "a").exists()
    assert (queue.folder("waits") / "video" / "a").exists()


@pytest.fixture
def everything(store, person, screen, film, measure):
    """One person of whom everything is known, and another."""
    store.people.consent(person.id, ConsentKind.STORAGE, wording="en-1", who="local")
    store.screens.answer(screen.id, {"painful_side": "right", "words": "MYSECRETANSWER"}, who="local")
    film(b"MYVIDEO")
    film(b"other", lead=None)
    review = store.reviews.open(screen.id, who="local")
    review = store.reviews.save(review, ReviewContent(notes="MYSECRETNOTE"), who="local")
    store.reviews.sign(review, measure('{"a": "MYRESULT"}'), name="Dr Ann", who="local")
    other = store.people.add(Person(code="OTHERCODE"), who="local")
    return store.screens.add(other.id, who="local")


def test_the_export_holds_everything_about_one_person(store, person, screen, everything):
    pieces = list(person_export.stream(store, person.id, who="local"))
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        about = json.loads(archive.read("person.json"))
        told = json.loads(archive.read("screens/1/screen.json"))
        assert archive.read("screens/1/videos/split_squat_back_left.mp4") == b"MYVIDEO"
        assert archive.read("screens/1/results/1/screen.json") == b'{"a": "MYRESULT"}'
        assert b"OTHERCODE" not in b"".join(archive.read(name) for name in names)
    assert len(names) == 6
    assert about["person"]["code"] == "A-17"
    assert [consent["kind"] for consent in about["consents"]] == ["storage"]
    assert told["screen"]["intake"]["words"] == "MYSECRETANSWER"
    assert told["reviews"][0]["content"]["notes"] == "MYSECRETNOTE"
    assert len(told["takes"]) == 2
    assert store.audit.lines(person.id)[0].action is Action.EXPORTED


def test_the_export_is_a_file_for_this_user_alone(store, person, everything, tmp_path):
    out = person_export.write(store, person.id, tmp_path / "me.zip", who="local")
    assert zipfile.is_zipfile(out)
    assert out.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.glob("*me.zip*")] == ["me.zip"]


def test_large_files_are_exported_in_pieces(store, person, screen, film):
    film(bytes(3_500_000))
    assert max(map(len, person_export.stream(store, person.id, who="local"))) <= (1 << 20) + 4096


def test_nobody_is_exported_or_erased_by_a_wrong_id(store):
    with pytest.raises(UsageError, match="known here"):
        person_export.stream(store, "nobody", who="local")
    with pytest.raises(UsageError, match="known here"):
        erasure.erase(store, "nobody", who="local")


def _bytes_of(data):
    return b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())


def test_an_erased_person_leaves_no_byte_behind(store, person, screen, everything, clock):
    data = store.database.folder
    uploads = data / "uploads"
    uploads.mkdir()
    (uploads / "t1.ticket").write_text(json.dumps({"id": "t1", "screen": screen.id}), encoding="utf-8")
    (uploads / "t1.part").write_bytes(b"MYHALFVIDEO")
    (uploads / "t2.ticket").write_text(json.dumps({"id": "t2", "screen": everything.id}), encoding="utf-8")
    words = [b"A-17", b"MYSECRETANSWER", b"MYSECRETNOTE", b"MYVIDEO", b"MYRESULT", b"MYHALFVIDEO"]
    before = _bytes_of(data)
    assert b"MYVIDEO" in before
    clock.now += 60
    done = erasure.erase(store, person.id, who="local")
    assert (done.rows, done.screens, done.backups) == (7, 1, ())
    after = _bytes_of(data)
    assert [word for word in words if word in after] == []
    assert store.people.get(person.id) is None
    assert store.screens.get(screen.id) is None
    assert store.screens.get(everything.id) is not None
    assert (uploads / "t2.ticket").exists()
    (line,) = [line for line in store.audit.lines(person.id) if line.action is Action.ERASED]
    assert (line.at, line.detail) == (clock.now, {"screens": 1})


def test_an_erased_users_name_is_gone_too(store, film):
    user = store.users.seen("issuer|77", "Real Name", Role.PERSON)
    patient = store.people.add(Person(code="U-1"), who=user.id, user=user.id)
    erasure.erase(store, patient.id, who=user.id)
    assert store.users.get(user.id) is None
    assert {line.who for line in store.audit.lines(patient.id)} == {user.id}


def test_an_erased_person_is_gone_from_the_files_of_postgresql(request, store, person, screen, everything):
    if store.database.is_sqlite:
        return  # the test above has read the file
    home = request.getfixturevalue("cluster")
    with store.database.read() as db:
        number = db.execute(sa.text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar()
    tables = home / "data" / "base" / str(number)
    postgres.execute(home, "CHECKPOINT")
    assert b"MYSECRETNOTE" in _bytes_of(tables)
    erasure.erase(store, person.id, who="local")
    postgres.execute(home, "CHECKPOINT")
    assert b"MYSECRETNOTE" not in _bytes_of(tables)


def test_erasing_names_the_backups_that_still_hold_the_person(store, person, screen, tmp_path, clock):
    clock.now += 10
    backup(store, tmp_path / "b.zip")
    assert erasure.erase(store, person.id, who="local").backups == (clock.now,)


def test_erasing_says_so_while_another_reader_holds_the_old_bytes(tmp_path, empty_folder):
    import shutil
    import sqlite3

    from screening.core.errors import StorageError
    from screening.store import open_store

    shutil.copytree(empty_folder, tmp_path / "data")
    with open_store(tmp_path / "data", settings=StoreSettings(busy_timeout_s=0.05)) as store:
        person = store.people.add(Person(code="HELDCODE"), who="local")
        reader = sqlite3.connect(tmp_path / "data" / "screening.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        with pytest.raises(StorageError) as refused:
            erasure.erase(store, person.id, who="local")
        assert refused.value.hint
        reader.close()
        erasure.scrub(store)
    assert b"HELDCODE" not in _bytes_of(tmp_path / "data")
