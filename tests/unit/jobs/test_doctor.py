"""What the doctor says about the database."""

from functools import partial

import sqlalchemy as sa

from screening.jobs import doctor
from screening.store import open_store
from screening.store.schema import HEAD


def _look(folder):
    return doctor._try("database", partial(doctor._database, folder))


def test_a_database_is_made_by_the_page_and_not_by_the_doctor(tmp_path):
    found = _look(tmp_path)
    assert found.ok
    assert "first opened" in found.text
    assert list(tmp_path.iterdir()) == []


def test_a_good_database_and_a_newer_one(tmp_path):
    with open_store(tmp_path) as store:
        assert _look(tmp_path).text == f"SQLite answers, tables {HEAD}"
        with store.database.write() as db:
            db.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    found = _look(tmp_path)
    assert not found.ok
    assert "9999" in found.text


def test_a_database_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("SCREENING_DATABASE", f"postgresql://me:secret@/x?host={tmp_path}")
    found = _look(tmp_path)
    assert not found.ok
    assert "secret" not in found.text
