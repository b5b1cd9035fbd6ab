"""Results in the files of lm-evaluation-harness."""

import json

from techsum.evaluation import lm_eval
from techsum.evaluation.data import Example
from techsum.evaluation.results import measure
from techsum.evaluation.runs import Run
from techsum.evaluation.systems import Output
from techsum.summarizers import SummaryOptions

TEXT = "연구진은 바닷물로 전기를 만드는 장치를 만들었다. 소금의 농도 차이를 쓴다. 한 달 동안 시험했다."


def test_results_are_written_as_the_harness_writes_them(tmp_path):
    examples = [Example(n, f"{n}", TEXT, "소금의 농도 차이로 전기를 만들었다.") for n in (1, 2)]
    run = Run("hf:owner/model", tuple(Output(TEXT[:30], 0.1, fell_back=False) for _ in examples), 1)
    results = measure(examples, [run], SummaryOptions(), {}, "news.dev.jsonl")
    lm_eval.write(results, tmp_path)
    (folder,) = tmp_path.iterdir()
    assert folder.name == "hf__owner__model"
    told = json.loads(next(folder.glob("results_*.json")).read_text("utf-8"))
    figures = told["results"]["news-dev"]
    assert figures["rouge_l_equal,none"] == results.systems[0].means["rouge_l_equal"]
    assert figures["rouge_l_equal_stderr,none"] == 0  # both texts are the same
    assert told["n-samples"]["news-dev"]["effective"] == 2
    assert told["higher_is_better"]["news-dev"]["marked"] is False
    lines = next(folder.glob("samples_news-dev_*.jsonl")).read_text("utf-8").splitlines()
    assert [json.loads(line)["filtered_resps"] for line in lines] == [[TEXT[:30]]] * 2
