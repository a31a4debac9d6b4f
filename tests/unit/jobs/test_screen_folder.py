"""Whole screens into folders, with the takes' measuring replaced by results made by hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import screening
from screening import cli
from screening.core.errors import OutputExistsError, WrongViewError
from screening.core.settings import DEFAULTS
from screening.core.vocabulary import Quality, Side, View
from screening.jobs import screen_folder
from screening.jobs.screen_folder import read_screen, screen, screen_to_folder
from screening.jobs.screen_reports import write_reports
from tests.screens import BRIEF, result

#: Whole screens with their files.
pytestmark = pytest.mark.slow

SETTINGS = replace(DEFAULTS, screen=replace(DEFAULTS.screen, bootstrap_draws=100))


@pytest.fixture
def described(tmp_path):
    """A screen file for the person of the examples, with empty videos."""
    lines = ['[person]\ncode = "A-17"\n[intake]\npainful_side = "right"']
    for name, side, view, _ in BRIEF:
        (tmp_path / f"{name}.mp4").write_bytes(name.encode())
        lines.append(f'[[takes]]\nvideo = "{name}.mp4"\nlead = "{side}"\nview = "{view}"')
    path = tmp_path / "screen.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def measuring(monkeypatch):
    """Every video gives the take of its name; what it was asked with is kept."""
    asked = []

    def analyze(video, *, options, settings, progress, hooks=None):
        asked.append(options)
        progress("pose", 1, 2)
        for name, *rest in BRIEF:
            if Path(video).stem == name:
                return result(*rest)
        raise AssertionError(video)

    monkeypatch.setattr("screening.pipeline.analyze", analyze)
    return asked


def run(described, out, **named):
    return screen_to_folder(described, out, settings=SETTINGS, overlay=False, report=False, **named)


def test_a_screen_becomes_a_folder_with_all_of_its_takes(described, measuring, tmp_path):
    told = []
    out = tmp_path / "out"
    done = run(described, out, progress=lambda *step: told.append(step))
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()) == sorted(
        ["screen.json"]
        + [
            f"takes/{name}/{file}"
            for name, *_ in BRIEF
            for file in ("angles.csv", "landmarks.csv", "reps.csv", "result.json")
        ]
    )
    assert [(o.lead, o.view, o.quality) for o in measuring] == [(s, v, Quality.BEST) for _, s, v, _ in BRIEF]
    shares = [done_ / total for _, done_, total in told]
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0
    plain = json.loads((out / "screen.json").read_text(encoding="utf-8"))
    hike = plain["asymmetries"][0]
    assert {"metric", "unit", "left", "right", "difference", "ci95", "mdc95", "n_left", "n_right", "larger_side",
            "verdict", "reason", "view"} <= set(hike)  # fmt: skip
    assert (hike["metric"], hike["larger_side"], hike["verdict"], hike["view"]) == (
        "hip_hike_deg", "right", "clear", "back",
    )  # fmt: skip
    assert read_screen(out / "screen.json").findings == done.findings
    assert not list(tmp_path.glob(".*"))


def test_from_python_the_same_comes_as_objects(described, measuring, tmp_path):
    assert screening.screen is screen
    found = screen(described, quality=Quality.FAST, settings=SETTINGS)
    assert found.asymmetries[0].larger_side is Side.RIGHT
    assert {o.quality for o in measuring} == {Quality.FAST}
    assert {p.suffix for p in tmp_path.iterdir()} == {".toml", ".mp4"}


def test_earlier_results_are_replaced_only_with_force_and_others_never(described, measuring, tmp_path):
    out = tmp_path / "out"
    run(described, out)
    with pytest.raises(OutputExistsError, match="already holds"):
        run(described, out)
    run(described, out, force=True)
    (out / "takes" / "left_back" / "notes.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"takes/left_back/notes\.txt"):
        run(described, out, force=True)
    assert (out / "takes" / "left_back" / "notes.txt").read_text() == "mine"
    assert len(measuring) == 2 * len(BRIEF)


def test_a_refused_take_is_named_and_nothing_is_left(described, measuring, monkeypatch, tmp_path):
    measure = screen_folder.analyze_to_folder

    def refusing(video, out, **named):
        if video.stem == "right_back":
            raise WrongViewError("The left leg was declared to be in front.", hint="Is it the right leg?")
        return measure(video, out, **named)

    monkeypatch.setattr(screen_folder, "analyze_to_folder", refusing)
    with pytest.raises(WrongViewError, match=r"^right_back\.mp4: The left leg") as refused:
        run(described, tmp_path / "out")
    assert refused.value.hint == "Is it the right leg?"
    assert {p.suffix for p in tmp_path.iterdir()} == {".toml", ".mp4"}


def test_the_command_says_what_it_found(described, measuring, tmp_path, capsys):
    arguments = ["screen", str(described), "-o", str(tmp_path / "out"), "--no-overlay", "--no-report"]
    assert cli.main([*arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["person"], len(said["takes"])) == (True, "A-17", 2)
    assert said["asymmetries"][0]["larger_side"] == "right"
    assert "hip_hikes_more" in said["findings"]
    assert cli.main([*arguments, "--force"]) == 0
    out = capsys.readouterr().out
    assert "hip_hike_deg: left" in out
    assert out.endswith("A movement observation, never a diagnosis.\n")
    assert cli.main([*arguments, "--quiet"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_two_screens_of_one_person_are_compared(described, measuring, monkeypatch, tmp_path, capsys):
    run(described, tmp_path / "old")
    better = result(Side.RIGHT, View.BACK, {"pelvic_obliquity_deg": [0, 1, 0]})
    before = screening.pipeline.analyze
    monkeypatch.setattr(
        "screening.pipeline.analyze",
        lambda video, **named: better if Path(video).stem == "right_back" else before(video, **named),
    )
    run(described, tmp_path / "new")
    folders = [str(tmp_path / name) for name in ("old", "new")]
    assert cli.main(["compare", *folders, "-o", str(tmp_path / "compared")]) == 0
    said = capsys.readouterr().out
    assert "Hip hike, right side: 10.0 before, 0.0 now, a change of -10.0 degrees" in said
    assert (tmp_path / "compared" / "compare.txt").read_text(encoding="utf-8") == said
    plain = json.loads((tmp_path / "compared" / "compare.json").read_text(encoding="utf-8"))
    assert (plain["kind"], plain["person"], plain["old"], plain["new"]) == ("screen", "A-17", "old", "new")
    takes = [f"{folder}/takes/right_back" for folder in folders]
    assert cli.main(["compare", *takes, "-o", str(tmp_path / "takes"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"][0]["metric"] == "hip_hike_deg"


def test_different_people_kinds_and_empty_folders_are_not_compared(described, measuring, tmp_path, capsys):
    run(described, tmp_path / "old")
    described.write_text(described.read_text().replace("A-17", "B-2"))
    run(described, tmp_path / "new")
    (tmp_path / "empty").mkdir()
    old, new, out = tmp_path / "old", tmp_path / "new", tmp_path / "out"
    for pair, said in (
        ((old, new), "person code: 'A-17' and 'B-2'"),
        ((old, new / "takes" / "left_back"), "not of one kind"),
        ((old, tmp_path / "empty"), "neither a screen.json nor a result.json"),
    ):
        assert cli.main(["compare", *map(str, pair), "-o", str(out)]) == 5
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 2
        assert said in lines[0]
        assert not out.exists()


def test_the_reports_are_part_of_the_folder(described, measuring, tmp_path):
    """Called after all takes are there, so that what they say and their links stand in the reports."""
    out = tmp_path / "out"
    done = run(described, out)
    (out / "takes" / BRIEF[0][0] / "report.html").write_text("a report")
    write_reports(done, out, settings=DEFAULTS)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f'href="takes/{BRIEF[0][0]}/report.html"' in page
    assert all(f.sentence in page for f in done.findings)
    assert (out / "report.pdf").stat().st_size > 20_000
