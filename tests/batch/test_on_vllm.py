"""The stream of prompts and answers around vLLM, on a real Ray; what answers is a stand-in, for vLLM needs a GPU.

It keeps the engine's contract: `tokenized_prompt` and `sampling_params` in, `generated_text` beside all other columns out.
"""

import json
import sys

import pytest

from support.texts import BODY, PARAGRAPHS, TITLE
from support.tiny_checkpoint import write_checkpoint
from techsum.batch.items import Item, RemainingItems
from techsum.batch.rows import Made, WorkerConfig
from techsum.cluster import ray_session
from techsum.contracts.batch import BatchRow
from techsum.contracts.options import SummaryOptions
from techsum.errors import UsageError
from techsum.generators import load
from techsum.prompts import render, summary_messages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning",
                               "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]  # fmt: skip

ANSWER = f"{PARAGRAPHS[0].split('. ')[0]}. 장치의 용량은 999킬로와트시로 섬의 스물여섯 가구가 하룻밤 쓸 수 있는 양이다."


def test_answers_of_an_engine_become_checked_summaries_in_order(tmp_path):
    """Given rows of which one is bad and one too long for a prompt, then the others are what the engine wrote, checked."""
    import ray
    import ray.cloudpickle

    from techsum.batch.on_ray import _source
    from techsum.batch.on_vllm import answered

    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    model = write_checkpoint(tmp_path / "tiny")
    asked = tmp_path / "asked.jsonl"
    rows = [{"id": n, "text": BODY, "title": TITLE} for n in range(40)]
    rows[3] = {"id": 3}
    rows[5] = {"id": 5, "text": "\n\n".join(PARAGRAPHS * 100)}
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")

    def engine(dataset):
        def write(batch):
            with asked.open("a", encoding="utf-8") as file:
                for prompt, sampling in zip(batch["tokenized_prompt"], batch["sampling_params"], strict=True):
                    said = {"prompt": [int(t) for t in prompt], "tokens": int(sampling["max_tokens"])}
                    file.write(json.dumps(said) + "\n")
            kept = {name: batch[name] for name in ("item", "stop", "article")}
            return kept | {"generated_text": [ANSWER] * len(batch["item"])}

        return dataset.map_batches(write, batch_size=16)

    wish = SummaryOptions(model=f"hf:{model}")
    with ray_session(3):
        read = ray.data.read_datasource(
            _source(RemainingItems(source, 0, None), 16), override_num_blocks=1, num_cpus=0.1
        )
        ray.data.DataContext.get_current().execution_options.preserve_order = True
        found = [
            json.loads(row["line"])
            for row in answered(read, wish, WorkerConfig(1), engine).iter_rows()
            if not row["stop"]
        ]
    # then ids are in order, and each row is of its kind
    assert [row["id"] for row in found] == list(range(40))
    assert found[3]["error_kind"] == "batch_row"
    assert [n["kind"] for n in found[5]["notices"]] == ["fallback"]
    assert found[5]["model"] == "extract"
    # then the engine's text was looked at like any model's
    first = found[0]
    assert first["model"] == "tiny"
    assert first["title"] == TITLE
    assert first["summary"].startswith("남해의 작은 섬 솔섬에서")
    assert {n["kind"] for s in first["sentences"] for n in s["notices"]} & {"number"}
    assert first["sentences"][0]["evidence"]
    # then the prompts were those that the model itself would have been asked, and what needs none cost a token
    generator = load(f"hf:{model}")
    wanted = generator.encode(
        render(
            summary_messages(BODY, fmt=generator.format, characters=220, register="한다체", title=TITLE),
            generator.format,
        )
    )
    lines = [json.loads(line) for line in asked.read_text("utf-8").splitlines()]
    assert sum(line["prompt"] == wanted for line in lines) == 38
    assert sorted(line["tokens"] for line in lines)[:2] == [1, 1]


def test_made_of_a_row_is_a_line():
    made = Made.of(Item(1, "가", 1.0), BatchRow(id="가", title="제목"))
    assert made.line.startswith('{"id": "가", "error": null,'.encode())
    assert not made.failed


def test_a_model_that_shortens_sentences_is_refused_in_one_line(tmp_path):
    from techsum.batch.on_vllm import answered

    model = write_checkpoint(tmp_path / "tiny")
    (model / "techsum.json").write_text('{"format": "tuned-2"}', "utf-8")
    with pytest.raises(UsageError) as refused:
        answered(None, SummaryOptions(model=f"hf:{model}"), WorkerConfig(1))
    assert refused.value.key == "batch_vllm_sentences"
    assert len(str(refused.value).splitlines()) == 1
