"""A person's way through a screen in a real browser: consents, questions, a take, a phone, resuming."""

import re
import subprocess
import sys

import pytest

from screening.core.screen import Person
from screening.jobs.queue import new_secret
from screening.store import open_store
from tests.app.browser import STEP_MS, answer_the_rest, begin, film, heading, open_context, press, settled
from tests.app.conftest import ROOT, free_port, serving, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CLIPS = ROOT / "sample_videos"
BACK, FRONT = CLIPS / "back_right_lead.mp4", CLIPS / "front_left_lead.mp4"


@pytest.fixture
def screen(server, data):
    """Make a screen whose safety questions were answered; gives its address."""
    return _answered(server, data)


def _answered(server, data):
    from screening.catalog.intake import load_intake

    key = new_secret()
    with open_store(data) as store:
        person = store.people.add(Person(code=f"T-{key}"), who="local")
        made = store.screens.add(person.id, who="local", key=key)
        answers = {question.key: False for question in load_intake().questions if question.flag}
        store.screens.answer(made.id, answers, who="local")
    return f"{server}?screen={made.id}&key={key}"


def _takes(data, address):
    with open_store(data) as store:
        return store.takes.of_screen(re.search(r"screen=([^&]+)", address).group(1))


def test_from_the_consents_to_a_recording_that_is_kept(filming, server, data):
    page = open_context(filming).new_page()
    page.goto(server)
    begin(page, "film")
    settled(page)
    page.get_by_text("None of these is true").click()
    press(page, "Go on")
    answer_the_rest(page)
    page.locator("[class*=split_squat-right-back]").get_by_role("button", name="Film here").click()
    press(page, "Start the camera")
    film(page, 1)
    assert page.locator(".stage").count() == 0
    settled(page)
    (take,) = _takes(data, page.url)
    assert (take.lead.value, take.view.value, take.mirrored) == ("right", "back", False)
    assert take.size_bytes > 50_000
    page.context.close()


def test_a_yes_to_a_safety_question_shows_what_to_do_and_no_filming(visit):
    page = visit(width=375)
    begin(page, "flag")
    settled(page)
    page.get_by_text("Do you feel numb").click()
    press(page, "Go on")
    heading(page, "Please get help today")
    assert page.get_by_role("button", name="Film here").count() == 0
    page.goto(page.url.replace("step=intake", "step=takes"))
    heading(page, "Please get help today")
    press(page, "I ticked something by mistake")
    heading(page, "Safety first")


def test_where_no_phone_can_send_there_is_no_code(visit, screen):
    desk = visit(screen + "&step=phone&take=split_squat.left.back", width=375)
    desk.get_by_text("Sending from a phone is not set up here.").wait_for(timeout=STEP_MS)
    settled(desk)
    assert desk.locator("img.qr, a[href*='/phone/']").count() == 0
    assert desk.get_by_text("--host").first.is_hidden()
    desk.get_by_text("For whoever looks after the program").click()
    desk.get_by_text("--host").first.wait_for(timeout=STEP_MS)
    press(desk, "Choose a video")
    desk.locator(".uploader").wait_for(timeout=STEP_MS)


def test_a_phone_sends_one_film_and_its_code_is_then_over(visit, reachable):
    screen, data = _answered(*reachable), reachable[1]
    desk = visit(screen + "&step=phone&take=split_squat.left.back")
    link = desk.locator("a[href*='/phone/']")
    link.wait_for(timeout=STEP_MS)
    address = link.get_attribute("href")
    phone = visit(address, width=375)
    phone.get_by_text("Split squat, left leg in front, from behind").wait_for(timeout=STEP_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375
    phone.locator("input[type=file]").set_input_files(FRONT)
    heading(phone, "Thank you")
    heading(desk, "Your films")
    (take,) = _takes(data, screen)
    assert take.size_bytes == FRONT.stat().st_size
    phone.reload()
    heading(phone, "This code was used already")
    assert phone.locator("input[type=file]").is_hidden()
    wrong = visit(address.replace("#", "#x"), width=375)
    heading(wrong, "This code is not known")


def test_an_expired_code_is_refused_in_two_lines(visit, server, data):
    import json
    import time
    from hashlib import sha256

    # As the program writes it, with a time that has passed; read at the next start, so this has a server of its own.
    port, secret = free_port(), "old"
    folder = data.parent / "expired"
    (folder / "uploads").mkdir(parents=True)
    ticket = {"id": "t", "secret_sha256": sha256(secret.encode()).hexdigest(), "expires": time.time() - 60}
    rest = {"state": "fresh", "path": "", "screen": "s", "take": "split_squat.left.back", "mirrored": None}
    (folder / "uploads" / "t.ticket").write_text(json.dumps({**ticket, **rest, "name": "", "length": 0}))
    with _running(port, folder):
        page = visit(f"http://127.0.0.1:{port}/phone/t#{secret}", width=375)
        heading(page, "This code is over")
        assert page.locator(".over p").count() == 2
        page.goto(server)


def _running(port, folder):
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(folder)]
    return serving(command, port, folder)


