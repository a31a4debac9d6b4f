"""Opening: tables of the right version, two at once, a newer program's database, the jobs of an earlier version."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import screening.store
from screening.core.errors import ConfigError, StorageError
from screening.core.screen import Person
from screening.jobs.queue import JobQueue, JobState
from screening.store import open_store
from screening.store.database import Database
from screening.store.schema import HEAD, META
from tests import postgres


def _script(text, *arguments):
    return subprocess.Popen([sys.executable, "-c", text, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def test_the_migrations_make_what_the_program_expects(store):
    with store.database.read() as db:
        assert compare_metadata(MigrationContext.configure(db), META) == []
    assert store.database.version() == HEAD
    folder = Path(screening.store.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_a_database_of_a_newer_program_is_refused(store, opened):
    with store.database.write() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StorageError, match=r"newer version.*9999") as refused:
        opened()
    assert "newer version" in refused.value.hint


OPEN = """
import sys
from pathlib import Path
from screening.core.screen import Person
from screening.store import open_store
sys.stdin = None
with open_store(Path(sys.argv[1]), sys.argv[2] or None) as store:
    store.people.add(Person(code=sys.argv[3]), who="local")
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_processes_may_open_a_new_store_at_once(request, tmp_path, kind):
    url = ""
    if kind == "postgresql":
        home = request.getfixturevalue("cluster")
        postgres.execute(home, "CREATE DATABASE fresh")
        url = postgres.url(home, "fresh")
    running = [_script(OPEN, tmp_path / "data", url, f"P{k}") for k in range(2)]
    assert [process.wait(30) for process in running] == [0, 0]
    with open_store(tmp_path / "data", url or None) as store:
        assert [p.code for p in store.people.search()] == ["P0", "P1"]


def test_the_jobs_of_an_earlier_version_are_taken_over(tmp_path):
    old = sqlite3.connect(tmp_path / "jobs.db")
    old.execute("PRAGMA journal_mode=WAL")
    old.execute(
        "CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id VARCHAR(32) NOT NULL UNIQUE, key_sha256 "
        "VARCHAR(64) NOT NULL, video VARCHAR(300) NOT NULL, options TEXT NOT NULL, state VARCHAR(12) NOT NULL, stage "
        "VARCHAR(12) NOT NULL, done FLOAT NOT NULL, total FLOAT NOT NULL, fraction FLOAT NOT NULL, seconds_left FLOAT, "
        "what TEXT NOT NULL, hint TEXT NOT NULL, cancel BOOLEAN NOT NULL, worker VARCHAR(32) NOT NULL, pid INTEGER NOT "
        "NULL, tries INTEGER NOT NULL, created_at FLOAT NOT NULL, heartbeat_at FLOAT NOT NULL, finished_at FLOAT)"
    )
    import json

    from screening.core.serial import to_plain
    from screening.core.settings import TakeOptions
    from screening.jobs.queue import _hash

    options = json.dumps(to_plain(TakeOptions(movement="squat")))
    values = ("j1", _hash("key"), "video/a.mp4", options, "done", "", 1, 1, 1, None, "", "", 0, "", 0, 1, 5.5, 6.5, 7.5)
    old.execute(f"INSERT INTO jobs VALUES (NULL{', ?' * len(values)})", values)
    old.commit()
    old.close()
    queue = JobQueue(tmp_path)
    queue.create_schema()
    queue.create_schema()
    job = queue.find("j1", "key")
    assert (job.state, job.options.movement, job.created_at) == (JobState.DONE, "squat", 5.5)
    assert queue.find("j1", "other") is None
    queue.close()
    assert not list(tmp_path.glob("jobs.db*"))


KILLED = """
import os, signal, sys, sqlite3
from pathlib import Path
import screening.store.database as database
def die(db, old):
    os.kill(os.getpid(), signal.SIGKILL)
database._take_over_jobs = die
(Path(sys.argv[1]) / "jobs.db").touch()
database.Database(Path(sys.argv[1])).prepare()
"""


