import pickle

import pytest

from screening.core import errors

ALL = sorted(
    (e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.ScreeningError)),
    key=lambda e: e.__name__,
)
#: As CONTRACT promises them to scripts.
EXIT_CODES = {
    "UsageError": 2,
    "OutputExistsError": 2,
    "InputError": 3,
    "UnreadableVideoError": 3,
    "TooShortError": 3,
    "TooLargeError": 3,
    "LowFrameRateError": 3,
    "NoPersonError": 3,
    "SeveralPeopleError": 3,
    "BodyCutOffError": 3,
    "TiltedCameraError": 3,
    "WrongViewError": 3,
    "NoRepetitionError": 3,
    "ModelError": 4,
    "ConfigError": 5,
    "CatalogError": 5,
    "StorageError": 5,
    "CancelledError": 130,
    "ScreeningError": 70,
}


def test_every_error_has_the_exit_code_of_the_contract():
    assert {e.__name__: e.exit_code for e in ALL} == EXIT_CODES


@pytest.mark.parametrize("kind", ALL, ids=lambda e: e.__name__)
def test_both_lines_survive_a_process_border(kind):
    back = pickle.loads(pickle.dumps(kind("seen and needed", hint="what to do")))
    assert type(back) is kind
    assert back.lines == ("seen and needed", "what to do")
    assert str(back) == "seen and needed"


def test_an_error_without_a_next_step_cannot_be_made():
    with pytest.raises(TypeError, match="hint"):
        errors.InputError("seen and needed")
