"""Would a smaller vocabulary serve the embedded model better? It is two thirds of its weights.

Cuts the embedded GGUF's vocabulary down to what a Korean summarizer uses: control, byte and single-character
tokens, Hangul, and ASCII up to a rank. A merge joins two tokens of lower rank, so that a prefix by rank is
closed: Korean is tokenized as before. Then both files read the same prompts and write the same number of
tokens. Decided by it: `docs/decisions.md`.
"""

import os
import statistics
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from gguf import GGUFReader, GGUFWriter

from common import machine, rows
from techsum.generators import Options
from techsum.generators.llama_cpp import LlamaCpp
from techsum.generators.models import EMBEDDED, model_file, shipped_adapter
from techsum.prompts import compression_messages

ARTICLES = 6
WRITTEN = 100
ASCII_RANKS = (144_000, 40_000)
"""All ASCII tokens, and the 40,000 most frequent."""
_CONTROL, _USER_DEFINED, _BYTE = 3, 4, 6


def keeps(token: str, kind: int, ascii_left: int) -> bool:
    """Whether a Korean summarizer needs this token."""
    if kind in (_USER_DEFINED, _BYTE):
        return True
    if kind == _CONTROL:
        return not token.startswith("<unused")
    text = token.replace("▁", "")
    if len(text) <= 1:
        return True
    if text.isascii():
        return ascii_left > 0
    return all(c.isascii() or "가" <= c <= "힣" or "ㄱ" <= c <= "ㆎ" for c in text)


def cut(source: Path, target: Path, most_ascii: int) -> int:
    """Write `source` with a smaller vocabulary. Returns how many tokens are left."""
    reader = GGUFReader(source)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    kinds = reader.fields["tokenizer.ggml.token_type"].contents()
    scores = reader.fields["tokenizer.ggml.scores"].contents()
    kept, plain = [], 0
    for number, (token, kind) in enumerate(zip(tokens, kinds, strict=True)):
        plain += token.isascii()
        if keeps(token, kind, most_ascii - plain):
            kept.append(number)
    places = {old: new for new, old in enumerate(kept)}
    writer = GGUFWriter(target, "gemma3")
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key in (
            "general.architecture",
            "tokenizer.ggml.tokens",
            "tokenizer.ggml.scores",
            "tokenizer.ggml.token_type",
        ):
            continue
        value = field.contents()
        writer.add_key_value(key, places[value] if key.endswith("_token_id") else value, field.types[0])
    writer.add_token_list([tokens[n] for n in kept])
    writer.add_token_scores([scores[n] for n in kept])
    writer.add_token_types([kinds[n] for n in kept])
    for tensor in reader.tensors:
        data = tensor.data[kept] if tensor.name == "token_embd.weight" else tensor.data
        writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return len(kept)


def measured(file: Path, texts: list[str]) -> tuple[float, float, int, list[str]]:
    """Tokens a second read and written (medians), tokens of all prompts, and the texts."""
    model = LlamaCpp(file, "vocabulary", shipped_adapter())
    read, wrote, count, said = [], [], 0, []
    for text in texts:
        asked = compression_messages(text, fmt="tuned", characters=200)
        said.append("".join(model.stream(asked, Options(WRITTEN))))
        timing = model.last_timing
        assert timing is not None
        read.append(timing.prompt_per_second)
        wrote.append(timing.written_per_second)
        count += timing.prompt_tokens
    model.close()
    return statistics.median(read), statistics.median(wrote), count, said


def main() -> None:
    """Print size, speed and agreement beside the whole vocabulary's."""
    print(machine("xllamacpp", "gguf"), f"· {EMBEDDED} with its adapter")
    texts = [
        r["input"][:1500] for r, _ in zip(rows("kowiki-leads.test.jsonl.gz"), range(ARTICLES), strict=False)
    ]
    whole = model_file(EMBEDDED)
    before = measured(whole, texts)
    with tempfile.TemporaryDirectory() as folder:
        for most in ASCII_RANKS:
            file = Path(folder) / f"{most}.gguf"
            left = cut(whole, file, most)
            after = measured(file, texts)
            again = measured(whole, texts)  # in turn, so that a busy moment hits both
            read, wrote = (
                after[0] / statistics.mean((before[0], again[0])),
                after[1] / statistics.mean((before[1], again[1])),
            )
            same = sum(a == b for a, b in zip(after[3], before[3], strict=True))
            print(
                f"{left} of 262144 tokens | file {file.stat().st_size / whole.stat().st_size:.2f} | reading {read:.2f}, "
                f"writing {wrote:.2f} times as fast | prompts {after[2] / before[2]:.3f} times as long | {same}/{len(texts)} texts the same",
                flush=True,
            )


if __name__ == "__main__":
    main()
