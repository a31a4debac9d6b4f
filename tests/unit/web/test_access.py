"""Who may see what: every route asked by its owner, by another person, by somebody without a role and by nobody."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from screening.core.errors import ConfigError
from screening.core.screen import Person, TakeEntry
from screening.core.settings import TakeOptions
from screening.jobs.queue import JobState, new_secret
from screening.jobs.worker import RESULTS
from screening.store import Action, ConsentKind, Role
from screening.web.access import (
    GUEST,
    Visitor,
    browser_of,
    enter,
    forget_browser,
    grant,
    holder,
    is_named,
    open_job,
    owns,
    role_of,
)
from screening.web.log_in import LogIn, read_log_in
from screening.web.routes import make_routes
from screening.web.session import LOCAL, make_site
from screening.web.signed import own
from screening.web.texts import load_texts

GIVEN = LogIn(providers=("",), host="localhost", admins=frozenset({"boss@example.org"}))
FILM = b"a film"
AUTH = {
    "redirect_uri": "https://screen.example.org/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "screen",
    "client_secret": "s",
    "server_metadata_url": "https://log-in.example.org/.well-known/openid-configuration",
}


def _claims(sub, **more):
    return {"iss": "https://log-in.example.org", "sub": sub, "name": sub.title(), **more}


@pytest.fixture
def closed(tmp_path):
    """Make a server at which people log in."""
    found = make_site(tmp_path / "data", log_in=GIVEN)
    found.prepare()
    yield found
    found.close()


class Someone:
    """A user with a role, a browser that is logged in, and the grants that the pages would give."""

    def __init__(self, site, name, role):
        self.site = site
        self.visitor = enter(site.store, GIVEN, _claims(name))
        if role is not Role.NONE:
            site.store.users.set_role(self.visitor.id, role, who="admin")
        self.visitor = enter(site.store, GIVEN, _claims(name))
        self.cookies = {"_streamlit_user": f"signed-{name}-{new_secret()}"}
        self.client = TestClient(Starlette(routes=make_routes(site, load_texts())), cookies=self.cookies)

    def grant(self, what):
        return grant(what, self.visitor.id, browser=browser_of(self.cookies))


class Belongings:
    """A person of a user: a screen with a film, results, a finished job, and a ticket to upload."""

    def __init__(self, site, owner, name, tmp_path):
        store, who = site.store, owner.visitor.id
        self.key, self.job_id = new_secret(), new_secret()
        self.person = store.people.add(Person(code=name), who=who, user=who)
        store.people.consent(self.person.id, ConsentKind.SHARING, wording="1", who=who)
        self.screen = store.screens.add(self.person.id, who=who, key=self.key)
        upload = tmp_path / f"{name}.mp4"
        upload.write_bytes(FILM)
        self.take = store.takes.add(self.screen.id, TakeEntry(video=""), upload, file_name="a.mp4", who=who)
        folder = site.queue.folder(self.job_id) / RESULTS
        folder.mkdir(parents=True)
        (folder / "screen.json").write_text('{"secret": 1}')
        self.result = store.results.add(self.screen.id, folder, who=who)
        store.reviews.sign(store.reviews.open(self.screen.id, who=who), self.result, name="Dr", who=who)
        site.queue.submit(self.job_id, self.key, video="screen.toml", options=TakeOptions(), screen=self.screen.id)
        site.queue.finish(site.queue.claim("w", 1), JobState.DONE)
        store.screens.set_job(self.screen.id, self.job_id, who=who)
        self.ticket = site.tickets.issue(screen=self.screen.id, take="split_squat.left.back", who=who)


@pytest.fixture
def ann(closed):
    return Someone(closed, "ann", Role.PERSON)


@pytest.fixture
def bob(closed):
    return Someone(closed, "bob", Role.PERSON)


@pytest.fixture
def doctor(closed):
    return Someone(closed, "doctor", Role.CLINICIAN)


@pytest.fixture
def hers(closed, ann, tmp_path):
    return Belongings(closed, ann, "A-1", tmp_path)


def _clinic_file(hers):
    return f"/api/clinic/{hers.screen.id}/results/{hers.result.id}/screen.json"


#: Every route: its way to ask with what has been given, and what opens it.
GRANTED = {
    "/api/jobs/{job}/{name:path}": (lambda hers: f"/api/jobs/{hers.job_id}/screen.json", lambda hers: hers.job_id),
    "/api/clinic/people/{person}.zip": (
        lambda hers: f"/api/clinic/people/{hers.person.id}.zip",
        lambda hers: hers.person.id,
    ),
    "/api/clinic/{screen}/film/{take}": (
        lambda hers: f"/api/clinic/{hers.screen.id}/film/{hers.take.id}",
        lambda hers: hers.screen.id,
    ),
    "/api/clinic/{screen}/results/{result}/{name:path}": (_clinic_file, lambda hers: hers.screen.id),
    "/api/screens/{screen}/signed/{version:int}/{name:path}": (
        lambda hers: f"/api/screens/{hers.screen.id}/signed/1/screen.json",
        lambda hers: own(hers.screen.id),
    ),
}
TICKETED = {
    "/api/uploads/{ticket}": ("HEAD", "/api/uploads/"),
    "/api/framing/{ticket}": ("POST", "/api/framing/"),
    "/api/phone/{ticket}": ("GET", "/api/phone/"),
}
#: Holds nothing of anybody: a page that asks for what its address brings.
OPEN = {"/phone/{ticket}"}


def test_every_route_stands_in_this_table(closed):
    routes = make_routes(closed, load_texts())
    assert all(isinstance(route, Route) for route in routes)
    assert {route.path for route in routes} == {*GRANTED, *TICKETED, *OPEN}


@pytest.mark.parametrize("path", GRANTED)
def test_a_grant_opens_one_thing_to_one_user_in_one_browser(closed, ann, bob, doctor, hers, path):
    address, what = (make(hers) for make in GRANTED[path])
    stranger = Someone(closed, "stranger", Role.NONE)
    nobody = TestClient(Starlette(routes=make_routes(closed, load_texts())))
    given = doctor.grant(what)
    assert doctor.client.get(f"{address}?grant={given}").status_code == 200
    refused = [
        nobody.get(address),
        nobody.get(f"{address}?key={hers.key}"),
        nobody.get(f"{address}?grant={given}"),
        bob.client.get(f"{address}?key={hers.key}"),
        bob.client.get(f"{address}?grant={given}"),
        ann.client.get(f"{address}?grant={given}"),
        doctor.client.get(f"{address}?grant={doctor.grant('something else')}"),
        doctor.client.get(f"{address}?grant={given.replace(doctor.visitor.id, bob.visitor.id)}"),
        stranger.client.get(f"{address}?grant={stranger.grant(what)}"),
    ]
    assert [answer.status_code for answer in refused] == [404] * len(refused)
    assert not any(b"secret" in answer.content or FILM in answer.content for answer in refused)


@pytest.mark.parametrize("path", GRANTED)
def test_a_grant_ends_with_the_role_and_with_the_time(closed, doctor, hers, path):
    address, what = (make(hers) for make in GRANTED[path])
    old = grant(what, doctor.visitor.id, browser=browser_of(doctor.cookies), now=0.0)
    assert doctor.client.get(f"{address}?grant={old}").status_code == 404
    given = doctor.grant(what)
    closed.store.users.set_role(doctor.visitor.id, Role.NONE, who="admin")
    assert doctor.client.get(f"{address}?grant={given}").status_code == 404


@pytest.mark.parametrize("path", [path for path in GRANTED if path.startswith("/api/clinic/{screen}")])
def test_the_clinicians_routes_want_a_clinician_and_the_persons_consent(closed, ann, doctor, hers, path):
    address, what = (make(hers) for make in GRANTED[path])
    assert ann.client.get(f"{address}?grant={ann.grant(what)}").status_code == 404
    closed.store.people.withdraw(hers.person.id, ConsentKind.SHARING, who=ann.visitor.id)
    assert doctor.client.get(f"{address}?grant={doctor.grant(what)}").status_code == 404


def test_whoever_wants_their_face_blurred_shows_no_film(closed, doctor, hers):
    film, files = f"/api/clinic/{hers.screen.id}/film/{hers.take.id}", _clinic_file(hers)
    given = doctor.grant(hers.screen.id)
    assert doctor.client.get(f"{film}?grant={given}").content == FILM
    closed.store.people.consent(hers.person.id, ConsentKind.BLURRED, wording="1", who="local")
    assert doctor.client.get(f"{film}?grant={given}").status_code == 404
    assert doctor.client.get(f"{files}?grant={given}").status_code == 200
    closed.store.people.withdraw(hers.person.id, ConsentKind.BLURRED, who="local")
    assert doctor.client.get(f"{film}?grant={given}").content == FILM


@pytest.mark.parametrize("path", GRANTED)
def test_a_look_goes_to_the_audit_once_under_its_users_id(closed, doctor, hers, path):
    address, what = (make(hers) for make in GRANTED[path])
    before = len(closed.store.audit.lines())
    for _ in range(2):
        doctor.client.get(f"{address}?grant={doctor.grant(what)}", headers={"Range": "bytes=1-3"})
    new = closed.store.audit.lines()[: len(closed.store.audit.lines()) - before]
    assert {line.who for line in new} == {doctor.visitor.id}
    assert {line.action for line in new} <= {Action.SAW, Action.EXPORTED}
    assert len(new) == (2 if path.endswith(".zip") else 1)


@pytest.mark.parametrize("path", TICKETED)
@pytest.mark.parametrize("secret", ["", "guess"])
def test_a_ticket_wants_its_secret(closed, bob, hers, path, secret):
    method, address = TICKETED[path]
    answer = bob.client.request(method, address + hers.ticket.id, headers={"X-Upload-Secret": secret})
    assert answer.status_code in (403, 404)


def test_a_phone_without_log_in_may_upload_with_its_ticket_and_nothing_else(closed, hers):
    phone = TestClient(Starlette(routes=make_routes(closed, load_texts())))
    secret = {"X-Upload-Secret": hers.ticket.secret}
    assert phone.get(f"/phone/{hers.ticket.id}").status_code == 200
    sent = phone.patch(f"/api/uploads/{hers.ticket.id}", content=FILM, headers={**secret, "Upload-Length": "6"})
    assert sent.status_code == 200
    (line,) = [one for one in closed.store.audit.lines() if one.kind == "take" and one.action is Action.CREATED][:1]
    assert line.who == hers.ticket.who != LOCAL


def test_whose_screen_it_is(closed, ann, bob, doctor, hers):
    def may(someone, key=""):
        return owns(closed, someone.visitor, closed.store.screens.get(hers.screen.id), key)

    assert may(ann)
    assert not may(bob)
    assert not may(bob, hers.key)
    assert not may(doctor)
    assert may(doctor, hers.key)
    nobody = replace(ann.visitor, role=Role.NONE)
    assert not owns(closed, nobody, hers.screen, hers.key)


def test_whose_job_it_is(closed, ann, bob, hers, tmp_path):
    assert open_job(closed, ann.visitor, hers.job_id, hers.key) is not None
    assert open_job(closed, bob.visitor, hers.job_id, hers.key) is None
    ticket = closed.tickets.issue(who=ann.visitor.id)
    secret = {"X-Upload-Secret": ticket.secret, "Upload-Length": "6", "X-File-Name": "a.mp4"}
    assert ann.client.patch(f"/api/uploads/{ticket.id}", content=FILM, headers=secret).status_code == 200
    quick = closed.submit(closed.tickets.collect(ticket.id, ticket.secret), TakeOptions())
    assert open_job(closed, ann.visitor, *quick) is not None
    assert open_job(closed, ann.visitor, quick[0], "guess") is None
    assert open_job(closed, bob.visitor, *quick) is None
    assert open_job(closed, replace(ann.visitor, role=Role.NONE), *quick) is None


def test_without_log_in_a_key_opens_a_screen_and_a_job(site, tmp_path):
    me, key = Visitor(id=LOCAL, role=Role.ADMIN), new_secret()
    screen = site.store.screens.add(site.store.people.add(Person(code="A"), who=LOCAL).id, who=LOCAL, key=key)
    assert owns(site, me, screen, key)
    assert not owns(site, me, screen, "guess")
    job = new_secret()
    site.queue.submit(job, key, video="v", options=TakeOptions())
    assert open_job(site, Visitor(id=GUEST, role=Role.PERSON), job, key) is not None
    assert open_job(site, me, job, "guess") is None
    assert [role_of(site, who) for who in (LOCAL, GUEST, "x")] == [Role.ADMIN, Role.PERSON, Role.NONE]


def test_a_first_log_in_has_no_role_and_a_named_admin_has(closed):
    first = enter(closed.store, GIVEN, _claims("carl"))
    assert (first.role, first.name, first.is_known, first.reviews) == (Role.NONE, "Carl", False, False)
    boss = _claims("b", email="Boss@example.org", email_verified=True)
    assert enter(closed.store, GIVEN, boss).role is Role.ADMIN
    assert enter(closed.store, GIVEN, {}) is None
    late = LogIn(providers=("",), host="localhost", admins=frozenset({"https://log-in.example.org|carl"}))
    assert enter(closed.store, late, _claims("carl")) == Visitor(id=first.id, role=Role.ADMIN, name="Carl")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "b", "email": "boss@example.org"},
        {"sub": "b", "email": "boss@example.org", "email_verified": "true"},
        {"sub": "b", "email": "", "email_verified": True},
        {},
    ],
)
def test_only_a_verified_address_makes_an_admin(claims):
    assert not is_named(claims, {"boss@example.org"})


def test_the_browser_is_known_by_its_log_in_alone():
    long = {"_streamlit_user": "a", "_streamlit_user_1": "b"}
    assert browser_of(long) == browser_of({**long, "_streamlit_user_tokens": "t", "_streamlit_xsrf": "x"})
    assert browser_of(long) != browser_of({"_streamlit_user": "a"})
    assert browser_of({"other": "x"}) == ""


def test_a_log_in_that_was_ended_opens_nothing(closed, doctor, hers):
    address = f"{_clinic_file(hers)}?grant={doctor.grant(hers.screen.id)}"
    assert doctor.client.get(address).status_code == 200
    forget_browser(browser_of({"_streamlit_user": "another"}))
    forget_browser("")
    assert doctor.client.get(address).status_code == 200
    forget_browser(browser_of(doctor.cookies))
    assert doctor.client.get(address).status_code == 404


def test_a_grant_is_the_same_within_an_hour_and_ends():
    given = grant("a", LOCAL, browser="", now=7200.0)
    assert given == grant("a", LOCAL, browser="", now=7200.0 + 3599)
    assert holder("a", given, now=7200.0 + 8 * 3600) == LOCAL
    assert holder("a", given, now=7200.0 + 9 * 3600) is None


def test_the_secrets_file_is_read():
    assert read_log_in({}) is None
    assert read_log_in({"auth": AUTH, "roles": {"admin": ["x"]}}) == LogIn(
        providers=("",), host="screen.example.org", admins=frozenset({"x"})
    )
    shared = {key: AUTH[key] for key in ("redirect_uri", "cookie_secret")}
    assert read_log_in({"auth": {**shared, "clinic": AUTH, "home": AUTH}}).providers == ("clinic", "home")
    assert read_log_in({"auth": {**AUTH, "client_kwargs": {"prompt": "login"}}}).providers == ("",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"client_id": ""}, "client_id"),
        ({"server_metadata_url": None}, "server_metadata_url"),
        ({"cookie_secret": "short"}, "cookie_secret"),
        ({"redirect_uri": "http://screen.example.org/oauth2callback"}, "redirect_uri"),
        ({"redirect_uri": "https://screen.example.org/"}, "redirect_uri"),
    ],
)
def test_a_log_in_that_lacks_something_keeps_the_page_closed(change, says):
    with pytest.raises(ConfigError, match=says):
        read_log_in({"auth": {**AUTH, **change}})


@pytest.mark.parametrize("roles", [{"admin": "boss"}, {"admin": [1]}, ["boss"]])
def test_roles_that_are_no_list_are_refused(roles):
    with pytest.raises(ConfigError, match="roles"):
        read_log_in({"auth": AUTH, "roles": roles})


def test_an_empty_auth_table_is_not_taken_for_none():
    with pytest.raises(ConfigError):
        read_log_in({"auth": {}})
