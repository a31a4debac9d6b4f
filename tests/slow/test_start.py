"""What the page does with the secrets file before it listens to anybody."""

import http.client
import sys

import pytest

from tests.app.conftest import free_port, serving
from tests.conftest import run_screening

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

#: This machine's own too, but not the address that the page takes for it: as good as another one.
OTHER = "127.0.0.2"
AUTH = f"""
[auth]
redirect_uri = "https://screen.example.org/oauth2callback"
cookie_secret = "{"x" * 40}"
client_id = "screen"
client_secret = "secret"
server_metadata_url = "https://log-in.example.org/.well-known/openid-configuration"
"""


def _secrets(folder, text):
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(text)


def _app(folder, *more):
    # A home of its own: Streamlit also reads the secrets of whoever runs it.
    return run_screening("app", "--data", folder / "data", *more, cwd=folder, timeout=180, HOME=str(folder))


@pytest.mark.parametrize(
    ("text", "says"),
    [("[auth\n", "cannot be read"), ("[auth]\n", "client_id"), (AUTH.replace("xxxxxxxxx", ""), "cookie_secret")],
)
def test_a_log_in_that_is_not_set_up_rightly_keeps_the_page_closed(tmp_path, text, says):
    _secrets(tmp_path, text)
    done = _app(tmp_path)
    assert done.returncode == 5
    first, second = done.stderr.strip().splitlines()
    assert says in first
    assert second
    assert not (tmp_path / "data").exists()


def test_without_log_in_no_other_address(tmp_path):
    done = _app(tmp_path, "--host", OTHER)
    assert done.returncode == 2
    assert "--i-know-this-is-open" in done.stderr


def _status(port, host):
    line = http.client.HTTPConnection(OTHER, port, timeout=60)
    line.request("GET", "/", headers={"Host": host})
    found = line.getresponse().status
    line.close()
    return found


def test_with_log_in_another_address_and_only_its_own_name(tmp_path):
    _secrets(tmp_path, AUTH)
    port = free_port()
    command = [sys.executable, "-m", "screening", "app", "--host", OTHER, "--port", str(port)]
    command += ["--data", str(tmp_path / "data")]
    with serving(command, port, tmp_path, cwd=tmp_path, host=OTHER, HOME=str(tmp_path)):
        assert _status(port, "screen.example.org") == 200
        assert _status(port, "somewhere.example.net") == 400
