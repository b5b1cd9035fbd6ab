"""Numbers of a Korean sentence are found in an English text, whatever they are written like."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum.checking.english_numbers import EnglishNumbers, shares
from techsum.checking.quantities import quantities

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("2.4 million watt-hours", "240만 와트시"),
        ("1.2 billion won", "12억 원"),
        ("3,500 samples", "3,500개"),
        ("two hundred and fifty people", "250명"),
        ("three hundred thousand people", "30만 명"),
        ("half a million people", "50만 명"),
        ("a hundredfold", "100배"),
        (".5 percent", "0.5%"),
        ("three quarters of them", "75%"),
        ("twenty-one islands", "21개"),
        ("five, six or seven days", "6일"),
        ("a dozen islands", "12개"),
        ("in March 2024", "2024년 3월"),
        ("on Sept 5", "9월 5일"),
        ("at 17:30", "오후 5시 30분"),
        ("at 5 p.m.", "17시"),
        ("a decade ago", "10년 전"),
        ("1,234,567 won", "약 123만 원"),
    ],
)
def test_the_same_number_in_both_languages(english, korean):
    found = EnglishNumbers(english)
    assert quantities(korean)
    assert all(found.has(number) for number in quantities(korean))


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("2.4 million watt-hours", "24만 와트시"),
        ("74 percent", "81%"),
        ("in March", "4월"),
        ("twenty-one islands", "22개"),
        ("two hundred and fifty people", "205명"),
        ("no number at all", "3개"),
    ],
)
def test_another_number_is_not_found(english, korean):
    assert not any(EnglishNumbers(english).has(number) for number in quantities(korean))


@pytest.mark.parametrize(
    ("english", "korean", "has"),
    [
        ("a third of the salt", "3분의 1", True),
        ("two thirds of the salt", "3분의 2", True),
        ("cut by half", "2분의 1", True),
        ("25 percent", "4분의 1", True),
        ("33.3 percent", "3분의 1", True),
        ("a third of the salt", "3분의 2", False),
        ("no number at all", "3분의 1", False),
    ],
)
def test_parts_of_a_whole_are_no_minutes(english, korean, has):
    ((start, end, share),) = shares(korean)
    assert korean[start:end] == korean
    assert EnglishNumbers(english).has_share(share) == has


@given(st.integers(1, 999_999_999))
def test_every_whole_number_is_found_again(number):
    (found,) = quantities(f"{number:,}명")
    assert EnglishNumbers(f"{number:,} people").has(found)
    assert EnglishNumbers(" ".join(WORDS[int(digit)] for digit in str(number)) + f" {number}").has(found)


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(text):
    EnglishNumbers(text)
    list(shares(text))


@pytest.mark.parametrize(
    "text", ["1" + ",234" * 2000, "hundred " * 40_000, "nine million " * 20_000, "9" * 5000, "1:99 " * 5000]
)
def test_a_text_of_endless_numbers_costs_little(text):
    began = time.process_time()
    EnglishNumbers(text)
    assert time.process_time() - began < 2
