"""Screens, takes and results: states, files, keys, and who did what."""

import hashlib

import pytest

from screening.core.screen import Person, TakeEntry
from screening.core.vocabulary import Side, View
from screening.store import Action, ScreenState, TakeState


def test_only_its_key_opens_a_screen(store, person, screen):
    assert store.screens.opens(screen.id, "open sesame")
    for wrong in ("", "open", "open sesame "):
        assert not store.screens.opens(screen.id, wrong)
    locked = store.screens.add(person.id, who="local")
    assert not store.screens.opens(locked.id, "")
    assert not store.screens.opens("unknown", "open sesame")


def test_answers_come_back_in_their_kinds(store, screen):
    answers = {"painful_side": "right", "pain_now": 4, "sports": ("run", "swim"), "surgery": False, "hours": 1.5}
    store.screens.answer(screen.id, answers, who="local")
    assert dict(store.screens.get(screen.id).intake) == answers


def test_the_list_finds_by_code_state_and_attention(store, person, screen, film, clock):
    film()
    film()
    other = store.people.add(Person(code="Zoe"), who="local")
    clock.now += 5
    late = store.screens.add(other.id, who="local")
    store.screens.set_attention(late.id, "take_refused", who="worker")
    assert [(row.screen.id, row.takes) for row in store.screens.search()] == [(late.id, 0), (screen.id, 2)]
    assert [row.screen.code for row in store.screens.search("zo")] == ["Zoe"]
    assert [row.screen.id for row in store.screens.search(attention_only=True)] == [late.id]
    assert store.screens.search(states=(ScreenState.SIGNED,)) == []
    assert [row.screen.id for row in store.screens.search(offset=1)] == [screen.id]
    assert [s.id for s in store.screens.of_person(person.id)] == [screen.id]


def test_a_video_is_moved_in_with_its_checksum_and_a_plain_name(store, film, tmp_path):
    take = film(b"pictures")
    video = store.takes.video(take)
    assert video.read_bytes() == b"pictures"
    assert video.name == "video.mp4"
    assert not list(tmp_path.glob("upload-*"))
    assert (take.sha256, take.size_bytes) == (hashlib.sha256(b"pictures").hexdigest(), 8)
    assert (take.state, take.file_name) == (TakeState.RECORDED, "My clip.MP4")
    assert take.entry("x") == TakeEntry(video="x", view=View.BACK, lead=Side.LEFT, mirrored=False, pain=2.0)


def test_takes_of_one_kind_get_different_names(store, screen, film):
    names = [film().name, film().name, film(lead=Side.RIGHT).name]
    assert names == ["split_squat_back_left", "split_squat_back_left_2", "split_squat_back_right"]
    assert [take.name for take in store.takes.of_screen(screen.id)] == names


def test_what_happens_to_a_take_is_kept(store, film):
    take = film()
    store.takes.declare(take.id, TakeEntry(video="", view=View.LEFT, lead=Side.RIGHT), who="local")
    store.takes.set_outcome(take.id, TakeState.REFUSED, ("Nobody is seen.", "Film again."), who="worker")
    found = store.takes.get(take.id)
    assert (found.view, found.lead, found.mirrored) == (View.LEFT, Side.RIGHT, None)
    assert (found.state, found.what, found.hint) == (TakeState.REFUSED, "Nobody is seen.", "Film again.")


def test_a_deleted_take_leaves_no_file(store, screen, film):
    take = film()
    video = store.takes.video(take)
    store.takes.delete(take.id, who="local")
    assert not video.exists()
    assert not video.parent.exists()
    assert store.takes.of_screen(screen.id) == []
    assert store.audit.lines(take.id)[0].action is Action.DELETED


def test_a_path_never_leaves_the_store(store):
    for inside in ("../screening.db", "/etc/passwd", "videos/../../x", ""):
        with pytest.raises(ValueError, match="inside the store"):
            store.files.path(inside)


def test_results_carry_a_checksum_of_each_file_and_notice_a_change(store, screen, measure):
    result = measure('{"a": 1}')
    assert set(result.files) == {"screen.json", "takes/a/result.json"}
    assert result.files["screen.json"] == hashlib.sha256(b'{"a": 1}').hexdigest()
    assert store.results.get(result.id) == result == store.results.latest(screen.id)
    assert store.results.changed_files(result) == []
    folder = store.results.folder(result)
    (folder / "screen.json").write_text("{}", encoding="utf-8")
    (folder / "new.txt").write_text("", encoding="utf-8")
    (folder / "takes" / "a" / "result.json").unlink()
    assert store.results.changed_files(result) == ["new.txt", "screen.json", "takes/a/result.json"]


def test_a_measured_screen_is_analysed_but_never_unsigned_by_it(store, screen, measure):
    measure()
    assert store.screens.get(screen.id).state is ScreenState.ANALYSED
    store.screens.set_state(screen.id, ScreenState.SIGNED, who="local")
    measure()
    assert store.screens.get(screen.id).state is ScreenState.SIGNED


def test_what_is_seen_is_in_the_audit_and_no_line_changes(store, screen):
    store.audit.saw("screen", screen.id, who="local", part="report")
    line = store.audit.lines(screen.id)[0]
    assert (line.action, line.who, line.detail) == (Action.SAW, "local", {"part": "report"})
    import sqlalchemy as sa

    from screening.store.schema import AUDIT

    for change in (sa.update(AUDIT).values(who="x"), sa.delete(AUDIT)):
        with pytest.raises(Exception, match="only ever added"), store.database.write() as db:
            db.execute(change)
    assert store.audit.lines(screen.id)[0] == line


@pytest.mark.parametrize("who", ["ann@example.org", "Dr Ann", "", "x" * 41])
def test_the_audit_takes_ids_only(store, screen, who):
    with pytest.raises(ValueError, match="an id"):
        store.audit.saw("screen", screen.id, who=who)
    assert len(store.audit.lines(screen.id)) == 1
