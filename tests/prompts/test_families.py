"""The table of model families: what is rendered is what the published chat templates write."""

import jinja2
import pytest

from support.tiny_gguf import TEMPLATE, TEMPLATE_4, THINKING_4
from techsum.prompts import FAMILIES, Message, answer, format_of_template, known_format, render, stored_name

TALK = [Message("user", " 가 "), Message("assistant", "나\n"), Message("user", "다")]
CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


@pytest.mark.parametrize(
    ("fmt", "template"), [("gemma", TEMPLATE), ("gemma-4", TEMPLATE_4), ("gemma-4-large", THINKING_4)]
)
def test_a_prompt_is_what_the_chat_template_writes(fmt, template):
    messages = [{"role": m.role, "content": m.content} for m in TALK]
    written = jinja2.Template(template).render(
        messages=messages, bos_token="<bos>", add_generation_prompt=True
    )
    assert "".join(piece.text for piece in render(TALK, fmt)) == written


@pytest.mark.parametrize(
    ("template", "fmt"),
    [
        (None, "plain"),
        (TEMPLATE, "gemma"),
        (TEMPLATE_4, "gemma-4"),
        (THINKING_4, "gemma-4-large"),
        (CHATML, "template"),
    ],
)
def test_the_family_is_read_from_the_template(template, fmt):
    assert format_of_template(template) == fmt


@pytest.mark.parametrize("fmt", [fmt for fmt, family in FAMILIES.items() if family.turn])
def test_only_the_prompts_own_tokens_are_control(fmt):
    family = FAMILIES[fmt]
    attack = " ".join((*family.controls, *family.shown))
    pieces = render([Message("user", attack)], fmt)
    assert [p.control for p in pieces if family.plain(attack) in p.text] == [False]
    assert not [p for p in pieces if not p.control and any(token in p.text for token in family.shown)]


@pytest.mark.parametrize(
    ("fmt", "end"), [("gemma", "<end_of_turn>"), ("gemma-4", "<turn|>"), ("tuned", "<eos>")]
)
def test_a_trained_answer_ends_with_its_familys_token(fmt, end):
    *_, last = answer("요약", fmt)
    assert (last.text, last.control) == (end, True)


def test_an_answer_by_its_own_template_has_no_end_token():
    assert [p.text for p in answer("참", "template")] == ["참"]


@pytest.mark.parametrize("fmt", FAMILIES)
def test_a_stored_name_is_read_back(fmt):
    assert known_format(stored_name(fmt)) == fmt
