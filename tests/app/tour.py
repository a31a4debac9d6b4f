"""Pictures of every page, to be looked at: `python -m tests.app.tour OUT`; `--keep` renews those of the README.

It serves the program from a data folder of its own, with a made-up person measured from the sample videos.
"""

import argparse
import io
import json
import re
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from PIL import Image

from screening.catalog.intake import load_intake
from screening.core.screen import Person, TakeEntry
from screening.core.serial import to_plain
from screening.core.settings import DEFAULTS, TakeOptions
from screening.core.vocabulary import Side, View
from screening.jobs.queue import JobState, new_secret
from screening.jobs.screen_reports import write_reports
from screening.jobs.worker import RESULTS
from screening.report.html import write_html
from screening.report.overlay import write_overlay
from screening.report.screen_files import write_screen_reports
from screening.screens import assess
from screening.store import Role, open_store
from screening.store.schema import JOBS, SCREENS
from screening.store.screens import sha256_of
from tests.app.conftest import NEAR, free_port, serving
from tests.conftest import ARGUMENTS, SAMPLES, _chromium
from tests.review_case import CLIP, measure_into, measured, seed
from tests.screens import PERSON
from tests.screens import measured as made_up

STEP_MS = 30_000
WIDTHS = (1280, 375)
LOOKS = tuple((width, scheme) for width in WIDTHS for scheme in ("light", "dark"))
TALLEST = 9000
SETTLE_MS = 600
TAKE = "split_squat.left.back"
RESTED = ".stApp[data-test-script-state='notRunning']"
#: Pictures of the README: page, width, scheme, and the part of the page from the top in CSS pixels.
KEPT = {
    "start": (1280, "light", 1000),
    "takes": (1280, "light", 1000),
    "record": (1280, "dark", 1000),
    "screen_report": (1280, "light", 1300),
    "take_report": (1280, "light", 1300),
    "review": (1280, "light", 1250),
    "trends": (1280, "dark", 1000),
    "people": (1280, "light", 800),
}
KEPT_WIDTH, KEPT_COLOURS, KEPT_BYTES = 640, 256, 60_000
#: Every page in the order in which people meet it: what a person sees, then what a clinician sees.
PAGES = {
    "start": "First page: begin a whole screen, or measure one video",
    "welcome": "What happens and what does not",
    "consent": "Consents, one by one",
    "safety": "Safety questions",
    "flagged": "An answer that needs help first",
    "pain": "Where it hurts",
    "history": "What happened before",
    "takes": "The four films, each with its drawing",
    "upload": "Choosing a video",
    "record_before": "Filming: before the camera is on",
    "record": "Filming hands-free",
    "desk_code": "A code for the phone",
    "desk_phone": "A code, where no phone can come",
    "phone": "On the phone",
    "measuring": "Progress",
    "refused": "A video that could not be measured",
    "not_yet": "No report yet",
    "report": "A person's report on the page",
    "screen_report": "Report of a whole screen (made-up person with clear differences)",
    "screen_report_plain": "Report of a whole screen without a clear difference",
    "take_report": "Report of one video",
    "log_in": "Log-in, where it is set up",
    "people": "People and screens",
    "person": "One person: consents, films, take-away, erasure",
    "first_look": "First look, before the numbers",
    "review": "Review",
    "sign": "Signature",
    "signed": "A signed version",
    "trends": "Over time",
    "users": "Users and roles",
    "missing": "An address that holds nothing",
}
#: All four looks of a page in one picture: so much of it from the top, this high.
SHOWN_CSS_PX, SHEET_PX, GAP_PX, SHEET_QUALITY = 1300, 640, 12, 55


@dataclass(kw_only=True)
class Tour:
    """Where the pictures go, and which pages are wanted (all if there are none)."""

    out: Path
    wanted: tuple[str, ...] = ()

    def wants(self, name):
        return not self.wanted or name in self.wanted

    def shoot(self, page, name):
        """Take an open page in every look, as tall as it is."""
        for width, scheme in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(SETTLE_MS)
            page.set_viewport_size({"width": width, "height": _height(page)})
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=self.out / f"{name}_{width}_{scheme}.png")
        page.set_viewport_size({"width": LOOKS[0][0], "height": 900})


def _height(page):
    tall = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]') || document.documentElement;"
        " return Math.ceil(main.scrollHeight); }"
    )
    return max(600, min(tall, TALLEST))


