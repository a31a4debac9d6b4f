"""backup, restore and expire as somebody at the command line sees them."""

import json
import zipfile

import pytest

from screening.cli import main
from screening.core.screen import Person, TakeEntry
from screening.store import open_store


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    with open_store(folder, clock=lambda: 1000.0) as store:
        person = store.people.add(Person(code="A-17"), who="local")
        screen = store.screens.add(person.id, who="local")
        (tmp_path / "film").write_bytes(b"12345")
        store.takes.add(screen.id, TakeEntry(video=""), tmp_path / "film", file_name="a.mp4", who="local")
    return folder


def test_backup_then_restore_elsewhere(data, tmp_path, capsys):
    out = tmp_path / "b.zip"
    assert main(["backup", str(out), "--data", str(data)]) == 0
    assert "1 files" in capsys.readouterr().out
    assert zipfile.is_zipfile(out)
    assert main(["backup", str(out), "--data", str(data)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert main(["restore", str(out), "--data", str(tmp_path / "new"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "rows": 6, "files": 1, "erased_again": 0}
    with open_store(tmp_path / "new") as store:
        assert [p.code for p in store.people.search()] == ["A-17"]
    assert main(["restore", str(out), "--data", str(tmp_path / "new")]) == 2
    assert main(["restore", str(out), "--data", str(tmp_path / "new"), "--force", "--quiet"]) == 0


def test_expire_tells_first_and_deletes_then(data, capsys):
    assert main(["expire", "--data", str(data), "--dry-run", "--json"]) == 0
    told = {"ok": True, "videos": 1, "size_bytes": 5, "dry_run": True}
    assert json.loads(capsys.readouterr().out) == told
    assert list(data.rglob("video.mp4"))
    assert main(["expire", "--data", str(data), "--days", "30"]) == 0
    assert "1 videos deleted" in capsys.readouterr().out
    assert not list(data.rglob("video.mp4"))


@pytest.mark.parametrize("command", [["backup", "b.zip"], ["expire"]])
def test_a_data_folder_that_is_not_there_is_not_made(command, tmp_path, capsys):
    assert main([*command, "--data", str(tmp_path / "none")]) == 5
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("days", ["-1", "soon", "1e9"])
def test_days_are_days(days):
    assert main(["expire", "--days", days]) == 2
