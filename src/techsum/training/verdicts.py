"""Claims and questions as rows: the sentences each is judged by, and the verdict a verifier learns."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

from techsum import korean
from techsum.checking.evidence import Alignment
from techsum.contracts.article import Article
from techsum.evaluation.corruptions import Corruptor, names_of, negated, with_opposite
from techsum.prompts import ANSWERED, NOT_ANSWERED, VERDICTS, Verdict
from techsum.training.recipe import Columns

_LABELS: dict[Any, Verdict] = {
    True: "supported", "entailment": "supported", "supported": "supported",
    False: "contradicted", "contradiction": "contradicted", "contradicted": "contradicted",
    "neutral": "absent", "absent": "absent",
}  # fmt: skip

_ANSWERED = 0.6
"""Share of an answer's content morphemes that sentences must hold to answer its question."""
_SENTENCES = 3


def verdict_rows(
    rows: Iterable[tuple[int, Any]], columns: Columns, articles: Iterable[tuple[int, Any]] | None
) -> Iterator[tuple[int, Any]]:
    """Each claim with `input` (the sentences), `title`, `instruction` (the claim) and `output` (the verdict).

    A false claim without evidence (an empty `evidence`) is about something else: its verdict is `absent`.

    Args:
        rows: places and contents of the claims' file.
        columns: what it calls its columns.
        articles: the articles that the claims are about, or None where each row holds its own sentences.
    """
    known = {row["id"]: row for _, row in articles or () if isinstance(row, dict) and "id" in row}
    opened: dict[Any, tuple[Article, Alignment]] = {}
    for place, content in rows:
        if not isinstance(content, dict):
            yield place, content
            continue
        claim, label = content.get(columns.claim), content.get(columns.label)
        verdict = _LABELS.get(label) if isinstance(label, str | bool) else None
        if verdict == "contradicted" and content.get("evidence") == []:
            verdict = "absent"
        source, title = content.get(columns.input), content.get(columns.title)
        if articles is not None:
            name = content.get(columns.article)
            if name not in opened and name in known:
                article = Article(known[name]["text"], known[name].get("title"))
                opened = {name: (article, Alignment(article.sentences, article.title or ""))}
            if name in opened and isinstance(claim, str):
                article, alignment = opened[name]
                source, title = alignment.premise(claim), article.title
        yield (
            place,
            {
                "input": source,
                "title": title,
                "instruction": claim,
                "output": VERDICTS[verdict] if verdict and isinstance(claim, str) and claim.strip() else None,
            },
        )


def question_rows(rows: Iterable[tuple[int, Any]], columns: Columns) -> Iterator[tuple[int, Any]]:
    """Each question of each article with the sentences nearest to it, and whether these answer it.

    Where they miss the answer that the article has, there is a second row with the sentence that holds
    most of it.
    """
    for place, content in rows:
        if not isinstance(content, dict) or not isinstance(text := content.get(columns.input), str):
            yield place, content
            continue
        article = Article(text, content.get(columns.title) or None)
        alignment = Alignment(article.sentences, article.title or "")
        for question_row in content.get("questions") or ():
            words = set(korean.content(question_row["answer"] or ""))
            source = alignment.premise(question_row["question"], _SENTENCES)
            if not source:
                continue  # it shares no word with the article: no model is asked
            answered = bool(words) and len(words & set(korean.content(source))) >= _ANSWERED * len(words)
            yield place, _question(article, source, question_row["question"], answered=answered)
            if words and not answered:
                best = max(article.sentences, key=lambda s: len(words & set(s.content)))
                if best.text not in source:
                    source = f"{best.text} {source}"
                if len(words & set(korean.content(source))) >= _ANSWERED * len(words):
                    yield place, _question(article, source, question_row["question"], answered=True)


def _question(article: Article, source: str, question: str, *, answered: bool) -> dict[str, Any]:
    output = ANSWERED[0] if answered else ANSWERED[1]
    return {"input": source, "title": article.title, "instruction": question, "output": output}


