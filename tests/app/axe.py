"""What axe-core has against a page, in every look."""

from __future__ import annotations

import threading
import time

from tests.app.browser import settled

#: Width of the window and colours. Beginning and end are alike, so that nothing has to fade between two pages.
LOOKS = ((1280, "light"), (375, "light"), (375, "dark"), (1280, "dark"))
#: What still fades in is too faint at first: a fault counts if it is still there after so long.
_LASTS_S = 10.0


def look(page, what):
    """Serious faults of an open page: what was looked at, width, colours, rule, element."""
    from axe_playwright_python.sync_playwright import Axe

    axe, out = Axe(), []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        end = time.monotonic() + _LASTS_S
        while (faults := _faults(axe, page, width)) and time.monotonic() < end:
            threading.Event().wait(0.2)
        out += [(what, width, scheme, *fault) for fault in faults]
    if page.locator(".stApp").count():
        settled(page)
    return out


def _faults(axe, page, width):
    found = axe.run(page).response["violations"]
    out = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        out.append(("wider than the window", ""))
    return out
