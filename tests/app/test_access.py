"""Logging in for real: a small OpenID provider on this machine, the page, and browsers of several people."""

import re
import sys
import threading
import time
from urllib.parse import urlencode

import pytest

from screening.core.screen import Person
from screening.jobs.queue import JobState, new_secret
from screening.jobs.worker import RESULTS
from screening.store import Role, open_store
from tests.app.axe import look
from tests.app.browser import heading, open_context, press, settled, until
from tests.app.conftest import ROOT, free_port, serving
from tests.app.jobs import put_job

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE = ("ann", "bob", "boss")


def _provider(port):
    """Make an OpenID provider that believes whoever somebody says they are."""
    from joserfc import jwt
    from joserfc.jwk import RSAKey
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
    from starlette.routing import Route

    issuer, codes = f"http://127.0.0.1:{port}", {}
    key = RSAKey.generate_key(2048, {"kid": "k", "alg": "RS256", "use": "sig"})

    async def configuration(_request):
        ends = {name: f"{issuer}/{name}" for name in ("authorize", "token", "jwks", "bye")}
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": ends["authorize"],
                "token_endpoint": ends["token"],
                "jwks_uri": ends["jwks"],
                "end_session_endpoint": ends["bye"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(request):
        asked = request.query_params
        if "who" not in asked:
            links = [f"<a href='?{urlencode({**asked, 'who': name})}'>I am {name}</a>" for name in PEOPLE]
            return HTMLResponse("<br>".join(links))
        code = new_secret()
        codes[code] = (asked["who"], asked.get("nonce"))
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def token(request):
        who, nonce = codes.pop((await request.form())["code"])
        now = int(time.time())
        claims = {"iss": issuer, "sub": who, "aud": "screen", "iat": now, "exp": now + 600, "nonce": nonce}
        claims |= {"name": who.title(), "email": f"{who}@example.org", "email_verified": True}
        signed = jwt.encode({"alg": "RS256", "kid": "k"}, claims, key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": signed})

    async def jwks(_request):
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    async def bye(request):
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/jwks", jwks),
            Route("/bye", bye),
        ]
    )


