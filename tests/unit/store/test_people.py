"""People, consents, users: found again as they were put in, in both databases."""

import pytest

from screening.core.errors import UsageError
from screening.core.screen import Person
from screening.store import Action, ConsentKind, Role


def test_a_person_comes_back_as_given(store, person):
    assert store.people.get(person.id) == person == store.people.by_code(" A-17 ")
    assert person.person == Person(code="A-17", height_cm=170.0, birth_year=1980, sex="female")
    assert store.people.get("unknown") is None


def test_a_code_belongs_to_one_person(store, person):
    with pytest.raises(UsageError, match="A-17"):
        store.people.add(Person(code="A-17"), who="local")
    other = store.people.add(Person(code="B-2"), who="local")
    with pytest.raises(UsageError, match="A-17"):
        store.people.change(other.id, Person(code="A-17"), who="local")
    assert store.people.get(other.id).code == "B-2"


@pytest.mark.parametrize("code", ["", "  ", "x" * 101])
def test_a_code_has_1_to_100_characters(store, code):
    with pytest.raises(UsageError):
        store.people.add(Person(code=code), who="local")


def test_search_takes_words_as_they_are(store, person):
    store.people.add(Person(code="100%"), who="local")
    assert [p.code for p in store.people.search("a-1")] == ["A-17"]
    assert [p.code for p in store.people.search("%")] == ["100%"]
    assert len(store.people.search()) == 2


def test_each_consent_stands_alone_and_can_be_withdrawn_and_given_again(store, person, clock):
    store.people.consent(person.id, ConsentKind.ANALYSIS, wording="en-1", who="local")
    store.people.consent(person.id, ConsentKind.ANALYSIS, wording="en-1", who="local")
    assert store.people.agrees(person.id, ConsentKind.ANALYSIS)
    assert not store.people.agrees(person.id, ConsentKind.STORAGE)
    clock.now += 60
    store.people.withdraw(person.id, ConsentKind.ANALYSIS, who="local")
    assert not store.people.agrees(person.id, ConsentKind.ANALYSIS)
    store.people.consent(person.id, ConsentKind.ANALYSIS, wording="en-2", who="local")
    first, second = store.people.consents(person.id)
    assert first.withdrawn_at - first.given_at == 60
    assert (second.wording, second.is_given) == ("en-2", True)
    actions = [line.action for line in store.audit.lines(person.id)]
    assert actions == [Action.CONSENTED, Action.WITHDREW, Action.CONSENTED, Action.CREATED]


def test_a_user_keeps_id_and_role_when_coming_again(store):
    first = store.users.seen("issuer|42", "Ann", Role.PERSON)
    store.users.set_role(first.id, Role.CLINICIAN, who=first.id)
    again = store.users.seen("issuer|42", "Ann B.", Role.PERSON)
    assert (again.id, again.role, again.name) == (first.id, Role.CLINICIAN, "Ann B.")
    assert store.users.everybody() == [again]
    patient = store.people.add(Person(code="P"), who=again.id, user=again.id)
    assert store.people.of_user(again.id) == patient


def test_a_person_is_one_user_and_a_user_one_person(store, person):
    user = store.users.seen("issuer|42", "Ann", Role.PERSON)
    store.people.set_user(person.id, user.id, who="admin")
    assert store.people.of_user(user.id).id == person.id
    other = store.people.add(Person(code="B-2"), who="admin")
    with pytest.raises(UsageError):
        store.people.set_user(other.id, user.id, who="admin")
    assert store.people.get(other.id).user is None
    (line,) = [one for one in store.audit.lines(person.id) if one.action is Action.CHANGED]
    assert (line.who, line.detail) == ("admin", {"user": user.id})
