"""What lies under a screen's pages: its takes, the phone's page and state, the file that is measured."""

import json
import re

import pytest

from screening.core.screen import Person
from screening.core.vocabulary import Side, View
from screening.jobs.queue import JobState, new_secret
from screening.jobs.screen_file import read_screen_file
from screening.web.access import grant
from screening.web.measuring import SCREEN_FILE, job_of, start_measuring
from screening.web.phone import is_reachable, own_address, phone_address, qr_svg
from screening.web.routes import file_address, files_of
from screening.web.session import LOCAL
from screening.web.slots import find_slot, screen_slots, take_entry, take_label

BACK = "split_squat.left.back"


@pytest.fixture
def screen(site):
    """Make a screen of one person; gives it with its key."""
    person = site.store.people.add(Person(code="A-17", height_cm=171.0), who=LOCAL)
    key = new_secret()
    return site.store.screens.add(person.id, who=LOCAL, key=key), key


def _send(client, ticket, body=b"0123456789", name="clip.mp4"):
    headers = {"X-Upload-Secret": ticket.secret, "X-File-Name": name, "Upload-Length": str(len(body))}
    return client.patch(f"/api/uploads/{ticket.id}", content=body, headers=headers)


def _state(client, ticket):
    return client.get(f"/api/phone/{ticket.id}", headers={"X-Upload-Secret": ticket.secret})


def test_the_short_screen_films_both_legs_from_behind_and_from_their_side():
    assert [slot.key for slot in screen_slots()] == [
        "split_squat.left.back",
        "split_squat.right.back",
        "split_squat.left.left",
        "split_squat.right.right",
    ]
    assert take_label("split_squat.right.right") == "Split squat, right leg in front, from the right side"
    assert find_slot(screen_slots(), "nonsense") is None


def test_a_take_is_kept_the_moment_it_has_arrived(site, client_of, screen):
    ticket = site.tickets.issue(screen=screen[0].id, take=BACK, mirrored=False)
    assert _send(client_of(site), ticket).status_code == 200
    (take,) = site.store.takes.of_screen(screen[0].id)
    assert (take.lead, take.view, take.mirrored, take.file_name) == (Side.LEFT, View.BACK, False, "clip.mp4")
    assert site.store.takes.video(take).read_bytes() == b"0123456789"
    assert [path.name for path in site.uploads.iterdir()] == [f"{ticket.id}.ticket"]


def test_a_take_that_is_filmed_again_replaces_the_first(site, client_of, screen):
    for body in (b"first", b"second"):
        ticket = site.tickets.issue(screen=screen[0].id, take=BACK)
        assert _send(client_of(site), ticket, body).status_code == 200
    (take,) = site.store.takes.of_screen(screen[0].id)
    assert site.store.takes.video(take).read_bytes() == b"second"
    loose = site.tickets.issue(screen=screen[0].id)
    assert _send(client_of(site), loose).status_code == 200
    assert [one.view for one in site.store.takes.of_screen(screen[0].id)] == [View.BACK, None]


def test_the_phones_ticket_tells_its_state(site, client_of, screen):
    client, ticket = client_of(site), site.tickets.issue(screen=screen[0].id, take=BACK)
    told = _state(client, ticket).json()
    assert told == {"state": "fresh", "take": "Split squat, left leg in front, from behind"}
    assert _send(client, ticket).status_code == 200
    assert _state(client, ticket).json()["state"] == "used"
    assert _send(client, ticket, b"again").status_code == 403
    quick = site.tickets.issue()
    assert _state(client, quick).status_code == 404


def test_an_expired_code(site, client_of, screen, monkeypatch):
    client, ticket = client_of(site), site.tickets.issue(screen=screen[0].id, take=BACK)
    monkeypatch.setattr(site.tickets, "_clock", lambda: ticket.expires + 1)
    assert _state(client, ticket).json()["state"] == "expired"
    assert _send(client, ticket).status_code == 403
    assert site.store.takes.of_screen(screen[0].id) == []


