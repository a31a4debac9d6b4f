import pytest

from screening.core.errors import ConfigError, UnreadableVideoError
from screening.core.vocabulary import Side, View
from screening.jobs.screen_file import read_screen_file

GOOD = """
[person]
code = "A-17"
height_cm = 171

[intake]
painful_side = "right"
pain_now = 4

[[takes]]
video = "left back.mp4"
lead = "left"
view = "back"

[[takes]]
video = "more/right_back.mp4"
movement = "split_squat"
lead = "right"
view = "back"
pain = 3
mirrored = false
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "more").mkdir()
    for name in ("left back.mp4", "more/right_back.mp4", "more/left back.mp4"):
        (tmp_path / name).write_bytes(b"0")
    return tmp_path


def read(folder, text=GOOD):
    path = folder / "screen.toml"
    path.write_text(text, encoding="utf-8")
    return read_screen_file(path)


def test_everything_declared_is_read(folder):
    screen = read(folder)
    assert (screen.person.code, screen.person.height_cm, screen.person.sex) == ("A-17", 171.0, None)
    assert screen.answers == {"painful_side": "right", "pain_now": 4}
    first, second = screen.takes
    assert (first.name, first.video, first.entry.view) == ("left_back", folder / "left back.mp4", View.BACK)
    assert (second.name, second.entry.lead, second.entry.pain) == ("right_back", Side.RIGHT, 3.0)
    assert (first.entry.mirrored, second.entry.mirrored) == (None, False)


def test_names_of_takes_are_their_own(folder):
    screen = read(folder, GOOD + '\n[[takes]]\nvideo = "more/left back.mp4"\n')
    assert [t.name for t in screen.takes] == ["left_back", "right_back", "left_back_2"]
    assert screen.takes[2].entry.lead is None


def test_taking_turns_can_be_declared(folder):
    screen = read(folder, GOOD.replace('lead = "left"', 'lead = "both"'))
    assert (screen.takes[0].alternating, screen.takes[0].entry.lead) == (True, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[person]", "[persona]", ["'persona'", "'person'"]),
        ("code =", "cod =", ["'cod'", "'code'"]),
        ("painful_side", "painful_sied", ["'painful_sied'", "'painful_side'"]),
        ('"right"\npain', '"rigth"\npain', ["'rigth'", "left, right, both, none"]),
        ("pain_now = 4", "pain_now = 40", ["pain_now", "from 0 to 10"]),
        ("lead =", "leed =", ["'leed'", "'lead'"]),
        ('lead = "left"', "lead = 1", ["takes 1", "left, right, both or auto", "got 1"]),
        ('view = "back"\n\n', 'view = "above"\n\n', ["takes 1", "'above'", "oblique"]),
        ("pain = 3", "pain = 11", ["takes 2", "0 to 10"]),
        ("mirrored = false", 'mirrored = "no"', ["true or false"]),
        ("171", "1.71", ["height_cm", "80 to 250"]),
        ('"split_squat"', '"split_sqat"', ["'split_sqat'", "'split_squat'"]),
        ('lead = "right"', 'lead = "left"', ["both declared", "left leg in front", "view back"]),
        ('"more/right_back.mp4"', '"left back.mp4"', ["named twice"]),
        ('code = "A-17"', "", ["code is missing"]),
        ('video = "left back.mp4"', "", ["takes 1", "video is missing"]),
        ("[[takes]]", "[takes]", ["TOML"]),
        ("[person]", "[person", ["TOML"]),
    ],
)
def test_mistakes_are_named_with_their_place_and_what_would_be_right(folder, old, new, said):
    assert old in GOOD
    with pytest.raises(ConfigError) as refused:
        read(folder, GOOD.replace(old, new))
    told = " ".join(refused.value.lines)
    assert refused.value.exit_code == 5
    for words in said:
        assert words in told
    assert all(len(line) > 10 for line in refused.value.lines)


def test_without_takes_or_person_there_is_no_screen(folder):
    with pytest.raises(ConfigError, match=r"\[takes\] is missing"):
        read(folder, GOOD.partition("[[takes]]")[0])
    with pytest.raises(ConfigError, match=r"one or more \[\[takes\]\]"):
        read(folder, 'takes = 3\n[person]\ncode = "a"\n')
    with pytest.raises(ConfigError, match=r"\[person\] is missing"):
        read(folder, "[[takes]]" + GOOD.partition("[[takes]]")[2])


def test_a_missing_video_is_refused_with_the_closest_name(folder):
    with pytest.raises(UnreadableVideoError) as refused:
        read(folder, GOOD.replace('"left back.mp4"', '"left_back.mp4"'))
    assert refused.value.exit_code == 3
    assert "left_back.mp4" in refused.value.what
    assert refused.value.hint == "Did you mean 'left back.mp4'?"


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_screen_file(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="TOML"):
        read_screen_file(tmp_path / "odd.toml")
