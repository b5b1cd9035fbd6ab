"""A fast tokenizer's vocabulary as llama.cpp's SentencePiece tokenizer takes it."""

import json
import re
from typing import Any

from techsum.prompts import FAMILIES

_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _BYTE = 1, 2, 3, 4, 6
_BYTE_NAME = re.compile(r"<0x[0-9A-F]{2}>")


def write_vocabulary(writer: Any, tokenizer: Any, rows: int) -> None:
    """Add tokens, scores, kinds and control ids to a GGUF writer.

    A byte-pair tokenizer joins the pair of lowest rank; llama.cpp joins the pair whose token scores highest.
    So a token's score is its rank below zero, which is what Gemma's own SentencePiece file holds.

    Args:
        writer: a `gguf.GGUFWriter`.
        tokenizer: a fast tokenizer of transformers.
        rows: rows of the embedding; ids that the tokenizer does not use are filled up.
    """
    data = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary: dict[str, int] = dict(data["model"]["vocab"])
    ranks: dict[str, int] = {}
    for rank, pair in enumerate(data["model"]["merges"]):
        left, right = pair if isinstance(pair, list) else pair.split(" ", 1)
        ranks.setdefault(left + right, rank)
    tokens = [f"<unused-{n}>" for n in range(rows)]
    kinds = [_CONTROL] * rows
    scores = [float(-len(ranks))] * rows
    for name, number in vocabulary.items():
        tokens[number] = name
        kinds[number] = _BYTE if _BYTE_NAME.fullmatch(name) else _NORMAL
        scores[number] = float(-ranks.get(name, len(ranks)))
    shown = {token for family in FAMILIES.values() for token in family.shown}  # as in published files
    for token in data["added_tokens"]:
        tokens[token["id"]] = token["content"]
        if kinds[token["id"]] != _BYTE:
            kinds[token["id"]] = (
                _CONTROL if token["special"] and token["content"] not in shown else _USER_DEFINED
            )
    if tokenizer.unk_token in vocabulary:
        kinds[vocabulary[tokenizer.unk_token]] = _UNKNOWN
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    if tokenizer.pad_token_id is not None:
        writer.add_pad_token_id(tokenizer.pad_token_id)
    if ends := [vocabulary[f.ends[0]] for f in FAMILIES.values() if f.turn and f.ends[0] in vocabulary]:
        writer.add_eot_token_id(ends[0])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)
