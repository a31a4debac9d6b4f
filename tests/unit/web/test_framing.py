"""The live check: one sentence for each fault, and a route that answers holders of a ticket only."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from screening.core.settings import DEFAULTS
from screening.core.skeleton import INDEX, LANDMARKS
from screening.pose.estimator import Body
from screening.web.framing_check import RULES, Sight, camera_above_hip_deg, judge
from screening.web.live import Checker, decode

WIDTH, HEIGHT = 540, 960
#: Height of each part of a standing body, as a share of its stature from the head down.
LEVELS = {
    "nose": 0.0,
    "ear": 0.0,
    "shoulder": 0.14,
    "hip": 0.5,
    "knee": 0.74,
    "ankle": 0.97,
    "heel": 1.0,
    "foot_index": 1.0,
}


def _level(name):
    return next((share for part, share in LEVELS.items() if name.endswith(part)), 0.1)


def _body(*, top=0.25, bottom=0.75, centre=0.5, pitch_deg=-DEFAULTS.framing.pitch_bias_deg, seen=0.99):
    """Stand a body between two shares of the picture's height; the camera looks down by -`pitch_deg`."""
    shares = np.array([_level(name) for name in LANDMARKS])
    sides = np.array([0.05 * (name.startswith("left") - name.startswith("right")) for name in LANDMARKS])
    pixels = np.column_stack([(centre + sides) * WIDTH, (top + shares * (bottom - top)) * HEIGHT])
    up = (0.5 - shares) * 1.7
    slope = np.radians(pitch_deg)
    world = np.column_stack([sides, -up * np.cos(slope), up * np.sin(slope)])
    return Body(pixels=pixels, world=world, visibility=np.full(len(LANDMARKS), seen))


def _sight(body, **other):
    return Sight(width=WIDTH, height=HEIGHT, luma=120.0, bodies=(body,), **other)


def test_a_well_framed_body_is_good():
    assert judge(_sight(_body())) == "good"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (_body(top=-0.1, bottom=1.1), "back"),
        (_body(top=0.03, bottom=0.97), "back"),
        (_body(top=0.5, bottom=1.05), "feet"),
        (_body(top=0.4, bottom=0.8, seen=0.1), "feet"),
        (_body(top=-0.05, bottom=0.6), "head"),
        (_body(top=0.4, bottom=0.6), "closer"),
        (_body(centre=0.1), "centre"),
        (_body(pitch_deg=-25.0), "lower"),
        (_body(pitch_deg=15.0), "raise"),
    ],
)
def test_each_fault_has_its_sentence(body, key):
    assert judge(_sight(body)) == key


def test_every_rule_can_speak():
    said = {"back", "feet", "head", "closer", "centre", "lower", "raise"}
    assert {key for key, _ in RULES} == said


def test_a_phone_on_its_side():
    body = _body()
    lying = Body(pixels=body.pixels[:, ::-1] * [1.0, 0.5], world=body.world, visibility=body.visibility)
    assert judge(_sight(lying)) == "turn"
    wide = Sight(width=1280, height=720, luma=120.0, bodies=(body,), handheld=True)
    assert judge(wide) == "turn"


def test_the_dark_comes_before_everything():
    assert judge(Sight(width=WIDTH, height=HEIGHT, luma=20.0, bodies=(_body(top=-1.0, bottom=2.0),))) == "dark"


def test_the_camera_height_is_signed_upwards():
    level = camera_above_hip_deg(_sight(_body()))
    assert level == pytest.approx(0.0, abs=0.5)
    assert camera_above_hip_deg(_sight(_body(pitch_deg=-26.0))) == pytest.approx(20.0, abs=0.5)
    assert camera_above_hip_deg(_sight(_body(top=0.35, bottom=0.85))) > 5.0


def test_whoever_sits_is_not_told_about_the_camera():
    assert np.isnan(camera_above_hip_deg(_sight(_body(), standing=False)))
    assert judge(_sight(_body(pitch_deg=-40.0), standing=False)) == "good"


def _jpeg(width=64, height=48):
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 10, 10)).save(out, "JPEG")
    return out.getvalue()


def test_only_small_jpegs_are_unpacked():
    assert decode(_jpeg(), 100).shape == (48, 64, 3)
    for wrong in (b"", b"no picture", _jpeg()[:40], _jpeg(200, 10)):
        with pytest.raises(ValueError, match=r"JPEG|pixels"):
            decode(wrong, 100)


class Watching:
    """A finder that reports one body, and waits while it is told to."""

    def __init__(self):
        self.go, self.closed = threading.Event(), False
        self.go.set()

    def find(self, rgb):
        assert self.go.wait(10)
        assert rgb.dtype == np.uint8
        return (_body(),)

    def close(self):
        self.closed = True


@pytest.fixture
def watched(site):
    site.checker._finder = Watching()
    yield site, site.checker._finder


def _ask(client, ticket, body, **headers):
    return client.post(f"/api/framing/{ticket.id}", content=body, headers={"X-Upload-Secret": ticket.secret, **headers})


def test_the_route_answers_with_points_and_one_sentence(watched, client_of):
    site, _ = watched
    ticket = site.tickets.issue()
    answer = _ask(client_of(site), ticket, _jpeg(WIDTH, HEIGHT)).json()
    assert (answer["key"], answer["sentence"]) == ("good", "Good, stay there")
    assert len(answer["points"]) == len(LANDMARKS)
    assert answer["points"][INDEX["left_hip"]][1] == pytest.approx(0.5, abs=0.01)
    assert site.tickets.permits(ticket.id, ticket.secret)


def test_the_route_needs_a_ticket_and_a_picture(watched, client_of):
    site, _ = watched
    client, ticket = client_of(site), site.tickets.issue()
    assert _ask(client, ticket, _jpeg(), **{"X-Upload-Secret": "wrong"}).status_code == 403
    assert _ask(client, ticket, b"no picture").status_code == 400
    assert _ask(client, ticket, b"x" * (DEFAULTS.framing.max_bytes + 1)).status_code == 413


def test_one_picture_at_a_time(watched):
    site, finder = watched
    finder.go.clear()
    first = []
    thread = threading.Thread(target=lambda: first.append(site.checker.check(_jpeg(), handheld=False, standing=True)))
    thread.start()
    while not site.checker._busy.locked():
        pass
    assert site.checker.check(_jpeg(), handheld=False, standing=True) is None
    finder.go.set()
    thread.join(60)
    assert first[0] is not None


def test_the_network_is_put_away_when_nobody_asks():
    checker = Checker()
    checker._finder = finder = Watching()
    checker._asked = -1e9
    checker.tidy()
    checker.close()
    assert finder.closed