@pytest.mark.slow
def test_an_upgrade_killed_in_the_middle_leaves_nothing_half_done(tmp_path):
    process = _script(KILLED, tmp_path)
    assert process.wait(30) == -signal.SIGKILL
    database = Database(tmp_path)
    assert database.version() is None
    database.prepare()
    assert database.version() == HEAD
    database.close()


def test_an_address_that_is_none_is_refused_in_two_lines(tmp_path):
    for url, error in (("nonsense", ConfigError), ("mysql://host/x", ConfigError)):
        with pytest.raises(error) as refused:
            open_store(tmp_path / "data", url)
        assert refused.value.hint


def test_a_database_that_does_not_answer_is_said_without_its_password(tmp_path):
    with pytest.raises(StorageError, match="did not do what was asked") as refused:
        open_store(tmp_path / "data", f"postgresql://me:secret@/x?host={tmp_path}")
    assert "secret" not in refused.value.what


@pytest.mark.parametrize("name", ["screening.db", "jobs.db"])
def test_a_file_that_is_no_database_is_said_in_two_lines(tmp_path, name):
    (tmp_path / name).write_bytes(b"this is no database, but long enough to be one" * 100)
    with pytest.raises(StorageError, match="not a database") as refused:
        open_store(tmp_path)
    assert refused.value.hint
    assert (tmp_path / name).exists()


def test_the_database_is_chosen_by_a_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("SCREENING_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with open_store(tmp_path / "data") as store:
        store.people.add(Person(code="X"), who="local")
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "data" / "screening.db").exists()


def test_a_full_disk_is_said_and_what_was_saved_stays(tmp_path, empty_folder):
    import shutil

    shutil.copytree(empty_folder, tmp_path / "data")
    with open_store(tmp_path / "data") as store:
        store.people.add(Person(code="kept"), who="local")
        with store.database.read() as db:
            pages = db.exec_driver_sql("PRAGMA page_count").scalar()
        sa.event.listen(store.database.engine, "begin", lambda db: db.exec_driver_sql(f"PRAGMA max_page_count={pages}"))
        with pytest.raises(StorageError, match="is full"):
            for k in range(500):
                store.people.add(Person(code=f"{k:0>90}"), who="local")
        assert store.people.by_code("kept") is not None


WRITER = """
import sys
from pathlib import Path
from screening.core.screen import Person, TakeEntry
from screening.store import ReviewContent, open_store
data = Path(sys.argv[1])
store = open_store(data, sys.argv[2] or None)
person = store.people.add(Person(code="K"), who="local")
screen = store.screens.add(person.id, who="local")
review = store.reviews.open(screen.id, who="local")
for k in range(100000):
    upload = data / f"upload-{k}"
    upload.write_bytes(b"%d" % k * 1000)
    store.takes.add(screen.id, TakeEntry(video=""), upload, file_name="a.mp4", who="local")
    review = store.reviews.save(review, ReviewContent(notes=f"note {k}"), who="local")
    print(k, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kill_minus_9_loses_no_finished_recording_and_no_note(new_database, tmp_path, kind):
    url = new_database() if kind == "postgresql" else None
    process = _script(WRITER, tmp_path, url or "")
    saved = -1
    while saved < 8:
        saved = int(process.stdout.readline())
    time.sleep(0.013)
    process.send_signal(signal.SIGKILL)
    saved = max([saved, *map(int, process.stdout.read().split())])
    process.wait(10)
    with open_store(tmp_path, url) as store:
        store.recover()
        (screen,) = store.screens.of_person(store.people.by_code("K").id)
        takes = store.takes.of_screen(screen.id)
        contents = [store.takes.video(take).read_bytes() for take in takes]
        assert contents[: saved + 1] == [b"%d" % k * 1000 for k in range(saved + 1)]
        assert len(takes) + len(list(tmp_path.glob("upload-*"))) >= saved + 1
        note = store.reviews.latest(screen.id).content.notes
        assert int(note.split()[1]) >= saved
        assert not [take for take in takes if take.video == ""]