def _open(page, address, wait=None):
    page.goto("about:blank")
    page.goto(address)
    if "/phone/" not in address and address.startswith("http"):
        page.locator(RESTED).wait_for()
    page.get_by_role("heading").first.wait_for()
    if wait:
        page.locator(wait).first.wait_for()


def _press(page, name):
    page.locator(RESTED).wait_for()
    page.get_by_role("button", name=name).first.click()


def _fresh(store, code, *, flag=False):
    """Make a screen whose safety questions were answered; gives its part of the address."""
    key = new_secret()
    person = store.people.add(Person(code=code), who="local")
    made = store.screens.add(person.id, who="local", key=key)
    questions = [question.key for question in load_intake().questions if question.flag]
    store.screens.answer(made.id, {name: flag and name == questions[0] for name in questions}, who="local")
    return made.id, f"?screen={made.id}&key={key}"


def _job(store, data, state, *, screen="", results=None, **told):
    """Put a job into the table that no worker takes; gives its part of the address."""
    number, key, now = new_secret(), new_secret(), time.time()
    row = {"id": number, "screen": screen, "state": state.value, "created_at": now, **told}
    row["video"] = "screen.toml" if screen else "video/a.mp4"
    row["options"] = json.dumps(to_plain(TakeOptions()))
    row["heartbeat_at"] = now + 1e6
    with store.database.write() as db:
        db.execute(JOBS.insert().values(key_sha256=sha256_of(key), **row))
    if results:
        results.rename(_folder(data, number))
    return f"?job={number}&key={key}", number


def _folder(data, number):
    folder = data / "jobs" / number / RESULTS
    folder.parent.mkdir(parents=True)
    return folder


def _people(store, work):
    """Three people in the store; gives the screen that is reviewed and the one that waits for a first look."""
    before = seed(store, work, key="a")
    again = seed(store, work, key="b")
    _draw(store, again.id, work)
    first_look = seed(store, work, code="B-04", key="c")
    seed(store, work, code="C-22", share=False, key="d")
    store.screens.set_attention(first_look.id, "take_refused", who="local")
    with store.database.write() as db:
        old = sa.update(SCREENS).where(SCREENS.c.id == before.id)
        db.execute(old.values(created_at=SCREENS.c.created_at - 56 * 86400))
    for name, role in (("Ann Example", Role.PERSON), ("Bob Example", Role.NONE), ("Dr. Example", Role.CLINICIAN)):
        store.users.seen(f"https://log-in.example.org|{name[:3].lower()}", name, role)
    return again, first_look


def _draw(store, screen, work):
    """Put the drawing into the left leg's video, which the shared case leaves out."""
    drawn = work / "drawn.mp4"
    write_overlay(measured(CLIP), SAMPLES / f"{CLIP}.mp4", drawn, settings=DEFAULTS.report)
    (film,) = [take for take in store.takes.of_screen(screen) if take.lead is Side.LEFT]
    shutil.copy(drawn, store.results.folder(store.results.latest(screen)) / "takes" / film.name / "overlay.mp4")


def _reports(work):
    """Write both reports; the second shows a made-up person with findings."""
    take, plain, found = work / "take", work / "plain", work / "found"
    for folder in (take, found):
        folder.mkdir()
    write_html(measured(CLIP), SAMPLES / f"{CLIP}.mp4", take / "report.html", settings=DEFAULTS.report)
    result = measure_into(plain, ("left_side", "right_side"))
    write_reports(result, plain, settings=DEFAULTS)
    told = {"painful_side": "right", "pain_now": 3}
    screen = assess(Person(code="A-17", height_cm=172.0), told, [made_up(*one) for one in PERSON])
    write_screen_reports(screen, found, {}, settings=DEFAULTS.report)
    return {"take_report": take, "screen_report_plain": plain, "screen_report": found}


def _camera(path):
    """Write a film that Chromium plays as its camera."""
    import av

    with av.open(SAMPLES / "back_right_lead.mp4") as video, path.open("wb") as file:
        for frame in video.decode(video=0):
            jpeg = io.BytesIO()
            frame.to_image().save(jpeg, "JPEG", quality=80)
            file.write(jpeg.getvalue())
    return path


