"""Rows of other trainers' data sets as conversations: messages, ShareGPT, prompt and completion, Alpaca."""

from collections.abc import Iterable, Iterator
from typing import Any

from techsum.training.recipe import Columns

_ROLES = {
    "user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant", "model": "assistant",
    "system": "system", "developer": "system",
}  # fmt: skip


def conversation_rows(rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """Each answer of each conversation: what was asked last, the answer, and the turns before as `turns`.

    What the system says is the row's `instruction`: each family words it as it can.

    Args:
        rows: places and contents. A content holds `messages` (`role`, `content`), `conversations` (`from`,
            `value`), `prompt` with `completion`, or `instruction`, `input` and `output`, perhaps with
            `system` and `history`.
    """
    for place, content in rows:
        turns = _turns(content) if isinstance(content, dict) else None
        if turns is None:
            yield place, None
            continue
        before: list[tuple[str, str]] = []
        system, pairs = turns
        for question, answer in pairs:
            yield (
                place,
                {"instruction": system, "input": question, "output": answer, "turns": tuple(before)},
            )
            before.append((question, answer))


def instruction_rows(rows: Iterable[tuple[int, Any]], columns: Columns) -> Iterator[tuple[int, Any]]:
    """Rows of instructions; one without an input, as many of Alpaca's, is its own document."""
    for place, content in rows:
        if isinstance(content, dict) and not str(content.get(columns.input) or "").strip():
            yield place, {**content, columns.input: content.get(columns.instruction)}
        else:
            yield place, content


def _turns(row: dict[str, Any]) -> tuple[str, list[tuple[str, str]]] | None:
    """What the system says, and questions with their answers; None where a row is no conversation of two."""
    messages = _messages(row)
    system = ""
    questions: list[str] = []
    answers: list[str] = []
    for role, text in messages or ():
        if role == "system" and not questions:
            system = text
        elif role == "user" and len(questions) == len(answers):
            questions.append(text)
        elif role == "assistant" and len(questions) == len(answers) + 1:
            answers.append(text)
        else:
            return None
    pairs = list(zip(questions, answers, strict=False))
    return (system, pairs) if pairs else None


def _messages(row: dict[str, Any]) -> list[tuple[str, str]] | None:
    """Roles and texts in order."""
    for name, role, text in (("messages", "role", "content"), ("conversations", "from", "value")):
        if isinstance(row.get(name), list):
            return _listed(row[name], role, text)
    prompt, completion = row.get("prompt"), row.get("completion")
    if isinstance(prompt, str) and isinstance(completion, str):
        return [("user", prompt), ("assistant", completion)]
    if isinstance(prompt, list) and isinstance(completion, list):
        return _listed([*prompt, *completion], "role", "content")
    if not isinstance(row.get("instruction"), str) or not isinstance(row.get("output"), str):
        return None
    request = "\n\n".join(filter(None, (str(row.get("input") or "").strip(), row["instruction"].strip())))
    system = [("system", str(row["system"]))] if row.get("system") else []
    history = row.get("history") or []
    if any(not isinstance(pair, list | tuple) or len(pair) != 2 for pair in history):  # noqa: PLR2004 - a pair
        return None
    earlier = [turn for q, a in history for turn in (("user", str(q)), ("assistant", str(a)))]
    return [*system, *earlier, ("user", request), ("assistant", row["output"])]


def _listed(messages: list[Any], role: str, text: str) -> list[tuple[str, str]] | None:
    found = []
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get(text), str):
            return None
        found.append((_ROLES.get(str(message.get(role)), "other"), message[text]))
    return found
