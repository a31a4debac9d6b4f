"""How the server is set up and whom it lets in."""

import re
import socket
import sys
from pathlib import Path

import pytest

from screening.core.errors import UsageError
from screening.core.settings import TakeOptions
from screening.core.vocabulary import Quality, Side, View
from screening.web.choices import to_answers, to_options
from screening.web.config import STREAMLIT, check_host, check_port, data_folder
from screening.web.server import run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[3]


def _flat(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_both_ways_to_start_are_set_up_alike():
    with (ROOT / ".streamlit" / "config.toml").open("rb") as file:
        assert dict(_flat(tomllib.load(file))) == STREAMLIT


def test_page_and_report_have_the_same_colours():
    style = (ROOT / "screening" / "report" / "templates" / "report.css").read_text()
    light, dark = (
        dict(reversed(re.findall(r"--(\w+): (#\w{6})", part))) for part in style.split("prefers-color-scheme")[:2]
    )
    for name, colours in (("light", light), ("dark", dark)):
        assert STREAMLIT[f"theme.{name}.backgroundColor"] == colours["ground"]
        assert STREAMLIT[f"theme.{name}.textColor"] == colours["ink"]
        assert STREAMLIT[f"theme.{name}.linkColor"] == colours["accent"]


def test_nothing_calls_home_and_nothing_is_told_to_strangers():
    assert STREAMLIT["browser.gatherUsageStats"] is False
    assert STREAMLIT["client.showErrorDetails"] == "none"
    assert STREAMLIT["server.address"] == "127.0.0.1"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", "", None])
def test_other_machines_are_not_let_in_unasked(host):
    with pytest.raises(UsageError) as caught:
        check_host(host, allow_open=False)
    assert "--i-know-this-is-open" in caught.value.hint
    check_host(host, allow_open=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is(host):
    check_host(host, allow_open=False)


def test_run_refuses_before_it_starts(tmp_path):
    with pytest.raises(UsageError):
        run("0.0.0.0", 8501, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_said_in_two_lines():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError) as caught:
            check_port("127.0.0.1", other.getsockname()[1])
    assert "--port" in caught.value.hint


def test_a_port_that_is_none():
    with pytest.raises(UsageError):
        check_port("127.0.0.1", 70_000)


def test_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("SCREENING_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("SCREENING_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "movement-screen"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / ".local" / "share" / "movement-screen"


@pytest.mark.parametrize(
    "options",
    [
        TakeOptions(),
        TakeOptions(movement="squat", view=View.LEFT, lead=Side.RIGHT, mirrored=True, quality=Quality.BEST),
        TakeOptions(alternating=True, mirrored=False, capture_fps=240.0),
    ],
)
def test_answers_and_options_are_the_same_thing(options):
    assert to_options(to_answers(options), options.capture_fps) == options
