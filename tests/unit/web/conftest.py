"""The routes of a server with a data folder of its own, without Streamlit around it."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from screening.core.settings import Settings, WebSettings
from screening.web.routes import make_routes
from screening.web.session import make_site
from screening.web.texts import load_texts


@pytest.fixture
def site(tmp_path):
    found = make_site(tmp_path / "data")
    found.prepare()
    yield found
    found.close()


@pytest.fixture
def small_site(tmp_path):
    """Takes a thousand bytes at most."""
    found = make_site(tmp_path / "data", Settings(web=WebSettings(max_upload_bytes=1000)))
    found.prepare()
    yield found
    found.close()


@pytest.fixture
def client_of():
    def make(site):
        return TestClient(Starlette(routes=make_routes(site, load_texts())))

    return make