def _person_way(tour, page, server, store, data, work):
    number, screen = _fresh(store, "T-1")
    _, flagged = _fresh(store, "T-2", flag=True)
    running, _ = _job(store, data, JobState.RUNNING, stage="pose", done=212, total=480, fraction=0.44, seconds_left=74)
    refused, _ = _job(store, data, JobState.REFUSED, what="Nobody was seen in this video.", hint="Film the whole body.")
    pages = {
        "start": "",
        "welcome": "?step=welcome",
        "consent": "?step=consent",
        "safety": f"{screen}&step=intake&group=safety",
        "flagged": f"{flagged}&step=intake",
        "pain": f"{screen}&step=intake&group=pain",
        "history": f"{screen}&step=intake&group=history",
        "upload": f"{screen}&step=upload&take={TAKE}",
        "desk_phone": f"{screen}&step=phone&take={TAKE}",
        "not_yet": f"{screen}&step=report",
        "measuring": running,
        "refused": refused,
        "missing": "?screen=none&key=none",
    }
    for name, address in pages.items():
        if tour.wants(name):
            _open(page, server + address)
            tour.shoot(page, name)
    if tour.wants("takes"):
        film = work / "film.mp4"
        film.write_bytes((SAMPLES / "back_right_lead.mp4").read_bytes())
        entry = TakeEntry(video="", lead=Side.RIGHT, view=View.BACK, mirrored=False)
        store.takes.add(number, entry, film, file_name=film.name, who="local")
        _open(page, f"{server}{screen}&step=takes")
        tour.shoot(page, "takes")
    return screen


def _reports_way(tour, page, server, store, data, work):
    wanted = [n for n in ("take_report", "screen_report", "screen_report_plain", "report") if tour.wants(n)]
    if not wanted:
        return
    folders = _reports(work)
    for name in wanted:
        if name in folders:
            _open(page, (folders[name] / "report.html").as_uri())
            tour.shoot(page, name)
    if tour.wants("report"):
        number, screen = _fresh(store, "T-3")
        _, job = _job(store, data, JobState.DONE, screen=number, results=folders["screen_report_plain"])
        store.screens.set_job(number, job, who="local")
        _open(page, f"{server}{screen}&step=report", "iframe")
        page.frame_locator("iframe").get_by_role("heading").first.wait_for()
        tour.shoot(page, "report")


def _clinic_way(tour, page, server, store, work):
    names = ("people", "person", "trends", "users", "first_look", "review", "sign", "signed")
    if not any(map(tour.wants, names)):
        return
    case, other = _people(store, work)
    there = f"&screen={case.id}&person={case.person}"
    for name in ("people", "person", "trends", "users"):
        if tour.wants(name):
            _open(page, f"{server}?clinic={name}{there}")
            tour.shoot(page, name)
    if tour.wants("first_look"):
        _open(page, f"{server}?clinic=review&screen={other.id}", "section.take video")
        tour.shoot(page, "first_look")
    if not any(map(tour.wants, names[5:])):
        return
    _open(page, f"{server}?clinic=review{there}")
    _press(page, "Show the numbers without rating")
    page.get_by_role("heading", name="Left against right").wait_for()
    curve = page.get_by_role("slider").first
    curve.click(position={"x": curve.bounding_box()["width"] * 0.43, "y": 60})
    if tour.wants("review"):
        tour.shoot(page, "review")
    _press(page, "To the signature")
    page.get_by_role("textbox", name=re.compile("Your name")).fill("Dr. Example")
    if tour.wants("sign"):
        tour.shoot(page, "sign")
    if tour.wants("signed"):
        _press(page, "Sign and freeze")
        page.get_by_text("Signed. The report is frozen.").wait_for(timeout=90_000)
        tour.shoot(page, "signed")


def _record_way(tour, playwright, server, screen, work):
    if not tour.wants("record"):
        return
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    film = f"--use-file-for-fake-video-capture={_camera(work / 'camera.mjpeg')}"
    with _browser(playwright, *fake, film) as page:
        _open(page, f"{server}{screen}&step=record&take=split_squat.right.back")
        tour.shoot(page, "record_before")
        _press(page, "Start the camera")
        page.locator(".stage[data-state=recording]").wait_for(timeout=60_000)
        page.locator(".reps", has_text=re.compile("^[1-9]")).wait_for()
        tour.shoot(page, "record")


def _phone_way(tour, page, work):
    """The code and the phone's page, from a server that other machines could reach."""
    if not tour.wants("phone") and not tour.wants("desk_code"):
        return
    folder, port = work / "reachable", free_port()
    folder.mkdir()
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(folder / "data")]
    command += ["--host", NEAR, "--i-know-this-is-open"]
    with serving(command, port, folder, host=NEAR) as server, open_store(folder / "data") as store:
        _, screen = _fresh(store, "T-4")
        _open(page, f"{server}{screen}&step=phone&take={TAKE}", "a[href*='/phone/']")
        link = page.locator("a[href*='/phone/']").get_attribute("href")
        tour.shoot(page, "desk_code")
        _open(page, link)
        tour.shoot(page, "phone")


