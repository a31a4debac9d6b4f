"""Errors of commands in the language that was asked for."""

import csv
import json

import pytest

from screening import cli


@pytest.fixture
def empty_video(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "set.mp4").write_bytes(b"")
    return folder / "set.mp4"


@pytest.mark.parametrize(
    ("language", "what", "hint"),
    [
        ("en", "set.mp4: the file is empty.", "Copy it from the phone again, or film once more."),
        ("es", "set.mp4: el archivo está vacío.", "Cópielo otra vez del teléfono, o grabe de nuevo."),
    ],
)
def test_a_refused_take_says_why_in_its_language(empty_video, tmp_path, capsys, language, what, hint):
    call = ["analyze", str(empty_video), "-o", str(tmp_path / "out"), "--language", language, "--json"]
    assert cli.main(call) == 3
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [what, hint]
    assert json.loads(printed.out) == {"ok": False, "exit_code": 3, "what": what, "hint": hint}


def test_a_batch_says_its_refusals_in_its_language(empty_video, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["batch", str(empty_video.parent), "-o", str(out), "--language", "es", "--workers", "1"]) == 0
    what, hint = "set.mp4: el archivo está vacío.", "Cópielo otra vez del teléfono, o grabe de nuevo."
    assert f"set.mp4: refused: {what}\n  {hint}\n" in capsys.readouterr().out
    with (out / "summary.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["reason"], row["hint"]) == (what, hint)


def test_a_folder_in_the_way_is_said_in_the_language(empty_video, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("x")
    assert cli.main(["analyze", str(empty_video), "-o", str(tmp_path / "out"), "--language", "es"]) == 2
    assert capsys.readouterr().err.splitlines()[1] == "Indique una carpeta nueva con -o."
