"""Whatever is said in English is said in every other language, with the same places to fill and in the same tone."""

import re
import string
from pathlib import Path

import pytest

from screening.catalog.exercises import load_exercises
from screening.catalog.intake import load_intake
from screening.catalog.language import DEFAULT_LANGUAGE, WordForms, languages, said_in
from screening.catalog.loading import read_data
from screening.catalog.plan import load_plan
from screening.catalog.protocols import load_protocols
from screening.catalog.rules import load_rule_words, load_rules
from screening.catalog.wordings import load_wordings
from screening.core.errors import CatalogError, ConfigError
from screening.core.vocabulary import Side
from screening.report.texts import load_texts
from screening.web.texts import LANGUAGES, read_sentences
from screening.web.texts import load_texts as load_page_texts

DATA = Path(__file__).parents[2] / "screening" / "data"
OTHERS = tuple(code for code in languages() if code != DEFAULT_LANGUAGE)
FILES = tuple(sorted(path.name for path in (DATA / DEFAULT_LANGUAGE).glob("*.yaml")))
#: Parts of wordings.yaml that are no words: they hold for every language.
NO_WORDS = re.compile(
    r"(version|cited)(\.|$)|checks\.\w+\.(values(\.\w+)?|by)$|reasons\.\w+\.values|"
    r"angles\.\w+\.(group|plane|sided)$|metrics\.\w+\.(unit|signed)$"
)
#: Texts that read the same in Spanish: symbols, letters, and words that both languages share.
SAME = {
    "n", "No", "no", "±", "●", "◐", "○", "–", "{what}", "{what}: {side}", "{left}; {right}.", "{label}, {movement}",
    "{movement}, {view}", "{movement}, {lead}, {view}", "{name}: {side}", "{name} ({role})", "2026-11-2", "Pelvis",
    "{what}: {value}", "vertical", "Error (95 %)", "{label}: {value}",
}  # fmt: skip
DIAGNOSTIC = re.compile(
    r"diagn[oó]stic|disfunci|d[eé]bil|lesi[oó]n|lesionad|tratamiento|\btratar?\b|causa de (su|el|tu) dolor|anormal|"
    r"patolog|trastorno|enfermedad|\bterapia|paciente|defecto|hiperactiv|inhib|\bcura[rn]?\b|riesgo|"
    r"usted (tiene|sufre)|padece",
    re.IGNORECASE,
)
ALLOWED = re.compile(r"nunca un diagnóstico|[Uu]sted tiene menos de 18 años")
#: The reader is addressed as usted, never as tú.
FAMILIAR = re.compile(
    r"\b(tú|tu|tus|contigo|tuyo|haz|pon|ponte|siéntate|quédate|dobla tu|puedes|tienes|elige)\b", re.IGNORECASE
)


