from __future__ import annotations

import cv2
import numpy as np
import pytest

from screening.core.errors import NoPersonError, SeveralPeopleError
from screening.core.settings import PoseSettings
from screening.pose.estimator import Body
from screening.pose.people import Look, choose, follows, hide, look, require_person, same, union_box
from tests.unit.pose.conftest import beside, sample_pictures
from tests.unit.pose.test_estimator import a_body

SETTINGS = PoseSettings()


def scaled(body: Body, factor: float) -> Body:
    return Body(pixels=body.pixels * factor, world=body.world, visibility=body.visibility)


def looks(*groups: tuple[float, ...]) -> list[Look]:
    """Looks at people of these sizes."""
    body = a_body()
    return [Look(picture=i, people=tuple(scaled(body, s) for s in sizes)) for i, sizes in enumerate(groups)]


# ------------------------------------------------------------------ finding


@pytest.mark.slow
def test_each_sample_shows_one_person(finder):
    for name in ("front_left_lead", "back_right_lead", "left_side_left_lead", "right_side_right_lead"):
        for picture in sample_pictures(name, 189, 30):
            assert len(look(finder, picture.rgb, 0, SETTINGS).people) == 1, (name, picture.index)


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_two_people_side_by_side_are_both_seen(finder, share):
    a, b = (sample_pictures(n, 91, 90)[1].rgb for n in ("front_left_lead", "back_right_lead"))
    seen = look(finder, beside(a, b, share), 0, SETTINGS)
    assert len(seen.people) == 2
    assert seen.rivals(SETTINGS.clear_height_ratio) == 1
    assert seen.people[0].mid("hip")[0] < 540 < seen.people[1].mid("hip")[0]


def test_a_hidden_body_is_not_found_again(finder):
    picture = sample_pictures("front_left_lead", 10)[0].rgb
    before = picture.copy()
    assert finder.find(hide(picture, finder.find(picture))) == ()
    assert np.array_equal(picture, before)


def test_a_find_that_is_not_seen_again_when_flipped_is_dropped(finder):
    """A body is drawn where only the unflipped search reports one."""
    picture = sample_pictures("front_left_lead", 10)[0].rgb
    real = finder.find(picture)[0]
    ghost = real.moved(300, 0)
    wide = np.hstack([picture, np.full_like(picture, 170)])

    class Haunted:
        calls = 0

        def find(self, rgb):
            self.calls += 1
            return (real, ghost) if self.calls == 1 else finder.find(rgb)

        def close(self):
            pass

    people = look(Haunted(), wide, 0, SETTINGS).people
    assert len(people) == 1
    assert people[0] is real


# ------------------------------------------------------------------ choosing


def test_one_person_clearly_taller_is_meant():
    assert len(choose(looks((2.0, 1.0), (2.0,), (), (2.0, 1.2)), SETTINGS)) == 3


def test_two_of_a_size_are_refused_with_their_number():
    with pytest.raises(SeveralPeopleError, match="2 people of similar size in 2 of 3 pictures") as caught:
        choose(looks((2.0, 1.6), (2.0, 1.9), (2.0,)), SETTINGS)
    assert "one person alone" in caught.value.hint


def test_somebody_who_walks_through_once_does_no_harm():
    chosen = choose(looks((2.0,), (2.0, 1.9), (2.0,), (2.0,)), SETTINGS)
    assert [entry.picture for entry in chosen] == [0, 2, 3]


def test_whether_the_tracker_follows_the_person_meant():
    chosen = choose(looks((2.0,), (2.0,), (2.0,)), SETTINGS)
    meant = chosen[0].people[0]
    assert follows((meant, meant, None), chosen, SETTINGS)
    assert not follows((meant.moved(2000, 0), meant.moved(2000, 0), meant), chosen, SETTINGS)


def test_the_same_person_found_twice_is_one():
    body = a_body()
    near = body.moved(0.2 * body.torso_px, 0)
    assert same(body, near, SETTINGS.same_person_torsos)
    assert not same(body, body.moved(body.torso_px, 0), SETTINGS.same_person_torsos)


def test_the_part_of_the_picture_to_follow_lies_inside_it():
    left, top, right, bottom = union_box(looks((1.0,), (3.0,)), (800, 600, 3))
    assert (left, top, right, bottom) == (0, 0, 600, 800)
    small = union_box(looks((0.2,)), (800, 600, 3))
    assert small[2] - small[0] < 200


def test_nobody_in_too_many_frames_is_counted():
    require_person(180, 300, SETTINGS)
    with pytest.raises(NoPersonError, match=r"No person in 212 of 300 frames \(limit 120\)"):
        require_person(88, 300, SETTINGS)


def test_a_poster_size_person_far_behind_is_accepted(finder):
    a, b = (sample_pictures(n, 91, 90)[1].rgb for n in ("front_left_lead", "back_right_lead"))
    seen = look(finder, beside(a, b, 0.5), 0, SETTINGS)
    assert seen.rivals(SETTINGS.clear_height_ratio) == 0
    assert cv2.pointPolygonTest(cv2.convexHull(seen.people[0].pixels.astype(np.float32)), (270.0, 480.0), False) > 0
