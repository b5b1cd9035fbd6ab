"""Questions that a reader may want to ask next: only those that the article's own sentences answer."""

from collections.abc import Callable, Sequence

from techsum.article import Article
from techsum.chat.kinds import KINDS
from techsum.messages import text
from techsum.summary import SummarySentence

MOST = 3


def suggestions(
    article: Article,
    shown: Sequence[SummarySentence],
    answer: Callable[[Article, str], Sequence[SummarySentence]],
) -> list[str]:
    """Up to three questions whose answers are not in the summary already.

    Args:
        article: what was summarised.
        shown: the summary's sentences.
        answer: the article's sentences that answer a question, or none.
    """
    stated = {e.start for s in shown for e in s.evidence}
    found: list[str] = []
    for kind in (kind for kind in KINDS if not kind.question_pattern):
        question = text(kind.key, "ko")  # in the articles' language: their own sentences answer
        new = [s for s in answer(article, question) if any(e.start not in stated for e in s.evidence)]
        if new:
            stated |= {e.start for s in new for e in s.evidence}
            found.append(question)
        if len(found) == MOST:
            break
    return found