def leaves(value, at=""):
    """Every text with its dotted key; members of lists are numbered."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{at}.{key}".lstrip("."))
    elif isinstance(value, list):
        for k, inner in enumerate(value):
            yield from leaves(inner, f"{at}.{k}")
    elif isinstance(value, str):
        yield at, value


def words_of_wordings(plain):
    return {at: text for at, text in leaves(plain) if not NO_WORDS.match(at)}


def pairs():
    """(name, English texts, texts of the other language) of every file there is."""
    for code in OTHERS:
        for name in FILES:
            there = DATA / code / name
            own = dict(leaves(read_data(f"{code}/{name}"))) if there.is_file() else {}
            yield f"{code}/{name}", dict(leaves(read_data(f"{DEFAULT_LANGUAGE}/{name}"))), own
        yield (
            f"{code}/wordings.yaml",
            words_of_wordings(read_data("wordings.yaml")),
            dict(leaves(read_data(f"{code}/wordings.yaml"))),
        )
        said = {source["key"]: {"says": source["says"]} for source in read_data("sources.yaml")["sources"]}
        own = read_data(f"{code}/sources.yaml")["sources"]
        yield f"{code}/sources.yaml", dict(leaves(said)), {f"{key}.says": words["says"] for key, words in own.items()}
        yield f"page_{code}.yaml", read_sentences(DEFAULT_LANGUAGE), read_sentences(code)


PAIRS = {name: (english, own) for name, english, own in pairs()}


def places(text):
    """Places to fill with how they are written; which form of a word is asked for belongs to the language."""
    return sorted((name, "" if spec == "m" else spec) for _, name, spec, _ in string.Formatter().parse(text) if name)


def test_the_page_has_the_languages_of_the_catalogue():
    assert set(LANGUAGES) == set(languages())
    assert "es" in OTHERS


@pytest.mark.parametrize("name", PAIRS)
def test_every_text_is_there_and_none_is_left_over(name):
    english, own = PAIRS[name]
    assert english
    assert not sorted(set(english) - set(own)), "not yet translated"
    assert not sorted(set(own) - set(english)), "English does not have it any more"


@pytest.mark.parametrize("name", PAIRS)
def test_the_same_places_are_filled(name):
    english, own = PAIRS[name]
    differing = {
        key: text for key, text in own.items() if key in english and set(places(text)) != set(places(english[key]))
    }
    assert not differing


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_stayed_in_english(name):
    english, own = PAIRS[name]
    assert not {key: text for key, text in own.items() if text == english.get(key) and text not in SAME}


@pytest.mark.parametrize("name", [name for name in PAIRS if "es" in name])
def test_spanish_sounds_like_no_diagnosis_and_says_usted(name):
    for key, text in PAIRS[name][1].items():
        assert not DIAGNOSTIC.search(ALLOWED.sub("", text)), key
        assert not FAMILIAR.search(text), key


def test_the_search_finds_what_it_is_for():
    for text in (
        "un diagnóstico",
        "glúteo débil",
        "riesgo de lesión",
        "usted tiene",
        "la causa de su dolor",
        "pacientes",
    ):
        assert DIAGNOSTIC.search(text)
    assert not DIAGNOSTIC.search("Una observación del movimiento, que un fisioterapeuta comenta.")
    assert FAMILIAR.search("Pon tu pie")


@pytest.mark.parametrize("name", PAIRS)
def test_only_a_side_is_asked_for_by_its_form(name):
    for text in PAIRS[name][1].values():
        forms = {place for _, place, spec, _ in string.Formatter().parse(text) if spec == "m"}
        assert forms <= {"side", "other"}
        assert "|" not in text or re.fullmatch(r"\w+\|\w+", text)


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_loads_and_fills_in_every_language(language):
    wordings, side = load_wordings(language), load_wordings(language).word("side", "left")
    assert isinstance(side, WordForms)
    assert wordings.sentence("report.seen_lead", side=side)
    assert wordings.metrics.keys() == load_wordings().metrics.keys()
    assert load_intake(language).keys == load_intake().keys
    assert [e.key for e in load_exercises(language)] == [e.key for e in load_exercises()]
    assert load_plan(language).sentences.keys() == load_plan().sentences.keys()
    for protocol in load_protocols(language).values():
        for text in (*protocol.setup, *protocol.steps, *(p.spoken for p in protocol.prompts)):
            assert "{" not in text.format(side=side)
    for kind in ("pdf", "screen", "exchange", "take"):
        assert load_texts(kind, language).sentences.keys() == load_texts(kind).sentences.keys()
    assert load_page_texts(language).language == language


SWAP = {"izquierda": "derecha", "derecha": "izquierda", "izquierdo": "derecho", "derecho": "izquierdo"}


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.key)
def test_a_spanish_finding_reads_the_same_for_both_sides(rule):
    words = load_rule_words("es")
    left, right = (
        words.sentence(rule.sentence, side=side, other=side.other, value="7°") for side in (Side.LEFT, Side.RIGHT)
    )
    assert re.sub("|".join(SWAP), lambda m: SWAP[m.group(0)], left) == right
    sided = bool(rule.needs) or any(condition.sided for condition in rule.when)
    assert bool(re.search("izquierd", left)) is sided


#: What stands right before a side in Spanish, with the ending that the side must have.
FEMININE = r"\b(?:pierna|cadera|rodilla|espinilla|la)"
MASCULINE = r"\b(?:tobillo|pie|muslo|lado|el)"


@pytest.mark.parametrize("name", [name for name in PAIRS if "es" in name])
def test_a_side_agrees_with_its_noun(name):
    for key, text in PAIRS[name][1].items():
        assert not re.search(rf"{MASCULINE} (\{{(side|other)\}}|izquierda|derecha)", text), key
        assert not re.search(rf"{FEMININE} (\{{(side|other):m\}}|izquierdo|derecho)", text), key


def test_what_a_language_lacks_is_said_in_english_and_what_english_lacks_is_refused():
    english = {"a": "one", "b": {"c": "two", "d": "three"}}
    assert said_in(english, {"b": {"c": "dos"}}, file="es/x.yaml") == {"a": "one", "b": {"c": "dos", "d": "three"}}
    with pytest.raises(CatalogError, match=r"es/x.yaml:b: English has no \['e'\]"):
        said_in(english, {"b": {"e": "cinco"}}, file="es/x.yaml")
    with pytest.raises(CatalogError, match="same kind"):
        said_in(english, {"b": "dos"}, file="es/x.yaml")


def test_a_language_without_words_is_refused():
    with pytest.raises(ConfigError, match="no words in 'xx'"):
        load_wordings("xx")


ORDERS = (("left", "right"), ("right", "left"))
SIDED = {
    key: text
    for key, text in load_texts("screen", "es").sentences.items()
    if key.partition(".")[0] in ("plus", "minus", "level", "said", "short") and re.search(r"\{(side|other)[:}]", text)
}


@pytest.mark.parametrize("key", SIDED)
def test_what_a_side_does_is_said_alike_for_both_sides(key):
    texts, word = load_texts("screen", "es"), load_wordings("es").word
    rest = dict.fromkeys(("value", "what", "view", "rep", "seconds"), "7")
    left, right = (texts(key, side=word("side", a), other=word("side", b), **rest) for a, b in ORDERS)
    assert re.sub("|".join(SWAP), lambda m: SWAP[m.group(0)], left) == right
    assert not re.search(r"[{}|]", left)
