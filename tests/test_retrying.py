"""What failed is asked again when it may help, after the time that a server asks for."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum.retrying import parse_retry_after, retrier


class Flaky:
    """Fails with each of these errors in turn, then answers."""

    def __init__(self, *errors):
        self.errors, self.calls = list(errors), []

    def __call__(self, *arguments):
        self.calls.append(arguments)
        if self.errors:
            raise self.errors.pop(0)
        return "답"


def test_what_succeeds_is_asked_once_and_waits_for_nothing():
    asked, slept = Flaky(), []
    assert retrier(3, lambda _error, _attempt: 1.0, slept.append)(asked, "질문", 2) == "답"
    assert (asked.calls, slept) == ([("질문", 2)], [])


def test_each_failure_says_how_long_to_wait():
    # given what fails twice
    first, second = OSError("하나"), OSError("둘")
    asked, told, slept = Flaky(first, second), [], []

    def wait(error, attempt):
        told.append((error, attempt))
        return attempt * 10.0

    # when it is asked three times
    assert retrier(3, wait, slept.append)(asked) == "답"
    # then each wait was that of its failure
    assert slept == [10.0, 20.0]
    assert list(dict.fromkeys(told)) == [(first, 1), (second, 2)]


def test_a_wait_of_nothing_is_still_another_attempt():
    asked, slept = Flaky(OSError()), []
    assert retrier(2, lambda _error, _attempt: 0.0, slept.append)(asked) == "답"
    assert slept == [0.0]


def test_what_asking_cannot_help_is_raised_at_once():
    error, slept = OSError("방금"), []
    asked = Flaky(error, OSError("다음"))
    with pytest.raises(OSError, match="방금") as raised:
        retrier(3, lambda _error, _attempt: None, slept.append)(asked)
    assert raised.value is error
    assert (len(asked.calls), slept) == (1, [])


def test_the_last_failure_is_the_callers():
    errors, slept = [OSError(str(n)) for n in range(9)], []
    asked = Flaky(*errors)
    with pytest.raises(OSError, match="2") as raised:
        retrier(3, lambda _error, attempt: float(attempt), slept.append)(asked)
    assert raised.value is errors[2]
    # nobody waits for an attempt that does not come
    assert (len(asked.calls), slept) == (3, [1.0, 2.0])


def test_what_a_wait_raises_ends_it_all():
    def cancelled(_seconds):
        raise InterruptedError("그만")

    asked = Flaky(OSError(), OSError())
    with pytest.raises(InterruptedError, match="그만"):
        retrier(3, lambda _error, _attempt: 1.0, cancelled)(asked)
    assert len(asked.calls) == 1


@pytest.mark.parametrize(("header", "seconds"), [("0", 0.0), ("120", 120.0), ("007", 7.0)])
def test_seconds_are_taken_at_their_word(header, seconds):
    assert parse_retry_after(header) == seconds


@pytest.fixture
def in_seoul(monkeypatch):
    """This machine's clock, nine hours ahead of Greenwich."""
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "written",
    [
        lambda moment: format_datetime(moment, usegmt=True),
        lambda moment: format_datetime(moment.astimezone(datetime.strptime("+0900", "%z").tzinfo)),
        lambda moment: format_datetime(moment.replace(tzinfo=None)),
        lambda moment: f"{moment:%a, %d %b %Y %H:%M:%S}",
        lambda moment: f"{moment:%A, %d-%b-%y %H:%M:%S} GMT",
    ],
    ids=["Greenwich", "Seoul", "zone unknown", "no zone", "RFC 850"],
)
def test_a_date_ahead_is_waited_for(in_seoul, written):
    header = written(datetime.now(UTC) + timedelta(minutes=10))
    assert parse_retry_after(header) == pytest.approx(600, abs=10)


@pytest.mark.parametrize("header", ["Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:59"])
def test_a_date_past_is_now(header):
    assert parse_retry_after(header) == 0


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "soon",
        "-5",
        "1.5",
        "1e3",
        "nan",
        "٣",
        "²",
        "Fri, 32 Dec 1999 23:59:59 GMT",
        "GMT",
        "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
        "Fri, 31 Dec 1999 23:59:59 +9999999999999999999",
    ],
)
def test_what_says_nothing_is_nothing(header):
    assert parse_retry_after(header) is None


PARTS = st.sampled_from([
    "Fri,", "Friday,", "31", "Feb", "Dec", "1999", "9999", "99999", "0", "-1", "23:59:59", "24:00:00",
    "12.30.40", ":", "GMT", "EST", "+0900", "-0000", "-9999", "+99999999", "AM", "2026-11-27", "1.5",
    "nan", "(c)", ",", "+", "\0", "１",
])  # fmt: skip


@given(st.text(max_size=40) | st.lists(PARTS, max_size=9).map(" ".join) | st.integers().map(str))
def test_no_header_raises_or_asks_for_less_than_nothing(header):
    seconds = parse_retry_after(header)
    assert seconds is None or seconds >= 0
