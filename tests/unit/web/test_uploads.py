"""The route that takes videos: only with a ticket, only once, only what fits, never in memory."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from screening.core.settings import Settings, TakeOptions, WebSettings
from screening.jobs.queue import JobState
from screening.web.routes import make_routes
from screening.web.session import make_site, safe_name
from screening.web.texts import load_texts
from screening.web.tickets import Tickets


def _put(client, ticket, body=b"0123456789", **headers):
    length = str(len(body)) if isinstance(body, bytes) else "10"
    told = {"X-Upload-Secret": ticket.secret, "X-File-Name": "clip.mp4", "Upload-Length": length}
    return client.patch(f"/api/uploads/{ticket.id}", content=body, headers={**told, **headers})


def _told(client, ticket):
    answer = client.head(f"/api/uploads/{ticket.id}", headers={"X-Upload-Secret": ticket.secret})
    return answer.status_code, {
        key: answer.headers.get(f"Upload-{key}") for key in ("Offset", "Length", "Name", "Done")
    }


def _collect(site, ticket):
    return site.tickets.collect(ticket.id, ticket.secret)


def _files(site):
    return sorted(path.name for path in site.uploads.iterdir() if path.suffix != ".ticket")


def test_an_upload_arrives_whole_and_becomes_a_job(site, client_of):
    ticket = site.tickets.issue()
    body = os.urandom(9_000_001)
    answer = _put(client_of(site), ticket, body, **{"X-File-Name": "my%20clip.mp4"})
    assert (answer.status_code, answer.json()) == (200, {"bytes": len(body)})
    job_id, key = site.submit(_collect(site, ticket), TakeOptions())
    job = site.queue.find(job_id, key)
    assert job.state is JobState.QUEUED
    assert job.video == "video/my clip.mp4"
    assert (site.queue.folder(job_id) / job.video).read_bytes() == body
    assert _files(site) == []


@pytest.mark.parametrize("secret", ["", "wrong", "\u00e9"])
def test_a_wrong_secret(site, client_of, secret):
    ticket = site.tickets.issue()
    answer = _put(client_of(site), ticket, **{"X-Upload-Secret": secret.encode()})
    assert answer.status_code == 403
    assert answer.json()["error"]
    assert _files(site) == []


def test_an_unknown_ticket(site, client_of):
    headers = {"X-Upload-Secret": "x", "Upload-Length": "1"}
    answer = client_of(site).patch("/api/uploads/abc", content=b"x", headers=headers)
    assert answer.status_code == 403


def test_another_tickets_secret(site, client_of):
    mine, yours = site.tickets.issue(), site.tickets.issue()
    answer = _put(client_of(site), mine, **{"X-Upload-Secret": yours.secret})
    assert answer.status_code == 403
    assert _told(client_of(site), mine)[1]["Offset"] == "0"


def test_a_ticket_works_once(site, client_of):
    client, ticket = client_of(site), site.tickets.issue()
    assert _put(client, ticket, b"first").status_code == 200
    assert _put(client, ticket, b"second").status_code == 403
    assert _collect(site, ticket).path.read_bytes() == b"first"
    assert _put(client, ticket, b"third").status_code == 403


def test_a_ticket_expires():
    now = [1000.0]
    tickets = Tickets(WebSettings(ticket_minutes=30), clock=lambda: now[0])
    ticket = tickets.issue()
    now[0] += 30 * 60 + 1
    assert not tickets.is_alive(ticket.id)
    assert tickets.begin(ticket.id, ticket.secret) is None


def test_an_expired_ticket_gets_403(tmp_path, client_of):
    site = make_site(tmp_path / "data", Settings(web=WebSettings(ticket_minutes=-1)))
    site.prepare()
    assert _put(client_of(site), site.tickets.issue()).status_code == 403


def test_a_ticket_in_use_cannot_be_used_beside(site):
    ticket = site.tickets.issue()
    assert site.tickets.begin(ticket.id, ticket.secret) is not None
    assert site.tickets.begin(ticket.id, ticket.secret) is None


def test_a_dropped_upload_is_thrown_away(site, client_of):
    ticket = site.tickets.issue()
    _put(client_of(site), ticket)
    assert _files(site) == [f"{ticket.id}.video"]
    site.tickets.drop(ticket.id)
    assert _files(site) == []
    assert _collect(site, ticket) is None


def test_an_upload_that_is_dropped_while_it_runs_is_thrown_away_when_it_ends(site, client_of):
    ticket = site.tickets.issue()

    def body():
        yield b"first"
        site.tickets.drop(ticket.id)
        yield b"second"

    _put(client_of(site), ticket, body(), **{"Upload-Length": "11"})
    assert _files(site) == []
    assert _collect(site, ticket) is None


def test_too_large_by_its_own_word(small_site, client_of):
    ticket = small_site.tickets.issue()
    assert _put(client_of(small_site), ticket, b"x" * 1001).status_code == 413
    assert _files(small_site) == []


def test_more_than_was_announced(small_site, client_of):
    ticket = small_site.tickets.issue()
    answer = _put(client_of(small_site), ticket, iter([b"x" * 600, b"x" * 600]), **{"Upload-Length": "1000"})
    assert answer.status_code == 400
    assert _files(small_site) == []
    assert _put(client_of(small_site), ticket, b"x" * 1000).status_code == 200


@pytest.mark.parametrize("told", [{"Upload-Length": "x"}, {"Upload-Offset": "11"}, {"Upload-Offset": "-1"}])
def test_nonsense_about_the_length(site, client_of, told):
    ticket = site.tickets.issue()
    assert _put(client_of(site), ticket, **told).status_code == 400
    assert _files(site) == []
    assert site.tickets.is_alive(ticket.id)


def test_a_full_disk(tmp_path, client_of):
    site = make_site(tmp_path / "data", Settings(web=WebSettings(min_free_bytes=2**62)))
    site.prepare()
    answer = _put(client_of(site), site.tickets.issue())
    assert answer.status_code == 507
    assert answer.json()["error"]
    assert _files(site) == []


def test_a_folder_that_cannot_be_written_leaves_the_ticket_as_it_was(site, client_of):
    client, ticket = client_of(site), site.tickets.issue()
    away = site.uploads.rename(site.data / "away")
    assert _put(client, ticket).status_code == 507
    assert not site.tickets.is_busy(ticket.id)
    away.rename(site.uploads)
    assert _put(client, ticket).status_code == 200


def test_an_empty_file(site, client_of):
    ticket = site.tickets.issue()
    assert _put(client_of(site), ticket, b"").status_code == 400
    assert site.tickets.is_alive(ticket.id)
    assert _files(site) == []


def _break_off(site, ticket, first, length):
    """Send the beginning of a file and lose the connection."""
    route = make_routes(site, load_texts())[0]
    sent = []
    messages = [{"type": "http.request", "body": first, "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    headers = {"x-upload-secret": ticket.secret, "upload-length": str(length), "x-file-name": "clip.mp4"}
    scope = {
        "type": "http",
        "method": "PATCH",
        "path": f"/api/uploads/{ticket.id}",
        "path_params": {"ticket": ticket.id},
        "query_string": b"",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }
    with ThreadPoolExecutor(1) as pool:  # a browser test before this one may have left a loop in this thread
        pool.submit(lambda: asyncio.run(route.handle(scope, receive, send))).result(timeout=30)
    return sent[0]["status"]


def test_a_lost_connection_goes_on_where_it_broke_off(site, client_of):
    ticket, body = site.tickets.issue(), os.urandom(300_000)
    assert _break_off(site, ticket, body[:123_456], len(body)) == 400
    client = client_of(site)
    assert _told(client, ticket) == (200, {"Offset": "123456", "Length": "300000", "Name": "clip.mp4", "Done": "0"})
    rest = {"Upload-Offset": "123456", "Upload-Length": "300000"}
    assert _put(client, ticket, body[123_456:], **rest).status_code == 200
    assert _told(client, ticket)[1]["Done"] == "1"
    assert _collect(site, ticket).path.read_bytes() == body


def test_it_goes_on_after_the_program_was_started_anew(site, client_of):
    ticket, body = site.tickets.issue(), b"0123456789"
    _break_off(site, ticket, body[:4], len(body))
    later = make_site(site.data)
    later.prepare()
    try:
        client = client_of(later)
        assert _told(client, ticket)[1]["Offset"] == "4"
        assert _put(client, ticket, body[4:], **{"Upload-Offset": "4", "Upload-Length": "10"}).status_code == 200
        assert _collect(later, ticket).path.read_bytes() == body
    finally:
        later.close()


def test_stopping_a_broken_off_upload_removes_what_had_arrived(site):
    ticket = site.tickets.issue()
    _break_off(site, ticket, b"0123", 10)
    assert _files(site) == [f"{ticket.id}.part"]
    site.tickets.drop(ticket.id)
    assert _files(site) == []


def test_a_wrong_offset_is_told_the_right_one(site, client_of):
    ticket = site.tickets.issue()
    _break_off(site, ticket, b"0123", 10)
    answer = _put(client_of(site), ticket, b"6789", **{"Upload-Offset": "6", "Upload-Length": "10"})
    assert (answer.status_code, answer.json()) == (409, {"offset": 4})
    assert _files(site) == [f"{ticket.id}.part"]


def test_another_file_begins_again_from_the_start(site, client_of):
    ticket = site.tickets.issue()
    _break_off(site, ticket, b"012345678", 10)
    assert _put(client_of(site), ticket, b"abc").status_code == 200
    assert _collect(site, ticket).path.read_bytes() == b"abc"


def test_no_secret_lies_on_the_disk(site):
    ticket = site.tickets.issue(screen="s", take="split_squat.left.back")
    written = "".join(path.read_text() for path in site.uploads.iterdir())
    assert ticket.id in written
    assert ticket.secret not in written


def test_an_upload_that_has_begun_may_outlast_its_ticket():
    now = [1000.0]
    tickets = Tickets(WebSettings(ticket_minutes=30), clock=lambda: now[0])
    ticket = tickets.issue()
    now[0] += 29 * 60
    tickets.pause(tickets.begin(ticket.id, ticket.secret))
    now[0] += 29 * 60
    assert tickets.begin(ticket.id, ticket.secret) is not None


@pytest.mark.parametrize("name", ["../../../evil.mp4", "..%2F..%2Fevil.mp4", "%2Fetc%2Fpasswd", "..", "a%5C..%5Cb.mp4"])
def test_a_name_never_leaves_the_jobs_folder(site, client_of, name):
    ticket = site.tickets.issue()
    assert _put(client_of(site), ticket, **{"X-File-Name": name}).status_code == 200
    job_id, key = site.submit(_collect(site, ticket), TakeOptions())
    video = site.queue.folder(job_id) / site.queue.find(job_id, key).video
    assert video.read_bytes() == b"0123456789"
    assert video.resolve().parent == (site.queue.folder(job_id) / "video").resolve()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("IMG_0042.MOV", "IMG_0042.MOV"),
        ("C:\\clips\\a b.mp4", "a b.mp4"),
        (".hidden.mp4", "hidden.mp4"),
        ("", "video"),
        ("ÜbungÄ.mp4", "ÜbungÄ.mp4"),
        ("<script>.mp4", "_script_.mp4"),
        ("x" * 300 + ".mp4", "x" * 60 + ".mp4"),
        ("a\x00b\n.mp4", "a_b_.mp4"),
    ],
)
def test_safe_names(given, kept):
    assert safe_name(given) == kept


@pytest.mark.parametrize("ticket", ["..%2F..%2Fx", "../x", "a/b"])
def test_a_ticket_is_never_a_path(site, client_of, ticket):
    headers = {"X-Upload-Secret": "x", "Upload-Length": "1"}
    answer = client_of(site).patch(f"/api/uploads/{ticket}", content=b"x", headers=headers)
    assert answer.status_code in (403, 404, 405)
    assert _files(site) == []


def test_what_nobody_can_reach_any_more_is_removed_at_the_start(site):
    old = time.time() - 3600 * (site.settings.web.abandoned_hours + 1)
    for name, changed in (("old.video", old), ("old.part", old), ("new.video", None)):
        path = site.uploads / name
        path.write_bytes(b"x")
        if changed:
            os.utime(path, (changed, changed))
    orphan = site.data / "jobs" / "orphan"
    orphan.mkdir()
    os.utime(orphan, (old, old))
    site.prepare()
    assert _files(site) == ["new.video"]
    assert not orphan.exists()
