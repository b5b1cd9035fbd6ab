"""The catalogue: both languages, the same parameters, and particles that fit."""

import ast
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum import messages
from techsum.desktop.state import SCREENS
from techsum.errors import FetchError, TechsumError
from techsum.evaluation.measures import FIGURES
from techsum.korean import fit_particles
from techsum.messages import text

SOURCE = Path(messages.__file__).parents[1]


def fields(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("key", messages.TEXTS)
def test_every_text_names_the_same_values_in_both_languages(key):
    korean, english = messages.TEXTS[key]
    assert fields(korean) == fields(english)
    assert "\n" not in korean + english


def test_no_key_stands_in_two_rooms():
    rooms = [
        messages.batch,
        messages.commands,
        messages.errors,
        messages.notices,
        messages.terminal,
        messages.evaluation,
        messages.training,
        messages.web,
        messages.desktop,
    ]
    assert sum(len(room.TEXTS) for room in rooms) == len(messages.TEXTS)


def test_keys_of_code_and_catalogue_are_the_same():
    known, used = set(messages.TEXTS), set()
    for file in SOURCE.rglob("*.py"):
        if file.parent.name == "messages":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", "")
                if (
                    name.endswith("Error")
                    and node.func.id != "AttributeError"
                    and isinstance(node.args[0].value, str)
                ):
                    assert node.args[0].value in known | {"deadline", "no address"}, (
                        file,
                        node.args[0].value,
                    )
                if name == "notice":
                    used.add(f"notice_{node.args[0].value}")
                    assert f"notice_{node.args[0].value}" in known
                if name == "refuse":
                    used.add(f"url_reason_{node.args[0].value}")
    for page in SOURCE.glob("server/templates/*.html"):
        asked = set(re.findall(r'\bt\("(\w+)"', page.read_text("utf-8")))
        assert {k for k in asked if not k.endswith("_")} <= known, page.name
        used |= asked
    composed = {
        k
        for k in known
        if k.startswith(
            (
                "models_column_",
                "skill_",
                "eval_plot_",
                "check_column_",
                "parity_column_",
                "parity_",
                "mode_",
                "status_",
                "length_",
                "difficulty_",
                "coverage_",
                "guide_",
                "desktop_theme_",
            )
        )
    }
    composed |= (
        {f"desktop_{name}" for name in SCREENS}
        | {f"figure_{name}" for name in FIGURES}
        | {"notice_number", "notice_unit"}
    )
    assert known - used - composed == set()


def test_an_error_is_one_line_in_the_users_language(monkeypatch):
    error = FetchError("url_no_dns", host="없는\n곳")
    assert str(error).startswith("'없는 곳' 주소를")
    monkeypatch.setenv("TECHSUM_LANG", "en")
    assert "cannot be found" in str(error)
    assert isinstance(error, TechsumError)


@pytest.mark.parametrize(
    ("given_text", "fitted"),
    [
        ("'문서'은(는) 폴더", "'문서'는 폴더"),
        ("'책'은(는) 폴더", "'책'은 폴더"),
        ("물을(를)", "물을"),
        ("바다을(를)", "바다를"),
        ("서울(으)로", "서울로"),
        ("부산(으)로", "부산으로"),
        ("10이(가)", "10이"),
        ("2이(가)", "2가"),
        ("'81%'이(가)", "'81%'가"),
        ("UTF-8(으)로", "UTF-8로"),
        ("CP949(으)로", "CP949로"),
        ("10(으)로", "10으로"),
        ("file.txt은(는)", "file.txt은(는)"),
    ],
)
def test_particles_fit_the_word_before_them(given_text, fitted):
    assert fit_particles(given_text) == fitted


@given(st.text())
def test_texts_without_open_particles_are_left_alone(any_text):
    if "(" not in any_text:
        assert fit_particles(any_text) == any_text


def test_an_unknown_key_is_a_bug():
    with pytest.raises(KeyError):
        text("no such key")
