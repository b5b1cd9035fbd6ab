"""What stands below a summary: a limit, the next step, terms, and questions that the article answers.

All are the article's own sentences or lead to them; but for terms, none is in the summary already.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from techsum import korean
from techsum.chat.kinds import KINDS
from techsum.chat.quoting import cited, indexed_article
from techsum.chat.ranker import rank
from techsum.contracts.article import Article
from techsum.contracts.summary import Summary, SummarySentence
from techsum.messages import text
from techsum.summarizers.extractive import alone
from techsum.summarizers.glossary import glossary

MOST_SUGGESTIONS = 3

_COULD_NOT = r"지(?:는|도)? 못(?:했다|했으|했고|한다)"
_LIMIT = re.compile(
    r"^(?:다만|단,)"
    r"|한계(?:가|는|도|로|다|점|이다)|과제(?:[가는도로] 남|다\.)|(?:약점|단점)(?:이|은|도|으로)"
    r"|숙제|걸림돌|부작용|(?<![가-힣])우려|일반화|지켜봐야|풀어야 할"
    r"|아직[^.]{0,80}(?:못|없|이르|모른|멀)|(?:다루|밝혀지)지(?:는|도)? 않|단정(?:할|하)|알 수 없다"
    rf"|(?:확인|증명|설명|구분|배제|예측|해결)하{_COULD_NOT}"
    rf"|(?:밝히|찾|미치|알아내|풀|재|가리|줄이|막){_COULD_NOT}"
    r"|(?:연구|검증|확인|실험)(?:이|가) (?:더 )?필요|필요하다는 지적"
)
_NEXT_STEP = re.compile(
    r"(?:계획|예정|방침|목표)(?:이다|이라|이며|이고|을 (?:밝|세|내|갖)|다\.)"
    r"|추진(?:한다|할|하기로)|기로 했다|겠다(?:[\"”]|고|는)"
    r"|(?:내년|올해 말|하반기|상반기|다음 달|이르면|20\d\d년)(?:에|까지|부터|께|쯤|에는)?[^.]{0,120}"
    r"(?:한다|하고|운다|된다|준다|낸다|힌다|린다|잰다|받아야 한다)\W{0,9}$"
)
_HAPPENED = re.compile(r"[았었였했졌됐렸]다\W{0,9}$")
_OF_THE_WRITER = re.compile(r"(?:^|\s)(?:나는|내가|저는|제가)\s")
_REPORTED = re.compile(r"(?:밝혔|말했|덧붙였|설명했|전했|강조했|기로 했)다\W{0,9}$")
_FEWEST_WORDS = 4
"""Content morphemes; a sentence with fewer only announces the next one."""


def answer_card(
    article: Article, summary: Summary, answer: Callable[[Article, str], Sequence[SummarySentence]]
) -> Summary:
    """The summary with `limits`, `next_steps`, `glossary` and `suggestions`.

    Of 58 dev articles 30 get a limit and 10 a next step. Of those of 100 training articles, read one by one,
    four in five limits and nine in ten next steps were one; what was wrong there made the patterns narrower.

    Args:
        article: what was summarised.
        summary: of it.
        answer: the article's sentences that answer a question, or none.
    """
    stated = {e.start for s in summary.sentences for e in s.evidence}
    fitting = {"suggest_limit": _limits(article.sentences), "suggest_plan": _next_steps(article.sentences)}
    limits, next_steps = (_best(article, kind, places, stated) for kind, places in fitting.items())
    stated |= {e.start for s in (*limits, *next_steps) for e in s.evidence}
    answered = {kind for kind, places in fitting.items() if places}  # by the summary, or here
    return replace(
        summary,
        limits=tuple(limits),
        next_steps=tuple(next_steps),
        glossary=glossary(article),
        suggestions=suggestions(article, stated, answer, answered),
    )


def suggestions(
    article: Article,
    stated: set[int],
    answer: Callable[[Article, str], Sequence[SummarySentence]],
    answered: set[str],
) -> tuple[str, ...]:
    """Up to three questions whose answers are not on the card already.

    Args:
        article: what was summarised.
        stated: where the sentences begin that the card shows.
        answer: the article's sentences that answer a question, or none.
        answered: kinds of questions that the summary or its card answers already.
    """
    stated, found = set(stated), []
    for kind in (kind for kind in KINDS if not kind.question_pattern and kind.key not in answered):
        question = text(kind.key, "ko")  # in the articles' language: their own sentences answer
        new = [s for s in answer(article, question) if any(e.start not in stated for e in s.evidence)]
        if new:
            stated |= {e.start for s in new for e in s.evidence}
            found.append(question)
        if len(found) == MOST_SUGGESTIONS:
            break
    return tuple(found)


def _best(article: Article, question: str, fitting: Sequence[int], stated: set[int]) -> list[SummarySentence]:
    """The likeliest answer among these sentences, or none where the summary has one of them."""
    sentences = article.sentences
    if not fitting or any(sentences[n].start in stated for n in fitting):
        return []
    scores = rank(indexed_article(article).features(text(question, "ko"))).scores
    best = cited(sentences[max(fitting, key=lambda n: scores[n])])
    return [replace(best, text=alone(best.text, tied=True))]


def _limits(sentences: Sequence[korean.Sentence]) -> list[int]:
    """Where limits stand; "다만 한계도 있다." says nothing itself, and the next sentence does."""
    announced = {n + 1 for n, s in enumerate(sentences) if not _is_prose(s) and _LIMIT.search(s.text)}
    return [n for n, s in enumerate(sentences) if _is_prose(s) and (n in announced or _LIMIT.search(s.text))]


def _next_steps(sentences: Sequence[korean.Sentence]) -> list[int]:
    return [n for n, s in enumerate(sentences) if _is_prose(s) and _is_next_step(s.text)]


def _is_prose(sentence: korean.Sentence) -> bool:
    """Whether it is a sentence that says something, not a heading or a list run into one."""
    return "\n" not in sentence.text and len(sentence.content) >= _FEWEST_WORDS


def _is_next_step(sentence: str) -> bool:
    happened = _HAPPENED.search(sentence) and not _REPORTED.search(sentence)
    return bool(_NEXT_STEP.search(sentence)) and not happened and not _OF_THE_WRITER.search(sentence)
