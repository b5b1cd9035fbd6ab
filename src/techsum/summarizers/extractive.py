"""Key sentences of an article, without a model.

Sentences are chosen greedily for the weight of the morphemes that they add to what is already chosen, per
character: budgeted coverage after Lin and Bilmes, "Multi-document Summarization via Budgeted Maximization
of Submodular Functions" (2010), with weights for Korean news and encyclopedia text.
"""

import math
import re
import time
from collections import Counter
from collections.abc import Sequence

from techsum import korean
from techsum.article import Article
from techsum.checking.evidence import same_meaning
from techsum.generators.models import EXTRACT
from techsum.summarizers.guard import points_ahead
from techsum.summarizers.options import SummaryOptions
from techsum.summarizers.register import as_note, with_register
from techsum.summarizers.title import headline
from techsum.summary import Evidence, Summary, SummarySentence

# Chosen on 300 training articles (morpheme ROUGE-1+2+L at 150 and 300 characters; random search over 45
# settings). The eight best lie within 0.4 points of each other, so round values from their middle are used.
_TITLE_WEIGHT = 5.0
_LEAD_WEIGHT = 2.0
_LEAD_SENTENCES = 4
_REPEATED = 0.75
_SHORTEST_COUNTED = 40
_SINGLE = 0.25
"""Weight of a morpheme that the article uses once; others weigh log(1 + uses)."""

_FEWEST_WORDS = 4
"""A sentence with fewer meaningful morphemes ("다만 한계도 있다.") only fills the space that is left."""

_OVERRUN = 1.15
"""A sentence may pass the asked length by this factor rather than be left out."""

_DANGLING = 0.6
"""A sentence that leans on its predecessor reads badly without it."""

_LEANS = re.compile(
    r"^(?:그러나|하지만|그런데|그래서|따라서|또한|또|게다가|반면|다만|즉|이는|이에|이를|이런|이러한|그는|그녀는"
    r"|그 결과|이어|이 밖에|이밖에)\s"
)
_STATEMENT_END = re.compile(r"(?:[다요까음함됨임]|[.!。…])['\"”’)\]]*[.!。]?['\"”’)\]]*$")


def rank(sentences: Sequence[korean.Sentence], title: str, characters: int) -> list[int]:
    """Places of the sentences to take, the best first, until they hold `characters`."""
    weights = _weights(sentences, title)
    covered: Counter[str] = Counter()
    standing = [_standing(s, place) for place, s in enumerate(sentences)]
    words = [set(s.content) for s in sentences]
    left = _telling(sentences, words) or set(range(len(sentences)))
    chosen: list[int] = []
    used = 0

    def value(place: int) -> float:
        gain = sum(weights[w] * _REPEATED ** covered[w] for w in words[place])
        lean = _DANGLING if place - 1 not in chosen and _LEANS.match(sentences[place].text) else 1.0
        return gain * standing[place] * lean

    while left and used < characters:
        fitting = [p for p in left if used + len(sentences[p].text) <= characters * _OVERRUN]
        if not fitting and chosen:
            break
        # with nothing chosen and nothing short enough, one long sentence is better than none
        best = max(fitting or left, key=lambda p: (value(p), -p))
        left = {p for p in left if p != best and not same_meaning(words[p], words[best])}
        chosen.append(best)
        covered.update(words[best])
        used += len(sentences[best].text)
    return chosen


def _telling(sentences: Sequence[korean.Sentence], words: Sequence[set[str]]) -> set[int]:
    """Places of the sentences that state something: no headings, questions, fillers, lists that follow."""
    return {
        place
        for place, sentence in enumerate(sentences)
        if len(words[place]) >= _FEWEST_WORDS
        and _STATEMENT_END.search(sentence.text)
        and "?" not in sentence.text[-3:]
        and not points_ahead(sentence.text)
    }


def _weights(sentences: Sequence[korean.Sentence], title: str) -> dict[str, float]:
    uses = Counter(w for s in sentences for w in set(s.content))
    weights = {w: math.log(1 + n) if n > 1 else _SINGLE for w, n in uses.items()}
    for word in set(korean.content(title)) & weights.keys():
        weights[word] *= 1 + _TITLE_WEIGHT
    return weights


def _standing(sentence: korean.Sentence, place: int) -> float:
    """What a sentence counts for by its place and its length."""
    lead = 1 + _LEAD_WEIGHT / (1 + place / _LEAD_SENTENCES)
    return lead / max(len(sentence.text), _SHORTEST_COUNTED)


def extract(article: Article, options: SummaryOptions | None = None) -> Summary:
    """The extractive summary: article sentences in their order, each its own evidence.

    With a style or register other than the article's, only the sentences' endings are rewritten.
    """
    options = options or SummaryOptions()
    began = time.perf_counter()
    sentences = article.sentences
    places = sorted(rank(sentences, article.title or "", options.characters))
    return Summary(
        title=article.title or headline(article),
        sentences=tuple(
            SummarySentence(dressed(s.text, options), (Evidence(s.start, s.end, s.text),))
            for s in (sentences[p] for p in places)
        ),
        model=EXTRACT,
        coverage=1.0,
        seconds=time.perf_counter() - began,
        separator=options.separator,
        notices=article.notices,
    )


def dressed(sentence: str, options: SummaryOptions) -> str:
    """The sentence in the style and register that the reader asked for."""
    return as_note(sentence) if options.bullets else with_register(sentence, options.register)