def _log_in_way(tour, page, work):
    """The page before a log-in, from a server of its own."""
    if not tour.wants("log_in"):
        return
    folder, port = work / "closed", free_port()
    (folder / ".streamlit").mkdir(parents=True)
    (folder / ".streamlit" / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{new_secret() * 2}"\n'
        'client_id = "screen"\nclient_secret = "secret"\n'
        'server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"\n'
    )
    command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(folder / "data")]
    with serving(command, port, folder, cwd=folder) as address:
        _open(page, address)
        tour.shoot(page, "log_in")


@contextmanager
def _browser(playwright, *more):
    browser = playwright.chromium.launch(executable_path=_chromium(), args=[*ARGUMENTS, *more])
    page = browser.new_page()
    page.set_default_timeout(STEP_MS)
    try:
        yield page
    finally:
        browser.close()


def keep(out, to):
    """Make the README's pictures small: one width, and as many colours as fit."""
    to.mkdir(exist_ok=True)
    for name, (width, scheme, height) in KEPT.items():
        with Image.open(out / f"{name}_{width}_{scheme}.png") as whole:
            part = whole.convert("RGB").crop((0, 0, whole.width, min(height, whole.height)))
        if part.width > KEPT_WIDTH:
            part = part.resize((KEPT_WIDTH, round(part.height * KEPT_WIDTH / part.width)), Image.Resampling.LANCZOS)
        target, colours = to / f"{name}.png", KEPT_COLOURS
        while colours == KEPT_COLOURS or target.stat().st_size >= KEPT_BYTES:
            part.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
            colours -= 32


def sheets(out, to):
    """All four looks of every page side by side, and a page that shows them."""
    to.mkdir(parents=True, exist_ok=True)
    missing = {path.name.rsplit("_", 2)[0] for path in out.glob("*_375_dark.png")} ^ set(PAGES)
    if missing:
        sys.exit(f"pages without a picture or a title: {', '.join(sorted(missing))}")
    lines = [
        "# Every page",
        "",
        f"Each at {' and '.join(str(w) for w in WIDTHS)} px, light and dark, from its top.",
        "",
    ]
    for name, title in PAGES.items():
        parts = []
        for width, scheme in LOOKS:
            with Image.open(out / f"{name}_{width}_{scheme}.png") as whole:
                page = whole.convert("RGB")
            part = Image.new("RGB", (page.width, SHOWN_CSS_PX), page.getpixel((0, page.height - 1)))
            part.paste(page, (0, 0))
            parts.append(part.resize((round(part.width * SHEET_PX / part.height), SHEET_PX), Image.Resampling.LANCZOS))
        sheet = Image.new("RGB", (sum(p.width + GAP_PX for p in parts) - GAP_PX, SHEET_PX), "grey")
        left = 0
        for part in parts:
            sheet.paste(part, (left, 0))
            left += part.width + GAP_PX
        sheet.save(to / f"{name}.webp", quality=SHEET_QUALITY, method=6)
        lines += [f"## {title}", "", f"![{title}, in four looks]({name}.webp)", ""]
    (to / "README.md").write_text("\n".join(lines), encoding="utf-8")


def main():
    """Serve, visit, keep."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", default=(), help="names of pages")
    parser.add_argument("--keep", action="store_true", help="renew the pictures of the README")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    tour = Tour(out=asked.out.resolve(), wanted=tuple(asked.only))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        work = Path(folder)
        data, port = work / "data", free_port()
        command = [sys.executable, "-m", "screening", "app", "--port", str(port), "--data", str(data)]
        with serving(command, port, work) as server, open_store(data) as store, _browser(playwright) as page:
            screen = _person_way(tour, page, server, store, data, work)
            _clinic_way(tour, page, server, store, work)
            _reports_way(tour, page, server, store, data, work)
            _record_way(tour, playwright, server, screen, work)
        with _browser(playwright) as page:
            _phone_way(tour, page, work)
            _log_in_way(tour, page, work)
    if asked.keep:
        keep(tour.out, SAMPLES / "tour")
        sheets(tour.out, SAMPLES / "tour" / "pages")


if __name__ == "__main__":
    main()