def test_the_phones_page_holds_no_secret_and_allows_nothing_foreign(site, client_of):
    answer = client_of(site).get("/phone/abc%3Cscript%3E")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    data = json.loads(re.search(r'id="data">(.*?)</script>', answer.text).group(1))
    assert data["address"] == "/api/uploads/abc%3Cscript%3E?lang=en"
    assert "$" not in re.sub(r"\$\(|\$\{", "", answer.text.split('<script type="module"')[0])


def test_the_phones_address():
    assert phone_address("http://127.0.0.1:8501/?screen=x", "t", "s", "127.0.0.1") == "http://127.0.0.1:8501/phone/t#s"
    assert phone_address("http://localhost:8501/", "t", "s", "0.0.0.0").endswith(":8501/phone/t#s")
    assert own_address("127.0.0.1") == ""
    assert 'xmlns="http://www.w3.org/2000/svg"' in qr_svg("http://localhost/phone/t#s")


@pytest.mark.parametrize(
    ("page", "listens", "reachable"),
    [
        ("http://localhost:8501/?screen=x", "127.0.0.1", False),
        ("http://127.0.0.1:8501/", "localhost", False),
        ("https://clinic.example.org/?screen=x", "127.0.0.1", True),  # a server in front of this one
        ("http://desk.example.org:8501/", "0.0.0.0", True),
        ("", "127.0.0.1", True),
    ],
)
def test_a_phone_is_asked_only_where_it_can_come(page, listens, reachable):
    assert is_reachable(page, listens) is reachable


def test_a_screen_is_written_down_as_its_file(site, client_of, screen):
    record, key = screen
    site.store.screens.answer(record.id, {"painful_side": "right", "pain_now": 4, "fever": False}, who=LOCAL)
    for slot in ("split_squat.left.back", "split_squat.right.back"):
        assert (
            _send(client_of(site), site.tickets.issue(screen=record.id, take=slot, mirrored=False)).status_code == 200
        )
    job_id = start_measuring(site, site.store.screens.get(record.id), key)
    read = read_screen_file(site.queue.folder(job_id) / SCREEN_FILE)
    assert read.person == Person(code="A-17", height_cm=171.0)
    assert read.answers["painful_side"] == "right"
    assert [(one.entry.lead, one.entry.view) for one in read.takes] == [(Side.LEFT, View.BACK), (Side.RIGHT, View.BACK)]
    assert all(one.video.read_bytes() == b"0123456789" for one in read.takes)


def test_a_grant_opens_the_files_of_a_screens_job(site, client_of, screen):
    record, key = screen
    assert _send(client_of(site), site.tickets.issue(screen=record.id, take=BACK)).status_code == 200
    start_measuring(site, record, key)
    record = site.store.screens.get(record.id)
    job = job_of(site, record)
    assert job.state is JobState.QUEUED
    assert site.queue.find(job.id, key) == job
    given = grant(job.id, LOCAL, browser="")
    folder = site.queue.folder(job.id) / "results" / "takes" / "left"
    folder.mkdir(parents=True)
    (folder / "angles.csv").write_text("a")
    (folder / "secret.key").write_text("b")
    assert files_of(site, job) == ("takes/left/angles.csv",)
    site.queue.finish(site.queue.claim("w", 1), JobState.DONE)
    client = client_of(site)
    assert client.get("/" + file_address(job, given, "takes/left/angles.csv")).text == "a"
    for wrong in ("takes/left/secret.key", "../screen.toml", "takes/../../screen.toml"):
        assert client.get("/" + file_address(job, given, wrong)).status_code == 404
    assert client.get("/" + file_address(job, "guess", "takes/left/angles.csv")).status_code == 404


def test_an_unknown_slot_is_refused():
    with pytest.raises(ValueError, match="up"):
        take_entry("split_squat.left.up")


def test_a_film_is_named_as_its_slot_and_a_second_one_keeps_its_number():
    from screening.web.slots import name_label, take_entry

    entry = take_entry("split_squat.left.back")
    assert name_label("split_squat_left_back", entry) == "Split squat, left leg in front, from behind"
    assert name_label("split_squat_left_back_2", entry).endswith("from behind (2)")
    assert name_label("some_film", take_entry("")) == "Some film"
