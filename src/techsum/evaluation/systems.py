"""Everything that can be evaluated under one protocol: the baselines, `extract`, and any model."""

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import techsum
from techsum import korean
from techsum.contracts.article import Article
from techsum.errors import UsageError
from techsum.generators import EXTRACT, check, resolve
from techsum.generators.model_ref import ModelRef
from techsum.generators.models import TUNED, shipped_adapter
from techsum.settings import settings
from techsum.summarizers import SummaryOptions, extract, summary_of
from techsum.summarizers.ranker import COEFFICIENTS

BASELINES = ("lead-3", "random-3", "longest-3", "textrankr", "sumy-lexrank")
_SENTENCES = 3


@dataclass(frozen=True)
class Output:
    """What a system wrote for one article."""

    text: str
    seconds: float
    fell_back: bool = False
    """Whether the model's text did not stand and key sentences stand for it."""


System = Callable[[Article, SummaryOptions], Output]


def make(name: str) -> System:
    """The system of this name.

    Raises:
        UsageError: the name means nothing.
        ModelError: the model is not here.
    """
    if name in _RANKINGS:
        return _ranked(_RANKINGS[name])
    if name == EXTRACT:
        return _extract
    model = resolve(name)
    check(model)
    return lambda article, options: _model(model, article, options)


def identity(name: str, options: SummaryOptions) -> str:
    """What an output depends on beside the article, as a hash: system, options, TechSum's own code."""
    parts = [name, str(options), options.check or settings().check, techsum.__version__]
    for file in _weights(name):
        about = file.stat()
        parts.append(f"{file.name} {about.st_size} {about.st_mtime_ns}")
    if name not in BASELINES:
        parts.append(_code())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _weights(name: str) -> list[Path]:
    """Files on this machine that a model is made of: trained again, they are another system."""
    path = shipped_adapter() if name == TUNED else ModelRef.parse(name).path
    if path.is_dir():
        return sorted(f for f in path.iterdir() if f.suffix in {".safetensors", ".json"})
    return [path] if path.is_file() else []


@cache
def _code() -> str:
    """A hash of the code that summaries depend on: an old output must not stand for new code."""
    root = Path(techsum.__file__).parent
    rooms = ("summarizers", "checking", "generators", "prompts")
    files = [
        *(f for room in rooms for f in sorted((root / room).glob("*.py"))),
        root / "korean.py",
        COEFFICIENTS,  # a ranker fitted anew is another system, too
    ]
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def _extract(article: Article, options: SummaryOptions) -> Output:
    began = time.perf_counter()
    return Output(extract(article, options).text, time.perf_counter() - began)


def _model(name: str, article: Article, options: SummaryOptions) -> Output:
    began = time.perf_counter()
    summary = summary_of(article, replace(options, model=name))
    fell_back = any(n.kind == "fallback" for n in summary.notices)
    return Output(summary.text, time.perf_counter() - began, fell_back)


Ranking = Callable[[Article], Sequence[int]]


def _ranked(ranking: Ranking) -> System:
    def write(article: Article, _options: SummaryOptions) -> Output:
        sentences = article.sentences  # analysed before the clock runs: every system needs that
        began = time.perf_counter()
        places = sorted(ranking(article)[:_SENTENCES])
        return Output(" ".join(sentences[p].text for p in places), time.perf_counter() - began)

    return write


def _lead(article: Article) -> Sequence[int]:
    return range(len(article.sentences))


def _random(article: Article) -> Sequence[int]:
    places = list(range(len(article.sentences)))
    random.Random(article.text).shuffle(places)  # noqa: S311 - chance, not a secret
    return places


def _longest(article: Article) -> Sequence[int]:
    return sorted(range(len(article.sentences)), key=lambda n: -len(article.sentences[n].text))


@cache
def _content(sentence: str) -> tuple[str, ...]:
    return korean.content(sentence)


def _textrankr(article: Article) -> Sequence[int]:
    try:
        import textrankr
    except ImportError:
        raise UsageError("extra_missing", feature="textrankr", extra="eval") from None
    engine = textrankr.TextRank(lambda s: list(_content(s)) or ["-"])
    # it splits at line ends and full stops, so it gets one sentence a line
    lines = [s.text.rstrip(".") for s in article.sentences]
    chosen = engine.summarize("\n".join(lines), _SENTENCES, verbose=False)
    places = [
        next((n for n, line in enumerate(lines) if line.strip() in one or one in line), None)
        for one in chosen
    ]
    return list(dict.fromkeys(p for p in places if p is not None))


def _sumy_lexrank(article: Article) -> Sequence[int]:
    try:
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
        from sumy.summarizers.lex_rank import LexRankSummarizer
    except ImportError:
        raise UsageError("extra_missing", feature="sumy-lexrank", extra="eval") from None

    class Tokens:
        """What sumy asks of a tokenizer, answered by Kiwi."""

        @staticmethod
        def to_words(sentence: str) -> tuple[str, ...]:
            """Morphemes that carry meaning."""
            return _content(sentence)

    sentences = [Sentence(s.text, Tokens()) for s in article.sentences]
    places = {id(s): n for n, s in enumerate(sentences)}
    document = ObjectDocumentModel([Paragraph(sentences)])
    return [places[id(s)] for s in LexRankSummarizer()(document, _SENTENCES)]


_RANKINGS: dict[str, Ranking] = {
    "lead-3": _lead,
    "random-3": _random,
    "longest-3": _longest,
    "textrankr": _textrankr,
    "sumy-lexrank": _sumy_lexrank,
}