def test_an_upload_goes_on_after_the_server_was_killed(chromium, tmp_path):
    port, folder = free_port(), tmp_path / "data"
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(folder)]

    def start():
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        return process

    running = start()
    context = open_context(chromium)
    try:
        with open_store(folder) as store:
            person = store.people.add(Person(code="killed"), who="local")
            made = store.screens.add(person.id, who="local", key="k")
        from screening.web.tickets import Tickets

        ticket = Tickets(folder=folder / "uploads").issue(screen=made.id, take="split_squat.left.back")
        running.kill()
        running.wait(60)
        running = start()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/phone/{ticket.id}#{ticket.secret}")
        network = context.new_cdp_session(page)
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
        network.send("Network.enable")
        network.send("Network.emulateNetworkConditions", slow)
        page.locator("input[type=file]").set_input_files(BACK)
        page.locator(".what", has_text=re.compile(r"\([2-9]\d %\)")).wait_for(timeout=STEP_MS)
        running.kill()
        running.wait(60)
        page.locator(".what", has_text="connection is lost").wait_for(timeout=STEP_MS)
        part = folder / "uploads" / f"{ticket.id}.part"
        assert 0 <= part.stat().st_size < BACK.stat().st_size
        network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
        running = start()
        page.get_by_role("heading", name="Thank you").wait_for(timeout=STEP_MS)
        with open_store(folder) as store:
            (take,) = store.takes.of_screen(made.id)
            assert store.takes.video(take).read_bytes() == BACK.read_bytes()
    finally:
        context.close()
        running.kill()
        running.wait(60)


def test_several_videos_at_once(visit, screen, data):
    page = visit(screen)
    page.get_by_text("Choose several videos at once").wait_for()
    settled(page)
    page.get_by_text("Choose several videos at once").click()
    page.locator(".uploader input[type=file]").set_input_files([FRONT, BACK])
    page.get_by_text("Which film is this? back_right_lead.mp4").wait_for(timeout=STEP_MS)
    assert sorted(take.file_name for take in _takes(data, screen)) == ["back_right_lead.mp4", "front_left_lead.mp4"]


def test_a_video_that_is_there_already(visit, screen, data):
    page = visit(screen + "&step=upload&take=split_squat.right.right")
    page.locator(".uploader input[type=file]").set_input_files(FRONT)
    heading(page, "Your films")
    (take,) = _takes(data, screen)
    assert (take.lead.value, take.view.value, take.mirrored) == ("right", "right", None)


def test_a_strangers_guess_opens_no_screen(visit, screen):
    page = visit(re.sub(r"key=.*", "key=guess", screen))
    heading(page, "Nothing here")
    settled(page)
    assert page.get_by_role("button", name="Film here").count() == 0


def test_a_film_is_deleted_only_after_a_second_word(visit, screen, data):
    page = visit(screen + "&step=upload&take=split_squat.right.right")
    page.locator(".uploader input[type=file]").set_input_files(FRONT)
    heading(page, "Your films")
    page.get_by_text("Kept", exact=True).first.wait_for()
    press(page, "Delete", exact=True)
    page.get_by_text("cannot be brought back").wait_for()
    settled(page)
    assert len(_takes(data, screen)) == 1
    page.get_by_role("button", name="Delete it now").click()
    page.get_by_text("Kept", exact=True).first.wait_for(state="detached")
    settled(page)
    assert _takes(data, screen) == []
