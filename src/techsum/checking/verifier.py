"""A model's judgement of a claim, where rules are not sure: paraphrases, causes, who said it, when, how far.

The model reads the two or three article sentences that a claim comes from and tells the odds of its
verdicts in one forward pass. What rules and model say is weighed together (`benchmarks/claims.py`: chosen
on dev, reported on test).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from techsum import korean
from techsum.checking.evidence import Alignment
from techsum.generators.protocol import Judge, log_odds
from techsum.prompts import VERDICTS, verdict_messages
from techsum.summary import Evidence, Notice, SummarySentence, notice

_RULES = {"number": 2.0, "unit": 2.0, "name": 2.0, "negation": 0.7}
"""What a rule's notice adds to the log-odds against a claim. A wrong number stays marked unless the model
takes the claim for more likely right than wrong; a lack of shared words (`unsupported`) adds nothing that
the odds lack."""
_DOUBTED = 1.95
"""Log-odds from which a claim is marked, chosen on dev. Between weights of 1 and 2.5 nothing moves by
more than two points; with numbers always marked, whatever the model says, a third of what is found is
lost at equal alarms."""
_FOREIGN = 0.25
"""Sentences with less support are about something else: 93 % of other articles' sentences, 0.3 % of true
claims."""
_NEAR_COPY = 0.8
"""A claim of which one sentence holds this share of the words is left to the rules. The model was taught
with claims that are false when they are nearly copied and true when they are rephrased, and takes that
for the difference: it marked three of three shortened copies among people's summary sentences, and 2 % of
the rephrased ones."""
_SMALLEST = 1e-4
"""Shares are not trusted beyond this."""


@dataclass(frozen=True)
class Odds:
    """How likely each verdict is; they sum to 1."""

    supported: float
    contradicted: float
    absent: float

    @property
    def against(self) -> float:
        """Log-odds that the article does not support it."""
        return -log_odds(self.supported, _SMALLEST)


def doubt(odds: Odds, kinds: Iterable[str]) -> float:
    """Log-odds that a claim is wrong that got these odds and these kinds of notices."""
    return odds.against + max((_RULES.get(kind, 0.0) for kind in kinds), default=0.0)


def is_doubted(odds: Odds, kinds: Iterable[str]) -> bool:
    """Whether a reader is told to doubt it."""
    return doubt(odds, kinds) > _DOUBTED


class Verifier:
    """Judges claims about one article.

    Args:
        judge: the model.
        sentences: the article's.
        title: its title.
    """

    def __init__(self, judge: Judge, sentences: Sequence[korean.Sentence], title: str = "") -> None:
        self._judge, self._sentences, self._title = judge, sentences, title
        self._alignment = Alignment(sentences, title)
        self._copies = frozenset(s.text for s in sentences)

    def odds(self, claim: str) -> Odds:
        """How likely the article supports, contradicts, or does not mention this.

        Raises:
            ModelError: the model failed.
        """
        premise = self._alignment.premise(claim)
        messages = verdict_messages(premise, claim, fmt=self._judge.format, title=self._title)
        return Odds(*self._judge.odds(messages, list(VERDICTS.values())))

    def sharpen(self, checked: SummarySentence) -> SummarySentence:
        """The sentence with the notices that rules and model give together.

        A sentence that stands in the article word for word needs no model.

        Raises:
            ModelError: the model failed.
        """
        if checked.text in self._copies:
            return checked
        words = set(korean.content(checked.text))
        aligned = self._alignment.find(words)
        held = max((len(words.intersection(self._sentences[p].content)) for p in aligned.places), default=0)
        if aligned.support < _FOREIGN or held >= _NEAR_COPY * len(words):
            return checked
        odds = self.odds(checked.text)
        places = (self._sentences[p] for p in aligned.places)
        evidence = checked.evidence or tuple(Evidence(s.start, s.end, s.text) for s in places)
        if not is_doubted(odds, (n.kind for n in checked.notices)):
            return replace(checked, evidence=evidence, notices=())
        told = [n for n in checked.notices if n.kind in _RULES]  # a rule says more exactly what is wrong
        notices = tuple(told) or (self._doubted(checked.text, odds),)
        return replace(checked, evidence=evidence, notices=notices)

    def _doubted(self, claim: str, odds: Odds) -> Notice:
        if odds.absent > odds.contradicted:
            return notice("absent", span=(0, len(claim)))
        start, end = differing(claim, self._alignment.premise(claim))
        return notice("contradicted", found=claim[start:end], span=(start, end))


def differing(claim: str, source: str) -> tuple[int, int]:
    """Where a claim says what its sentences do not: the words around its first word that they lack.

    Where they have every word (two values exchanged, a cause turned round) it is the predicate at the end.
    """
    known = set(korean.content(source))
    lacking = [t for t in korean.tokens(claim) if any(w not in known for w in korean.content_of([t]))]
    if not lacking:
        body = claim.rstrip(" .!?…")
        return body.rfind(" ") + 1, len(body)
    start = claim.rfind(" ", 0, lacking[0].start) + 1
    end = claim.find(" ", lacking[0].start)
    return start, len(claim.rstrip(" .!?…")) if end < 0 else end
