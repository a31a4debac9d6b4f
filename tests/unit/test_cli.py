"""Exit codes, two lines and nothing half-written, as CONTRACT promises them to scripts."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screening import __version__, cli
from screening.core.errors import CancelledError
from tests.conftest import ROOT, SAMPLES, run_screening
from tests.speed import check

CLIP = SAMPLES / "front_left_lead.mp4"
HEAVY = {
    "av",
    "cv2",
    "mediapipe",
    "pandas",
    "plotly",
    "scipy",
    "sqlalchemy",
    "starlette",
    "streamlit",
    "uvicorn",
    "yaml",
}


@pytest.fixture
def not_a_video(tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("no pictures here")
    return path


def two_lines(capsys):
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    lines = said.err.splitlines()
    assert len(lines) == 2
    assert all(line.endswith((".", ")")) or ":" in line for line in lines)
    return said.out, *lines


def test_help_is_quick_and_loads_no_heavy_library():
    code = (
        "import sys, time, screening.cli as c\n"
        "c.main(['--help']); c.main(['analyze', '--help'])\n"
        "print(sorted(set(sys.modules)), time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, _, seconds = done.stdout.splitlines()[-1].rpartition(" ")
    assert not {name for name in HEAVY if f"'{name}'" in loaded}
    assert float(seconds) < 1.0


@pytest.mark.slow
def test_help_answers_within_a_second_in_a_process_of_its_own():
    def tries():
        for _ in range(3):
            start = time.perf_counter()
            assert "analyze" in run_screening("--help").stdout
            yield time.perf_counter() - start

    check("screening --help", lambda: list(tries()), promised=1.0, busy=20.0)


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"screening {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unheard-of"],
        ["analyze"],
        ["analyze", "a.mp4"],
        ["analyze", "a.mp4", "-o", "out", "--view", "above"],
        ["analyze", "a.mp4", "-o", "out", "--lead", "middle"],
        ["analyze", "a.mp4", "-o", "out", "--capture-fps", "fast"],
        ["analyze", "a.mp4", "-o", "out", "--height-cm", "17"],
        ["analyze", "a.mp4", "-o", "out", "--quality", "wonderful"],
        ["models", "burn"],
    ],
)
def test_wrong_usage_ends_with_two(arguments, capsys):
    assert cli.main(arguments) == 2
    assert "usage: screening" in capsys.readouterr().err


def test_an_unknown_movement_ends_with_two_and_lists_the_known_ones(tmp_path, capsys):
    assert cli.main(["analyze", str(CLIP), "-o", str(tmp_path / "out"), "--movement", "hop", "--quiet"]) == 2
    out, what, hint = two_lines(capsys)
    assert out == ""
    assert "'hop'" in what
    assert "split_squat" in what + hint


def test_earlier_results_are_only_replaced_with_force(tmp_path, not_a_video, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "angles.csv").write_text("earlier")
    assert cli.main(["analyze", str(not_a_video), "-o", str(out), "--quiet"]) == 2
    assert "--force" in two_lines(capsys)[2]
    # With --force it goes on, finds no video, and still leaves the earlier results alone.
    assert cli.main(["analyze", str(not_a_video), "-o", str(out), "--quiet", "--force"]) == 3
    assert [p.name for p in out.iterdir()] == ["angles.csv"]
    assert (out / "angles.csv").read_text() == "earlier"


def test_a_refused_recording_ends_with_three_and_leaves_nothing(tmp_path, not_a_video, capsys):
    assert cli.main(["analyze", str(not_a_video), "-o", str(tmp_path / "new" / "out")]) == 3
    two_lines(capsys)
    assert not list(tmp_path.glob("new/*"))
    assert cli.main(["analyze", str(tmp_path / "nowhere.mp4"), "-o", str(tmp_path / "out")]) == 3
    two_lines(capsys)
    assert not (tmp_path / "out").exists()


def test_a_refusal_as_json_is_one_object_on_stdout_and_two_lines_on_stderr(tmp_path, not_a_video, capsys):
    assert cli.main(["analyze", str(not_a_video), "-o", str(tmp_path / "out"), "--json"]) == 3
    out, what, hint = two_lines(capsys)
    assert json.loads(out) == {"ok": False, "exit_code": 3, "what": what, "hint": hint}


def test_a_traceback_is_shown_with_debug_only(tmp_path, not_a_video, capsys):
    assert cli.main(["analyze", str(not_a_video), "-o", str(tmp_path / "out"), "--debug"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_model_that_cannot_be_made_ends_with_four(tmp_path, monkeypatch, capfd):
    """The folder for models lies below a file, so that nothing can be written there."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCREENING_MODELS", str(tmp_path / "file" / "models"))
    assert cli.main(["models", "build", "--quiet"]) == 4
    lines = [line for line in capfd.readouterr().err.splitlines() if not line.startswith(("WARNING", "I0", "W0"))]
    assert "cannot be written" in lines[-2]
    assert "SCREENING_MODELS" in lines[-1]


