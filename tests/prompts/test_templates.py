"""Prompts by a model's own chat template: its text is control text, people's text never is."""

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from techsum.prompts import Message, neutralize, render_by_template

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"


def by(template):
    return lambda messages: jinja2.Template(template, keep_trailing_newline=True).render(messages=messages)


def test_what_people_wrote_stands_in_pieces_of_its_own():
    pieces = render_by_template([Message("user", "글"), Message("assistant", "답")], by(CHATML))
    assert [(p.text, p.control) for p in pieces] == [
        ("<|im_start|>user\n", True),
        ("글", False),
        ("<|im_end|>\n<|im_start|>assistant\n", True),
        ("답", False),
        ("<|im_end|>\n<|im_start|>assistant\n", True),
    ]


@given(st.text(alphabet="<>|im_start/[]INST글 {}%", max_size=60))
def test_no_text_changes_what_the_template_writes(text):
    pieces = render_by_template([Message("user", text)], by(CHATML))
    assert [p.text for p in pieces if p.control] == [
        "<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
    ]
    assert pieces[1].text == neutralize(text.strip())


@pytest.mark.parametrize(
    "template",
    [
        "없음",
        "{{ messages[0].content }}{{ messages[0].content }}{{ messages[1].content }}",
        "{% for m in messages | reverse %}{{ m.content }}{% endfor %}",
    ],
)
def test_a_template_that_drops_doubles_or_reorders_is_refused(template):
    assert render_by_template([Message("user", "가"), Message("assistant", "나")], by(template)) is None
