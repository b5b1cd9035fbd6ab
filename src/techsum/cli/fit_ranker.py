"""`techsum fit-ranker`: learn from articles with summaries which sentences to choose."""

from pathlib import Path
from typing import Annotated

import typer

from techsum.chat import ranker as chat_ranker
from techsum.cli.evaluate import parse_columns
from techsum.cli.terminal import make_console
from techsum.errors import UsageError
from techsum.messages import text
from techsum.summarizers.ranker import COEFFICIENTS, DOCUMENT_KINDS, TARGETS

ANSWER = "answer"


def command(
    data: Annotated[Path, typer.Argument(help="JSONL, CSV (.gz): input, output, title")],
    kind: Annotated[str, typer.Option(help="글의 갈래 / kind of document: news, entry")] = "news",
    target: Annotated[
        str,
        typer.Option(help="output이 무엇인지 / what output is: summary, line; answer: 글의 questions"),
    ] = "summary",
    columns: Annotated[str, typer.Option(help="input=document,output=abstract")] = "",
    out: Annotated[
        Path | None, typer.Option(help="계수 파일 / file of the coefficients; by default TechSum's own")
    ] = None,
) -> None:
    """핵심 문장을 고르는 계수를 배웁니다. / Fit the ranker of key sentences."""
    from techsum.evaluation.data import load
    from techsum.training import fitting_answers, fitting_ranker
    from techsum.training.rows import data_rows

    if target == ANSWER:
        answers = fitting_answers.fit(list(fitting_answers.questions(row for _, row in data_rows(data))))
        out = out or chat_ranker.COEFFICIENTS
        fitting_answers.write(out, answers)
        make_console().print(text("ranker_fitted", count=answers["questions"], path=out), soft_wrap=True)
        return
    out = out or COEFFICIENTS
    known_kind = next((k for k in DOCUMENT_KINDS if k == kind), None)
    known_target = next((t for t in TARGETS if t == target), None)
    if known_kind is None:
        raise UsageError("choice_invalid", name="kind", value=kind, choices=", ".join(DOCUMENT_KINDS))
    if known_target is None:
        raise UsageError("choice_invalid", name="target", value=target, choices=", ".join((*TARGETS, ANSWER)))
    fitted = fitting_ranker.fit(load(data, parse_columns(columns)), known_target)
    fitting_ranker.write(out, known_kind, known_target, fitted)
    make_console().print(text("ranker_fitted", count=fitted["articles"], path=out), soft_wrap=True)
