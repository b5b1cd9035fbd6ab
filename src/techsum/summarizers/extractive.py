"""Key sentences of an article, without a model: the ranker chooses, the article's own words stand."""

import re
import time
from collections.abc import Sequence

from techsum import korean
from techsum.contracts.article import Article
from techsum.contracts.options import SummaryOptions
from techsum.contracts.summary import Evidence, Summary, SummarySentence, joined
from techsum.generators.model_ref import EXTRACT
from techsum.korean import LIST_LETTERS
from techsum.summarizers.figures import figures
from techsum.summarizers.ranker import rank, without_connective
from techsum.summarizers.register import as_note, with_register
from techsum.summarizers.title import headline

LIST_MARK = re.compile(rf"^(?:[□■○●◦▷▶•▪◆◇►※]\s*|(?:[·ㅇ*-]|\d{{1,2}}[.)]|[{LIST_LETTERS}][.)]|[①-⑳])\s+)")
_ORDINAL = re.compile(r"^(?:첫째|둘째|셋째|넷째|다섯째|(?:첫|두|세|네|다섯) 번째로),\s+")
_STOPPED = re.compile(r"""[.!?。…:;][)\]"'”’]{0,3}$""")


def extract(article: Article, options: SummaryOptions | None = None) -> Summary:
    """The extractive summary: article sentences in their order, each its own evidence.

    With a style or register other than the article's, only the sentences' endings are rewritten; a connective
    goes where the sentence that it ties to was not chosen.
    """
    options = options or SummaryOptions()
    began = time.perf_counter()
    sentences = article.sentences
    ranked = rank(sentences, article.title or "", options.characters)
    places = ranked[:1] if options.one_sentence else sorted(ranked)
    korean.prepare([sentences[p].text for p in places])
    chosen = tuple(
        SummarySentence(dressed(text, options), (Evidence(s.start, s.end, s.text),))
        for s, text in ((sentences[p], text) for p, text in standing(sentences, places).items())
    )
    return Summary(
        title=article.title or headline(article),
        sentences=chosen,
        line=line_of(chosen, sentences[ranked[0]].start) if ranked else "",
        figures=figures(chosen),
        model=EXTRACT,
        coverage=1.0,
        seconds=time.perf_counter() - began,
        text=joined((s.text for s in chosen), options.separator),
        notices=article.notices,
    )


def line_of(sentences: Sequence[SummarySentence], start: int) -> str:
    """The sentence that comes from the article's sentence at `start`; the first one where none does."""
    stated = (s for s in sentences if any(e.start == start for e in s.evidence))
    return next((s.text for s in (*stated, *sentences)), "")


def standing(sentences: Sequence[korean.Sentence], places: Sequence[int]) -> dict[int, str]:
    """The sentences at these places as they can stand in a summary, in the order of the places."""
    enumerated = sum(bool(_ORDINAL.match(sentences[p].text)) for p in places) > 1
    return {p: alone(sentences[p].text, tied=p - 1 in places, enumerated=enumerated) for p in places}


def alone(sentence: str, *, tied: bool, enumerated: bool = False) -> str:
    """The sentence as it can stand in a summary, without half a quotation's marks.

    Args:
        sentence: of the article.
        tied: whether the one before it stands there too; else a connective at its head goes.
        enumerated: whether another point of its list stands there too; else "둘째," goes.
    """
    text = LIST_MARK.sub("", sentence)
    text = text if enumerated else _ORDINAL.sub("", text)
    text = text if tied else without_connective(text)
    for opening, closing in ('""', "''", "“”", "‘’"):
        marks = text.count(opening) if opening == closing else text.count(opening) - text.count(closing)
        if marks % 2:
            text = text.removeprefix(opening) if text.startswith(opening) else text.removesuffix(closing)
    return text


def dressed(sentence: str, options: SummaryOptions) -> str:
    """The sentence in the style and register that the reader asked for; in prose each ends in a full stop."""
    if options.bullets:
        return as_note(sentence)
    written = with_register(sentence, options.register)
    return written if _STOPPED.search(written) else f"{written}."