def test_a_model_that_does_not_exist_ends_with_five(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCREENING_MODELS", str(tmp_path))
    assert cli.main(["models", "fetch", "no_such_model", "--quiet"]) == 5
    assert "no_such_model" in two_lines(capsys)[1]
    assert not list(tmp_path.iterdir())


def test_models_are_listed_as_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCREENING_MODELS", str(tmp_path))
    assert cli.main(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["ok"] is True
    assert listed["models"][0]["state"] == "can be built"
    assert Path(listed["models"][0]["path"]).parent == tmp_path


def failing(error):
    def run(*_arguments, **_options):
        raise error

    return run


def test_a_fault_of_the_program_ends_with_seventy_and_a_log(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("screening.jobs.take.analyze_to_folder", failing(ZeroDivisionError("by nothing")))
    assert cli.main(["analyze", str(CLIP), "-o", str(tmp_path / "out")]) == 70
    _, what, hint = two_lines(capsys)
    assert "ZeroDivisionError" in what
    log = next((tmp_path / "state").rglob("fault-*.log"))
    assert str(log) in hint
    assert "by nothing" in log.read_text()
    with pytest.raises(ZeroDivisionError):
        cli.main(["analyze", str(CLIP), "-o", str(tmp_path / "out"), "--debug"])


def test_a_fault_without_a_place_for_the_log_still_ends_in_two_lines(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("screening.jobs.take.analyze_to_folder", failing(ZeroDivisionError()))
    assert cli.main(["analyze", str(CLIP), "-o", str(tmp_path / "out")]) == 70
    assert "--debug" in two_lines(capsys)[2]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), CancelledError("Stopped.", hint="Start it again.")])
def test_stopping_ends_with_130(tmp_path, monkeypatch, capsys, error):
    monkeypatch.setattr("screening.jobs.take.analyze_to_folder", failing(error))
    assert cli.main(["analyze", str(CLIP), "-o", str(tmp_path / "out")]) == 130
    two_lines(capsys)


@pytest.mark.slow
def test_an_interrupt_in_the_middle_of_the_work_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "screening", "analyze", str(CLIP), "-o", str(tmp_path / "out")]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if "10 %" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read().splitlines()
        assert process.wait(60) == 130
    said = [line for line in rest if "%" not in line]
    assert [line.split(";")[0] for line in said[-2:]] == ["Interrupted", "Run the same command again when you like."]
    assert not any("Traceback" in line for line in rest)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_analyze_writes_its_files_and_says_what_it_found(tmp_path):
    out = tmp_path / "out"
    arguments = ["analyze", CLIP, "-o", out, "--mirrored", "no", "--quality", "fast", "--no-overlay", "--no-report"]
    done = run_screening(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert (outcome["ok"], outcome["view"], outcome["lead"], outcome["repetitions"]) == (True, "front", "left", 2)
    assert {p.name for p in out.iterdir()} == {"angles.csv", "landmarks.csv", "reps.csv", "result.json"}
    assert list(tmp_path.iterdir()) == [out]
    again = run_screening(*arguments)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert again.stdout == ""


@pytest.mark.slow
def test_demo_measures_every_sample_video(demo):
    names = sorted(p.stem for p in SAMPLES.glob("*.mp4"))
    assert sorted(p.name for p in demo.folder.iterdir()) == names
    for name in names:
        assert {p.name for p in (demo.folder / name).iterdir()} == {
            "angles.csv",
            "landmarks.csv",
            "reps.csv",
            "result.json",
            "overlay.mp4",
            "report.html",
            "report.pdf",
        }
    found = {Path(t["out"]).name: (t["view"], t["lead"], t["repetitions"]) for t in demo.outcome["takes"]}
    assert found == {
        "front_left_lead": ("front", "left", 2),
        "back_right_lead": ("back", "right", 5),
        "left_side_left_lead": ("left", "left", 5),
        "right_side_right_lead": ("right", "right", 2),
    }


@pytest.mark.slow
def test_nothing_but_our_own_lines_reach_the_terminal(demo):
    assert demo.stderr == ""


def test_a_language_without_words_is_wrong_usage(capsys):
    assert cli.main(["analyze", "x.mp4", "-o", "out", "--language", "fr"]) == 2
    assert "there are en, es" in capsys.readouterr().err
    assert cli.build_parser().parse_args(["screen", "x.toml", "-o", "out", "--language", "es"]).language == "es"
