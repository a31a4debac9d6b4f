"""The routes that hand out files: to the owner, whole or in ranges, and nothing else."""

import io
import os
import zipfile

import pytest

from screening.core.settings import TakeOptions
from screening.jobs.queue import JobState, new_secret
from screening.jobs.take import OUTPUT_FILES
from screening.jobs.worker import RESULTS
from screening.web.access import grant
from screening.web.routes import DOWNLOADS, file_address
from screening.web.session import LOCAL


def _content(name):
    return name.encode() * 200


@pytest.fixture
def job(site):
    """Put a finished job with files on disk; gives its row and a grant for it."""
    job_id, key = new_secret(), new_secret()
    folder = site.queue.folder(job_id) / RESULTS
    folder.mkdir(parents=True)
    for name in OUTPUT_FILES:
        (folder / name).write_bytes(_content(name))
    (site.queue.folder(job_id) / "secret.txt").write_text("not yours")
    site.queue.submit(job_id, key, video="video/clip.mp4", options=TakeOptions())
    site.queue.finish(site.queue.claim("w", os.getpid()), JobState.DONE)
    return site.queue.find(job_id, key), grant(job_id, LOCAL, browser="")


@pytest.mark.parametrize("name", OUTPUT_FILES)
def test_the_owner_gets_every_file(site, client_of, job, name):
    answer = client_of(site).get("/" + file_address(*job, name))
    assert answer.status_code == 200
    assert answer.content == _content(name)
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_everything_in_one_file(site, client_of, job):
    answer = client_of(site).get("/" + file_address(*job, "all.zip"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        assert sorted(pack.namelist()) == sorted(OUTPUT_FILES)
        assert pack.read("angles.csv") == _content("angles.csv")
    assert not list(site.queue.folder(job[0].id).glob("*.part"))


def test_the_archive_is_made_anew_after_another_run(site, client_of, job):
    client, address = client_of(site), "/" + file_address(*job, "all.zip")
    client.get(address)
    changed = site.queue.folder(job[0].id) / RESULTS / "reps.csv"
    changed.write_text("new")
    archive = site.queue.folder(job[0].id) / "all.zip"
    os.utime(archive, (1, 1))
    with zipfile.ZipFile(io.BytesIO(client.get(address).content)) as pack:
        assert pack.read("reps.csv") == b"new"


def test_a_part_of_the_video(site, client_of, job):
    address = "/" + file_address(*job, "overlay.mp4", inline=True)
    answer = client_of(site).get(address, headers={"Range": "bytes=5-14"})
    assert answer.status_code == 206
    assert answer.content == _content("overlay.mp4")[5:15]
    assert answer.headers["content-range"] == f"bytes 5-14/{len(_content('overlay.mp4'))}"
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize("name", DOWNLOADS)
@pytest.mark.parametrize("given", [None, "", "wrong", "9999999999.local.x", "²9.local.x", "9" * 30 + ".local.x"])
def test_nobody_else_gets_anything(site, client_of, job, name, given):
    query = "" if given is None else f"?grant={given}"
    answer = client_of(site).get(f"/api/jobs/{job[0].id}/{name}{query}")
    assert answer.status_code == 404
    assert _content(name) not in answer.content


def test_another_jobs_grant_opens_nothing(site, client_of, job):
    other = grant(new_secret(), LOCAL, browser="")
    assert client_of(site).get("/" + file_address(job[0], other, "angles.csv")).status_code == 404


@pytest.mark.parametrize(
    "name", ["..%2Fsecret.txt", "../secret.txt", "secret.txt", "%2Fetc%2Fpasswd", "angles.csv%00", "..", "video"]
)
def test_only_the_known_names(site, client_of, job, name):
    answer = client_of(site).get(f"/api/jobs/{job[0].id}/{name}?grant={job[1]}")
    assert answer.status_code == 404
    assert b"not yours" not in answer.content


@pytest.mark.parametrize("state", [state for state in JobState if state is not JobState.DONE])
def test_no_files_without_a_result(site, client_of, state):
    job_id, key = new_secret(), new_secret()
    site.queue.submit(job_id, key, video="video/clip.mp4", options=TakeOptions())
    if state is not JobState.QUEUED:
        running = site.queue.claim("w", os.getpid())
        if state is not JobState.RUNNING:
            site.queue.finish(running, state)
    job = site.queue.find(job_id, key)
    assert job.state is state
    given = grant(job_id, LOCAL, browser="")
    assert client_of(site).get("/" + file_address(job, given, "angles.csv")).status_code == 404


def test_deleting_removes_row_and_files(site, client_of, job):
    site.delete(job[0])
    assert not site.queue.folder(job[0].id).exists()
    assert client_of(site).get("/" + file_address(*job, "angles.csv")).status_code == 404
