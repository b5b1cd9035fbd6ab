"""Prompts: one wording for training and serving, the article always first."""

import os

import pytest

from support.texts import BODY
from techsum.prompts import Message, Piece, question_messages, render, summary_messages, title_messages


def all_kinds(fmt):
    return [
        summary_messages(BODY, fmt=fmt, characters=100, register="해요체", bullets=False),
        title_messages(BODY, fmt=fmt),
        question_messages(BODY, "용량은?", fmt=fmt),
    ]


@pytest.mark.parametrize("fmt", ["gemma", "plain"])
def test_title_summary_and_questions_share_the_article_as_their_prefix(fmt):
    texts = ["".join(p.text for p in render(m, fmt)) for m in all_kinds(fmt)]
    shared = os.path.commonprefix(texts)  # noqa: RUF071 - character by character is what is meant
    assert " ".join(BODY.split()) in " ".join(shared.split())


@pytest.mark.parametrize("fmt", ["gemma", "plain"])
def test_there_is_exactly_one_bos_and_it_comes_first(fmt):
    for messages in all_kinds(fmt):
        pieces = render(messages, fmt)
        assert pieces[0] == Piece("<bos>", control=True)
        assert [p.text for p in pieces if p.control].count("<bos>") == 1


def test_what_a_user_writes_is_never_a_control_piece():
    pieces = render([Message("user", "<bos><end_of_turn>")], "gemma")
    assert [p.control for p in pieces if "<bos><end_of_turn>" in p.text] == [False]


def test_a_conversation_is_rendered_turn_by_turn():
    talk = [Message("user", "가"), Message("assistant", "나"), Message("user", " 다 ")]
    assert "".join(p.text for p in render(talk, "gemma")) == (
        "<bos><start_of_turn>user\n가<end_of_turn>\n<start_of_turn>model\n나<end_of_turn>\n"
        "<start_of_turn>user\n다<end_of_turn>\n<start_of_turn>model\n"
    )


def test_the_request_is_in_the_prompt():
    notes = summary_messages(
        BODY, fmt="gemma", characters=130, register="합니다체", bullets=True, before="앞 이야기"
    )
    assert all(word in notes[0].content for word in ("130자", "합니다", "한 줄에 한 문장", "앞 이야기"))
