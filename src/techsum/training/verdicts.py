"""Claims and questions as rows: the sentences each is judged by, and the verdict a verifier learns."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

from techsum import korean
from techsum.article import Article
from techsum.checking.evidence import Alignment
from techsum.evaluation.corruptions import Corruptor, names_of, negated, with_opposite
from techsum.prompts import ANSWERED, VERDICTS, Verdict
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
    known = {said.get("id"): said for _, said in articles} if articles is not None else {}
    opened: dict[Any, tuple[Article, Alignment]] = {}
    for place, said in rows:
        if not isinstance(said, dict):
            yield place, said
            continue
        claim, label = said.get(columns.claim), said.get(columns.label)
        verdict = _LABELS.get(label) if isinstance(label, str | bool) else None
        if verdict == "contradicted" and said.get("evidence") == []:
            verdict = "absent"
        source, title = said.get(columns.input), said.get(columns.title)
        if articles is not None:
            name = said.get(columns.article)
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
    for place, said in rows:
        if not isinstance(said, dict) or not isinstance(text := said.get(columns.input), str):
            yield place, said
            continue
        article = Article(text, said.get(columns.title) or None)
        alignment = Alignment(article.sentences, article.title or "")
        for asked in said.get("questions") or ():
            words = set(korean.content(asked["answer"] or ""))
            source = alignment.premise(asked["question"], _SENTENCES)
            if not source:
                continue  # it shares no word with the article: no model is asked
            answered = bool(words) and len(words & set(korean.content(source))) >= _ANSWERED * len(words)
            yield place, _question(article, source, asked["question"], answered=answered)
            if words and not answered:
                best = max(article.sentences, key=lambda s: len(words & set(s.content)))
                if best.text not in source:
                    source = f"{best.text} {source}"
                if len(words & set(korean.content(source))) >= _ANSWERED * len(words):
                    yield place, _question(article, source, asked["question"], answered=True)


def _question(article: Article, source: str, question: str, *, answered: bool) -> dict[str, Any]:
    output = ANSWERED[0] if answered else ANSWERED[1]
    return {"input": source, "title": article.title, "instruction": question, "output": output}


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
    for place, said in rows:
        text, output = (
            said.get(c) if isinstance(said, dict) else None for c in (columns.input, columns.output)
        )
        if not isinstance(text, str) or not isinstance(output, str):
            yield place, said
            continue
        chance = random.Random(place)  # noqa: S311 - an order, not a secret
        article = Article(text, said.get(columns.title) or None)
        alignment = Alignment(article.sentences, article.title or "")
        corruptor = Corruptor(text, (), names, chance)
        written = [s.text for s in korean.sentences(output)]
        copied = [s.text for s in chance.sample(article.sentences, min(_COPIED, len(article.sentences)))]
        for claim in (*written, *copied):
            yield place, _verdict(article, alignment.premise(claim), claim, "supported")
            if made := corruptor.all(claim):
                plainer = [c for c in made if c.variant != "negation flipped"]  # every sentence has that one
                wrong = chance.choice(plainer if plainer and chance.random() < _PLAIN else made).text
                yield place, _verdict(article, alignment.premise(wrong), wrong, "contradicted")
            if denied := _denied_opposite(claim, chance):
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


def _denied_opposite(claim: str, chance: random.Random) -> str | None:
    """The claim said by denying the opposite of its last predicate, where that has one.

    Not with numbers: "41% 늘지 않았다" is not "41% 줄었다".
    """
    opposite = None if any(c.isdigit() for c in claim) else with_opposite(claim, chance)
    last = claim.rfind(" ") + 1
    return negated(opposite) if opposite and opposite[:last] == claim[:last] else None


def _verdict(article: Article, source: str, claim: str, verdict: Verdict) -> dict[str, Any]:
    return {"input": source, "title": article.title, "instruction": claim, "output": VERDICTS[verdict]}
