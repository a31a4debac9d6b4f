"""What the browser tests share: contexts that watch themselves, and steps that wait for what the page shows.

Nothing here waits for a time. `STEP_MS` is the longest that a step may take on a busy machine;
on a quiet one a step takes well under a second.
"""

from __future__ import annotations

import re
import threading
import time

STEP_MS = 60_000
#: Measuring a sample video from its first byte to the report.
MEASURED_MS = 500_000
VIDEOS = "section.take video"

#: Notes for each message to the server whether the script began to run since.
_WATCH = """(() => {
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    send(what) { window.askedAt = performance.now(); super.send(what); }
  };
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.dataset.testScriptState === "running")) window.askedAt = 0;
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-test-script-state"] });
})()"""

#: The script rests and no message waits for its beginning, for a while: what was typed is sent some pictures later,
#: and what no longer belongs to the page goes some pictures after the script's end. A message that starts no script
#: is given up.
_RESTED = """() => {
  const now = performance.now(), app = document.querySelector(".stApp");
  const waits = window.askedAt && now - window.askedAt < 3000;
  if (app?.dataset.testScriptState !== "notRunning" || waits) window.restsSince = now;
  return now - window.restsSince > 150;
}"""


def until(condition, seconds=STEP_MS / 1000, what="it did not happen in time"):
    """Wait until a condition of this machine (a file, a row) holds; gives what it gave."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what
        threading.Event().wait(0.05)
    return found


def open_context(browser, *, width=1280, height=900, **more):
    """Make a browser profile whose pages can be asked whether they rest."""
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    context.set_default_timeout(STEP_MS)
    context.add_init_script(_WATCH)
    return context


def settled(page):
    """Wait until the page has shown all that was asked of it."""
    page.evaluate("window.restsSince = performance.now()")
    page.wait_for_function(_RESTED, timeout=STEP_MS)


def press(page, name, **more):
    """Press a button once the page rests: while its script runs, buttons and forms are replaced."""
    settled(page)
    page.get_by_role("button", name=name, **more).first.click(timeout=STEP_MS)


def heading(page, name):
    """Wait for a heading."""
    page.get_by_role("heading", name=name).first.wait_for(timeout=STEP_MS)


def choose(page, label, option):
    """Choose from a list that is searched by typing."""
    settled(page)
    box = page.get_by_role("combobox", name=label)
    box.click(timeout=STEP_MS)
    box.fill(option)
    page.get_by_role("option", name=option).first.click(timeout=STEP_MS)


def films_ready(page, n):
    """Wait until `n` films stand in the workspace and each shows its picture."""
    page.wait_for_function(
        """([selector, n]) => {
          const walk = (root) => [...root.querySelectorAll("*")].flatMap((e) =>
            [...(e.matches(selector) ? [e] : []), ...(e.shadowRoot ? walk(e.shadowRoot) : [])]);
          const films = walk(document);
          return films.length === n && films.every((film) => film.readyState >= 2 && !film.seeking);
        }""",
        arg=[VIDEOS, n],
        timeout=STEP_MS,
    )


def begin(page, code):
    """Go from the first page to the questions about safety: everything is agreed to."""
    press(page, "Begin a screen")
    press(page, "I have read this")
    heading(page, "What may be done")
    settled(page)
    page.get_by_role("textbox", name="Your code").fill(code)
    for question in page.get_by_role("radiogroup").all():
        question.get_by_text("Yes", exact=True).click()
    press(page, "Go on")
    heading(page, "Safety first")


def answer_the_rest(page):
    """Go from the questions after safety to the list of films, answering none."""
    for group in ("Your pain", "How it feels", "What happened before", "Your day"):
        heading(page, group)
        press(page, "Go on")
    heading(page, "Your films")
    settled(page)


def film(page, reps):
    """Film with a camera that was started, until so many repetitions were counted, and keep the film."""
    page.locator(".words", has_text=re.compile("stay there|camera|Step|feet", re.IGNORECASE)).wait_for()
    page.locator(".stage[data-state=recording]").wait_for(timeout=2 * STEP_MS)
    page.locator(".reps", has_text=re.compile(f"^[{reps}-9]")).wait_for(timeout=2 * STEP_MS)
    press(page, "Stop", exact=True)
    press(page, "Keep this film")
    heading(page, "Your films")
    page.get_by_text("Kept", exact=True).first.wait_for()