@pytest.fixture(scope="module")
def provider():
    import uvicorn

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(_provider(port), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("closed")


@pytest.fixture(scope="module")
def closed(provider, folder):
    """Address of a page where people log in."""
    port = free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{new_secret() * 2}"
client_id = "screen"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[roles]
admin = ["boss@example.org"]
"""
    )
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(folder / "data")]
    with serving(command, port, folder, cwd=folder) as address:
        yield address


@pytest.fixture
def browser_of(chromium, closed):
    """Open a browser profile of its own for somebody, logged in or not."""
    contexts = []

    def enter(name=None):
        context = open_context(chromium)
        contexts.append(context)
        page = context.new_page()
        page.goto(closed)
        heading(page, "Please log in")
        if name:
            press(page, "Log in", exact=True)
            page.get_by_role("link", name=f"I am {name}").click()
            page.get_by_role("button", name="Log out").wait_for()
        return page

    yield enter
    for context in contexts:
        context.close()


def _give(folder, name, role):
    with open_store(folder / "data") as store:
        (user,) = [one for one in store.users.everybody() if one.name == name]
        store.users.set_role(user.id, role, who="test")
    return user


def _names(table):
    """Give the names of the pages in one of the tables of the page's script."""
    script = (ROOT / "screening" / "web" / "pages" / "main.py").read_text(encoding="utf-8")
    return re.findall(
        r'^    "(\w+)": ', re.search(rf"^{table}: .*?^}}", script, re.MULTILINE | re.DOTALL)[0], re.MULTILINE
    )


def test_nobody_sees_a_page_without_log_in(browser_of, closed):
    page = browser_of()
    clinic, steps = _names("_CLINIC"), _names("_STEPS")
    assert {"people", "users"} <= set(clinic)
    assert {"takes", "report"} <= set(steps)
    addresses = [f"?clinic={name}" for name in clinic] + [f"?screen=a&key=b&step={name}" for name in steps]
    for address in (*addresses, "?step=welcome", "?step=consent", "?job=a&key=b"):
        page.goto(closed + address)
        heading(page, "Please log in")
        settled(page)
        assert page.get_by_role("textbox").count() == 0


def test_no_page_shows_one_persons_screen_to_another(browser_of, closed, folder):
    bob, key = browser_of("bob"), new_secret()
    _give(folder, "Bob", Role.PERSON)
    with open_store(folder / "data") as store:
        owner = store.users.seen("elsewhere|1", "Owner", Role.PERSON)
        person = store.people.add(Person(code="owner"), who=owner.id, user=owner.id)
        screen = store.screens.add(person.id, who=owner.id, key=key)
    for name in _names("_STEPS"):
        bob.goto(f"{closed}?screen={screen.id}&key={key}&step={name}")
        heading(bob, "Nothing here")
    for name in _names("_CLINIC"):
        bob.goto(f"{closed}?clinic={name}&screen={screen.id}&person={person.id}")
        heading(bob, "For clinicians only")


def test_the_pages_before_a_role_are_accessible(browser_of, closed, folder):
    stranger, ann, bob = browser_of(), browser_of("ann"), browser_of("bob")
    stranger.goto(closed)
    heading(stranger, "Please log in")
    heading(ann, "You are logged in")
    _give(folder, "Bob", Role.PERSON)
    bob.goto(f"{closed}?clinic=people")
    heading(bob, "For clinicians only")
    assert look(stranger, "log in") + look(ann, "waiting") + look(bob, "for clinicians") == []


def test_a_first_log_in_waits_until_an_admin_gives_a_role(browser_of, folder):
    ann = browser_of("ann")
    heading(ann, "You are logged in")
    boss = browser_of("boss")
    press(boss, "Users and roles", exact=True)
    heading(boss, "Users and roles")
    hers = boss.locator("[class*='st-key-user-']", has_text="Ann")
    settled(boss)
    hers.get_by_role("combobox").click()
    boss.get_by_role("option", name="person", exact=True).click()
    hers.get_by_text("Code of this person").wait_for()
    settled(boss)
    press(ann, "Look again", exact=True)
    heading(ann, "A whole screen")
    with open_store(folder / "data") as store:
        roles = {user.name: user.role for user in store.users.everybody()}
    assert (roles["Ann"], roles["Boss"]) == (Role.PERSON, Role.ADMIN)


def test_one_person_sees_nothing_of_another(browser_of, closed, folder):
    ann, bob = browser_of("ann"), browser_of("bob")
    user = _give(folder, "Ann", Role.PERSON)
    _give(folder, "Bob", Role.PERSON)
    ann.goto(f"{closed}?step=consent")
    heading(ann, "What may be done")
    ann.get_by_role("textbox", name="Your code").fill("ann-1")
    for question in ann.get_by_role("radiogroup").all():
        question.get_by_text("Yes", exact=True).click()
    press(ann, "Go on", exact=True)
    heading(ann, "Safety first")
    address = ann.url
    number = re.search(r"screen=([^&]+)", address).group(1)
    with open_store(folder / "data") as store:
        screen = store.screens.get(number)
        assert store.people.get(screen.person).user == user.id
        job = _measured(folder / "data", number)
        store.screens.set_job(number, job, who=user.id)
    ann.goto(f"{closed}?screen={number}&step=report")
    frame = ann.locator("iframe").first
    frame.wait_for()
    file = closed + frame.get_attribute("src")
    assert ann.request.get(file).status == 200
    bob.goto(address)
    heading(bob, "Nothing here")
    assert bob.request.get(file).status == 404
    ann.goto(closed)
    press(ann, "Log out", exact=True)
    heading(ann, "Please log in")
    assert ann.request.get(file).status == 404
    ann.goto(address)
    heading(ann, "Please log in")
    with open_store(folder / "data") as store:
        looks = [line for line in store.audit.lines(number) if line.action == "saw"]
    assert {line.who for line in looks} == {user.id}
    assert {"report", "html"} <= {line.detail.get("part") for line in looks}


def _measured(data, screen):
    """Put a finished job with a report into the table."""
    number, _ = put_job(data, JobState.DONE, screen=screen)
    out = data / "jobs" / number / RESULTS
    out.mkdir(parents=True)
    (out / "report.html").write_text("<h1>hers</h1>")
    return number
