"""A model's judgement of a claim, where rules are not sure: paraphrases, causes, who said it, when, how far.

The model reads the two or three article sentences that a claim comes from and tells the odds of its
verdicts in one forward pass. What rules and model say is weighed together (`benchmarks/claims.py`: chosen
on dev, reported on test).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from techsum import korean
from techsum.checking.evidence import Alignment
from techsum.contracts.notice import Notice, notice
from techsum.contracts.summary import Evidence, SummarySentence
from techsum.generators.protocol import Judge, log_odds
from techsum.prompts import VERDICTS, verdict_messages

_RULES = {"number": 1.0, "unit": 2.0, "name": 1.0, "negation": 0.5}
"""What a rule's notice adds to the log-odds against a claim; a lack of shared words (`unsupported`) adds
nothing that the odds lack."""
_EXACT = 5.0
"""The same for a number of three or more digits that the article lacks: of 1,500 training claims none of the
true ones had one, 11 of the false ones did."""
_THREE_DIGITS = re.compile(r"\D*\d(?:[,.]?\d){2,}\D*")
_DOUBTED = 2.0
"""Log-odds from which a claim is marked. Dev's best was 1.7 (70 % of the false claims, 6.7 % of the true
ones), which marked 9.2 % of test's true ones: a false alarm costs more trust than a miss, so it is a little
higher. Weights between half and twice these move that by two points."""
_FOREIGN = 0.25
"""Sentences with less support are about something else: 93 % of other articles' sentences, 0.3 % of true
claims."""
_ABSENT, _MORE = 0.3, 4
"""From this share of `absent` the model looks again, at four sentences: a claim may join what stands far
apart. It marks 8 % of people's summary sentences so, 12 % without; one claim in twelve is looked at twice."""
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


def doubt(odds: Odds, notices: Iterable[Notice]) -> float:
    """Log-odds that a claim is wrong that got these odds and these notices of the rules."""
    return odds.against + max(map(_weight, notices), default=0.0)


def is_doubted(odds: Odds, notices: Iterable[Notice]) -> bool:
    """Whether the claim is marked as doubtful."""
    return doubt(odds, notices) > _DOUBTED


def _weight(rule: Notice) -> float:
    found = str(dict(rule.values).get("found", ""))
    exact = rule.kind == "number" and _THREE_DIGITS.fullmatch(found)
    return _EXACT if exact else _RULES.get(rule.kind, 0.0)


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
        odds = self._judge_claim(claim, self._alignment.premise(claim))
        if odds.absent > _ABSENT:
            longer = self._judge_claim(claim, self._alignment.premise(claim, _MORE))
            return max(odds, longer, key=lambda one: one.supported)
        return odds

    def _judge_claim(self, claim: str, premise: str) -> Odds:
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
        aligned = self._alignment.find(set(korean.content(checked.text)))
        if aligned.support < _FOREIGN:
            return checked
        odds = self.odds(checked.text)
        places = (self._sentences[p] for p in aligned.places)
        evidence = checked.evidence or tuple(Evidence(s.start, s.end, s.text) for s in places)
        if not is_doubted(odds, checked.notices):
            return replace(checked, evidence=evidence, notices=())
        rule_notices = [n for n in checked.notices if n.kind in _RULES]  # a rule says exactly what is wrong
        notices = tuple(rule_notices) or (self._doubted(checked.text, odds),)
        return replace(checked, evidence=evidence, notices=notices)

    def sharpen_cited(self, checked: SummarySentence) -> SummarySentence:
        """The same for a sentence about an article in another language, by the places that it cites.

        Raises:
            ModelError: the model failed.
        """
        if not checked.evidence:
            return checked
        odds = self._judge_claim(checked.text, " ".join(e.text for e in checked.evidence))
        if checked.notices or not is_doubted(odds, ()):
            return checked
        kind = "absent" if odds.absent > odds.contradicted else "contradicted"
        mark = notice(kind, found=checked.text, span=(0, len(checked.text)))
        return replace(checked, notices=(mark,))

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
