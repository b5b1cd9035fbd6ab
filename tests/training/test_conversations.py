"""Rows in the shapes of other trainers are one conversation, whatever the shape."""

import json
import random

import pytest

from support.tiny_training import write_recipe
from techsum.prompts import render
from techsum.reading.rows import file_rows
from techsum.training.conversations import conversation_rows
from techsum.training.recipe_file import load_recipe
from techsum.training.rows import BadRow, read_rows
from techsum.training.samples import Request, make_request

TALK = [
    {"instruction": "규칙", "input": "글을 요약해 줘", "output": "요약이다.", "turns": ()},
    {
        "instruction": "규칙",
        "input": "더 짧게",
        "output": "짧다.",
        "turns": (("글을 요약해 줘", "요약이다."),),
    },
]
MESSAGES = [
    {"role": "system", "content": "규칙"},
    {"role": "user", "content": "글을 요약해 줘"},
    {"role": "assistant", "content": "요약이다."},
    {"role": "user", "content": "더 짧게"},
    {"role": "assistant", "content": "짧다."},
]
SHAREGPT = [
    {"from": {"user": "human", "assistant": "gpt"}.get(m["role"], m["role"]), "value": m["content"]}
    for m in MESSAGES
]
ALPACA = {
    "system": "규칙",
    "history": [["글을 요약해 줘", "요약이다."]],
    "instruction": "더 짧게",
    "input": "",
    "output": "짧다.",
}


@pytest.mark.parametrize(
    "row",
    [
        {"messages": MESSAGES},
        {"conversations": SHAREGPT},
        {"prompt": MESSAGES[:-1], "completion": MESSAGES[-1:]},
        ALPACA,
    ],
    ids=["messages", "sharegpt", "prompt-completion", "alpaca"],
)
def test_every_shape_gives_the_same_turns(row):
    assert list(conversation_rows([(1, row)])) == [(1, turn) for turn in TALK]


def test_a_prompt_and_its_completion_are_one_turn():
    row = {"prompt": "글을 요약해 줘", "completion": "요약이다."}
    assert list(conversation_rows([(7, row)])) == [
        (7, {"instruction": "", "input": "글을 요약해 줘", "output": "요약이다.", "turns": ()})
    ]


@pytest.mark.parametrize(
    "row",
    [
        "글",
        {},
        {"messages": []},
        {"messages": [{"role": "tool", "content": "글"}]},
        {"messages": [{"role": "user", "content": ["그림"]}]},
        {"messages": MESSAGES[2:]},
        {"instruction": "글", "output": "답", "history": ["글"]},
    ],
)
def test_what_is_no_conversation_of_two_is_a_bad_row(row):
    assert list(conversation_rows([(3, row)])) == [(3, None)]


def test_a_conversation_is_rendered_as_it_stands():
    request = Request("chat", "규칙", turns=TALK[1]["turns"])
    assert "".join(p.text for p in render(request.messages("더 짧게", "gemma"), "gemma")) == (
        "<bos><start_of_turn>user\n규칙\n\n글을 요약해 줘<end_of_turn>\n<start_of_turn>model\n요약이다.<end_of_turn>\n"
        "<start_of_turn>user\n더 짧게<end_of_turn>\n<start_of_turn>model\n"
    )


def test_gemma_4_has_a_turn_for_what_the_system_says():
    request = Request("chat", "규칙", turns=TALK[1]["turns"])
    assert "".join(p.text for p in render(request.messages("더 짧게", "gemma-4"), "gemma-4")) == (
        "<bos><|turn>system\n규칙<turn|>\n<|turn>user\n글을 요약해 줘<turn|>\n<|turn>model\n요약이다.<turn|>\n"
        "<|turn>user\n더 짧게<turn|>\n<|turn>model\n"
    )


@pytest.mark.parametrize("rows", [1, 500])
@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_rows_is_read_like_lines(tmp_path, rows, indent):
    # given Alpaca's own kind of file: one array
    found = [
        {"instruction": f"글 {n}을 줄여 줘", "input": "", "output": "줄였다." * 200} for n in range(rows)
    ]
    path = tmp_path / "alpaca.json"
    path.write_text(json.dumps(found, ensure_ascii=False, indent=indent), "utf-8")
    assert [row.content for row in file_rows(path)] == found
    # and one that was cut off says so in a row
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")
    assert list(file_rows(path))[-1].content is None


def test_an_instruction_without_an_input_is_all_that_is_asked(tmp_path):
    path = tmp_path / "alpaca.json"
    path.write_text(json.dumps([{"instruction": "시를 써 줘", "input": "", "output": "바다."}]), "utf-8")
    changes = ["data.0.path=alpaca.json", "data.0.task=instruction"]
    recipe = load_recipe(write_recipe(tmp_path, tmp_path / "no-base-needed"), changes)
    (row,) = read_rows(recipe, recipe.data[0])
    request, _ = make_request(row, recipe.data[0], "gemma", random.Random(1))
    assert [m.content for m in request.messages(row.input, "gemma")] == ["시를 써 줘"]


def test_a_recipe_reads_conversations_from_a_file(tmp_path):
    # given a file of a conversation and of something else
    path = tmp_path / "chat.jsonl"
    lines = [json.dumps({"messages": MESSAGES}, ensure_ascii=False), '{"text": "글"}']
    path.write_text("\n".join(lines), "utf-8")
    changes = ["data.0.path=chat.jsonl", "data.0.task=chat"]
    recipe = load_recipe(write_recipe(tmp_path, tmp_path / "no-base-needed"), changes)
    # when its rows are read
    *good, bad = read_rows(recipe, recipe.data[0])
    # then each answer is a row, and the other line is told
    assert [(row.instruction, row.input, row.output, row.turns) for row in good] == [
        tuple(t.values()) for t in TALK
    ]
    assert (type(bad), bad.place) == (BadRow, 2)