def dialogue_rows(
    rows: Iterable[tuple[int, Any]], columns: Columns, articles: Iterable[tuple[int, Any]] | None
) -> Iterator[tuple[int, Any]]:
    """Each turn of each dialogue: the article, the question, the answer, and the turns before as `turns`.

    A turn without an answer is answered by saying that the article has none.

    Args:
        rows: places and contents of the dialogues: `article` (an id) and `turns` (`question`, `answer`).
        columns: what it calls its columns.
        articles: the articles, or None where each row holds its own.
    """
    known = {row["id"]: row for _, row in articles or () if isinstance(row, dict) and "id" in row}
    for place, row in rows:
        turns = row.get("turns") if isinstance(row, dict) else None
        if not isinstance(turns, list):
            yield place, row
            continue
        article = known.get(row.get(columns.article), {}) if articles is not None else row
        text = article.get("text" if articles is not None else columns.input)
        before: list[tuple[str, str]] = []
        for turn in turns:
            if not isinstance(turn, dict) or not isinstance(turn.get("question"), str):
                yield place, None
                break
            answer = str(turn.get("answer") or NOT_ANSWERED)
            yield (
                place,
                {
                    "input": text,
                    "instruction": turn["question"],
                    "output": answer,
                    "turns": tuple(before),
                },
            )
            before.append((turn["question"], answer))


_COPIED = 4
"""Sentences of each document that are claims too, so that a near copy says nothing about a claim's truth."""
_PLAIN = 0.5
"""Share of the corruptions that do not only flip the predicate where another is possible."""
_ELSEWHERE = 0.5
"""Support from which other sentences may say the same as a claim's evidence."""


def corruption_rows(rows: Iterable[tuple[int, Any]], columns: Columns) -> Iterator[tuple[int, Any]]:
    """Verdicts that are known by construction, after Kryściński et al., "Evaluating the Factual Consistency".

    Sentences of the output, and a few of the document itself, are supported; the same with one number, unit,
    name or negation made wrong is contradicted. The opposite denied ("줄지 않았다" for "늘었다") is supported
    again: without it a denial alone would give a false claim away. An output's sentence judged by what is
    left of the document without its evidence is absent.
    """
    names: list[str] = []  # of the document before: what is swapped in must be a name, but a foreign one
    for place, content in rows:
        text, output = (
            content.get(c) if isinstance(content, dict) else None for c in (columns.input, columns.output)
        )
        if not isinstance(text, str) or not isinstance(output, str):
            yield place, content
            continue
        rng = random.Random(place)  # noqa: S311 - an order, not a secret
        article = Article(text, content.get(columns.title) or None)
        alignment = Alignment(article.sentences, article.title or "")
        corruptor = Corruptor(text, (), names, rng)
        written = [s.text for s in korean.sentences(output)]
        copied = [s.text for s in rng.sample(article.sentences, min(_COPIED, len(article.sentences)))]
        for claim in (*written, *copied):
            yield place, _verdict(article, alignment.premise(claim), claim, "supported")
            if made := corruptor.all(claim):
                plainer = [c for c in made if c.variant != "negation flipped"]  # every sentence has that one
                wrong = rng.choice(plainer if plainer and rng.random() < _PLAIN else made).text
                yield place, _verdict(article, alignment.premise(wrong), wrong, "contradicted")
            if denied := _denied_opposite(claim, rng):
                yield place, _verdict(article, alignment.premise(denied), denied, "supported")
        for claim in written:
            words = set(korean.content(claim))
            evidence = alignment.find(words).places
            rest = [s for n, s in enumerate(article.sentences) if n not in evidence]
            other = Alignment(rest, article.title or "")
            source = other.premise(claim)  # empty where no other sentence shares a word
            if source and other.find(words).support < _ELSEWHERE:
                yield place, _verdict(article, source, claim, "absent")
        names = names_of(text)


def _denied_opposite(claim: str, rng: random.Random) -> str | None:
    """The claim said by denying the opposite of its last predicate, where that has one.

    Not with numbers: "41% 늘지 않았다" is not "41% 줄었다".
    """
    opposite = None if any(c.isdigit() for c in claim) else with_opposite(claim, rng)
    last = claim.rfind(" ") + 1
    return negated(opposite) if opposite and opposite[:last] == claim[:last] else None


def _verdict(article: Article, source: str, claim: str, verdict: Verdict) -> dict[str, Any]:
    return {"input": source, "title": article.title, "instruction": claim, "output": VERDICTS[verdict]}
