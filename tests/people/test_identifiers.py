import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.people.identifiers import USCC_ALPHABET, is_uscc, national_mobile, normal_mobile, with_uscc_check

VALID = "91350100M000100Y43"  # domain.md §9


def test_the_verified_sample():
    assert is_uscc(VALID)
    assert with_uscc_check(VALID[:17]) == VALID


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_every_code_we_complete_is_valid(first):
    assert is_uscc(with_uscc_check(first))


@given(st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_found(place, char):
    wrong = VALID[:place] + char + VALID[place + 1 :]
    assert is_uscc(wrong) == (wrong == VALID)


@pytest.mark.parametrize("code", ["", VALID[:17], VALID.lower(), VALID + "0", "I1350100M000100Y43"])
def test_other_shapes_are_not_codes(code):
    assert not is_uscc(code)


@pytest.mark.parametrize(
    "typed", ["13800000000", "138 0000 0000", "+86 138-0000-0000", "0086(138)00000000", "１３８00000000"]
)
def test_a_number_however_typed(typed):
    assert normal_mobile(typed) == "+8613800000000"
    assert national_mobile(normal_mobile(typed)) == "13800000000"


@given(st.text(max_size=20))
def test_anything_typed_is_a_number_or_nothing(typed):
    assert normal_mobile(typed) in {""} | {normal_mobile(normal_mobile(typed))}
