"""The table of model families: how a prompt of each is rendered, how its answers end, how it marks thoughts.

Training and serving both render here. A family is read from the model's own file, never guessed: token 106 is
`<end_of_turn>` in Gemma 3 and `<turn|>` in Gemma 4, and a prompt of the wrong family gives garbage.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

RenderedFormat = Literal["gemma", "gemma-4", "gemma-4-large", "plain", "tuned", "verifier"]
"""The formats that are rendered here, for which a recipe can train."""
Format = RenderedFormat | Literal["template"]
"""`template`: an instruct model of any other family, by the chat template that it carries."""


@dataclass(frozen=True)
class ModelFamily:
    """One row of the table."""

    stored: str
    """What a model file calls the format (`techsum.format`)."""
    ends: tuple[str, ...] = ("<eos>",)
    """The control tokens that end an answer, besides `<eos>`; a trained answer ends with the first."""
    stop: tuple[str, ...] = ("\n",)
    """Strings that end an answer."""
    turn: tuple[str, str] | None = None
    """The control tokens that open and close a turn; None: a base model, which never learned turns."""
    system: bool = False
    """Whether a system turn is known; without one what the system says stands before the first question."""
    own_template: bool = False
    """Whether prompts are rendered by the model's own chat template."""
    thoughts: tuple[tuple[str, str], ...] = ()
    """What opens and closes what the model thinks before it answers."""
    closes_thought: bool = False
    """Whether the prompt ends with an empty thought: models that would think without it."""
    shown: tuple[str, ...] = ()
    """Control tokens that answers show as text, and that llama.cpp makes of any text that looks like them."""

    @property
    def instruct(self) -> bool:
        """Whether the models follow an instruction in words."""
        return self.own_template or self.turn is not None

    def plain(self, text: str) -> str:
        """`text` with a word joiner in whatever could be taken for a token that answers show."""
        for token in self.shown:
            text = text.replace(token, f"{token[0]}\u2060{token[1:]}")
        return text

    @property
    def controls(self) -> tuple[str, ...]:
        """The control tokens that a vocabulary of this family has: a prompt or an answer may hold them."""
        if self.own_template:
            return ()
        thoughts = (mark for pair in self.thoughts for mark in pair)
        return tuple(dict.fromkeys(("<bos>", *self.ends, *(self.turn or ()), *thoughts)))


_GEMMA_4 = ModelFamily(
    "gemma-4",
    ends=("<turn|>", "<|tool_response>"),
    stop=("<turn|>", "<|tool_response>"),
    turn=("<|turn>", "<turn|>"),
    system=True,
    thoughts=(("<|channel>", "<channel|>"),),
    shown=(
        *("<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>"),
        *("<|tool_response>", "<tool_response|>", '<|"|>'),
    ),
)

FAMILIES: dict[Format, ModelFamily] = {
    # Gemma 2 and 3, after Google's published chat template
    "gemma": ModelFamily(
        "gemma",
        ends=("<end_of_turn>",),
        stop=("<end_of_turn>",),
        turn=("<start_of_turn>", "<end_of_turn>"),
    ),
    # E2B and E4B; the larger ones think unless the prompt says that they did: the templates differ in this
    "gemma-4": _GEMMA_4,
    "gemma-4-large": replace(_GEMMA_4, stored="gemma-4-large", closes_thought=True),
    # Qwen, EXAONE, Kanana and all others that chat; most that think mark it as DeepSeek-R1 does
    "template": ModelFamily(
        "template",
        ends=(),
        stop=(),
        own_template=True,
        thoughts=(("<think>", "</think>"), ("<|channel>", "<channel|>")),
    ),
    # a base model that follows an example
    "plain": ModelFamily("plain", stop=("\n\n", "\n글", "\n제목", "\n요약")),
    # a base model that a recipe of TechSum taught to write: no example, one line; the first `tuned` was asked
    # for whole summaries, the second for sentences: an adapter of one wording is of no use with the other
    "tuned": ModelFamily("tuned-2"),
    # a base model that a recipe taught to judge claims and nothing else
    "verifier": ModelFamily("verifier-1"),
}


def stored_name(fmt: Format) -> str:
    """What a model file of this format is marked with."""
    return FAMILIES[fmt].stored


def known_format(stored: object) -> Format | None:
    """The format that a model file is marked with, or None where this TechSum does not word it."""
    return next((fmt for fmt, family in FAMILIES.items() if family.stored == stored), None)


def format_of_template(chat_template: str | None) -> Format:
    """The family of a chat template, by the turns that it writes."""
    if not chat_template:
        return "plain"
    if "<|turn>" in chat_template:
        # a Jinja string: the line break is written as two characters
        empty_thought = "<|channel>thought\\n<channel|>"
        return "gemma-4-large" if empty_thought in chat_template else "gemma-4"
    return "gemma" if "<start_of_turn>" in chat_template else "template"


@dataclass(frozen=True)
class Message:
    """One turn. The last message is what the model is to answer."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a rendered prompt. Only a `control` piece may become control tokens."""

    text: str
    control: bool = False


def render(messages: Sequence[Message], fmt: Format) -> list[Piece]:
    """The prompt as pieces; the first is the one and only `<bos>`.

    The content of a turn is trimmed, the answer's turn is left open, as the published templates have it.
    """
    family = FAMILIES[fmt]
    pieces = [Piece("<bos>", control=True)]
    if not family.turn:
        return [*pieces, Piece("".join(m.content for m in messages))]
    opening, closing = (Piece(token, control=True) for token in family.turn)
    for message in messages if family.system else _without_system(messages):
        role = "model" if message.role == "assistant" else message.role
        content = family.plain(message.content.strip())
        pieces += [opening, Piece(f"{role}\n{content}"), closing, Piece("\n")]
    pieces += [opening, Piece("model\n")]
    if family.closes_thought:
        begin, end = (Piece(token, control=True) for token in family.thoughts[0])
        pieces += [begin, Piece("thought\n"), end]
    return pieces


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The turns with what the system says before the first question."""
    if messages[0].role != "system":
        return list(messages)
    system, first, *rest = messages
    return [Message(first.role, f"{system.content}\n\n{first.content}"), *rest]


def answer(text: str, fmt: Format) -> list[Piece]:
    """The answer that a model is trained to give to a rendered prompt, as pieces."""
    family = FAMILIES[fmt]
    lead = "" if family.instruct else " "
    return [Piece(lead + family.plain(text.strip())), *(Piece(end, control=True) for end in family.ends[:1])]
