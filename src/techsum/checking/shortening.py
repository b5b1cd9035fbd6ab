"""Whether a shortened sentence still says what its original says.

Alignment and notices (`checker.py`) judge what a person might write freely. A small model that shortens one sentence
is held to more: it may leave out and rejoin, and nothing else. Each rule stands for a way in which fluent shortenings
of the 270M model were false.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from techsum import korean
from techsum.checking.quantities import quantities

_BEFORE_NUMBER = 3
"""Content words before a number that say what it is of."""
_IN_ORDER = 0.8
"""Share of the content words that must keep their order; a clause may move to the front."""

_NOUN = ("NNG", "NNP", "NNB", "NR", "NP", "SL", "SH", "SN", "XPN", "XSN", "XR")
_NEGATIONS = frozenset({"않", "못", "없", "아니", "못하", "말", "안"})
ACTORS = (
    "팀", "연구진", "연구소", "연구원", "박사", "교수", "회사", "기업", "정부", "당국", "조합", "센터", "위원회", "대학", "대학교", "병원", "협회", "측",
)  # fmt: skip
"""How those are called who do and say things in an article."""
_CARRIERS = frozenset({"탓", "덕분", "까닭", "셈", "전망", "계획", "방침", "예정", "상태", "사실", "뜻"})
"""Nouns behind a clause that is told all the same without them."""
_PAIRS = {"은": True, "는": False, "이": True, "가": False, "을": True, "를": False, "과": True, "와": False}
"""Particles by whether the syllable before them is closed; 으로 and 로 apart, for ㄹ takes 로."""
_RIEUL = 8


def keeps_meaning(shorter: str, original: str, title: str = "") -> bool:
    """Whether `shorter` is `original` with something left out, and no more.

    Args:
        shorter: what the model wrote.
        original: the article's sentence.
        title: the article's title, whose words may stand for a pronoun.
    """
    ours, theirs = korean.tokens(shorter), korean.tokens(original)
    short_words, source_words = korean.content_of(ours), korean.content_of(theirs)
    return (
        bool(short_words)
        and _says_nothing_new(short_words, source_words, original, title)
        and _keeps_order(short_words, source_words)
        and _keeps_numbers(shorter, original)
        and _keeps_what_numbers_are_of(ours, theirs)
        and _keeps_nouns_whole(ours, shorter, (*theirs, *korean.tokens(title)), original)
        and _keeps_roles(ours, theirs)
        and _keeps_topic(ours, theirs)
        and _keeps_conditions(ours, theirs)
        and _keeps_links(ours, theirs)
        and _keeps_denials(ours, theirs)
        and _keeps_what_is_described(ours, theirs)
        and _ends_as_a_clause_ends(ours, theirs)
        and _particles_fit(ours, shorter)
    )


def _says_nothing_new(
    short_words: Sequence[str], source_words: Sequence[str], original: str, title: str
) -> bool:
    """No word that the original lacks ("짧았다" for "16분이었다"), none said twice ("쇠고기는 쇠고기다")."""
    allowed = Counter(source_words) + Counter(korean.content(title))
    counts = Counter(short_words).items()
    return all(count <= allowed[word] or (count == 1 and word in original) for word, count in counts)


def _keeps_order(short_words: Sequence[str], source_words: Sequence[str]) -> bool:
    """Words in another order say another thing: who did what to whom."""
    common = [w for w in short_words if w in set(source_words)]
    blocks = SequenceMatcher(None, common, list(source_words), autojunk=False).get_matching_blocks()
    return sum(b.size for b in blocks) >= _IN_ORDER * len(common)


def _keeps_numbers(shorter: str, original: str) -> bool:
    """The same values in the same units, of those that are compared all or none, and not every one gone.

    "구리는 51%, 코발트는 37%" without "51%, 코발트는" gives copper the other's share; a finding without its figure
    is half a finding.
    """
    if not any(map(str.isdigit, shorter)) and any(map(str.isdigit, original)):
        return False
    ours = Counter((q.value, q.dimension) for q in quantities(shorter))
    theirs = Counter((q.value, q.dimension) for q in quantities(original))
    dimensions = Counter(d for _, d in ours.elements())
    compared = Counter(d for _, d in theirs.elements())
    return ours <= theirs and all(compared[d] == n for d, n in dimensions.items())


def _keeps_what_numbers_are_of(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """Before each number stands a word that stood before it ("세계 에너지의 1%", not "고온에서 1%")."""
    contexts = dict(_before_numbers(theirs))
    numbers = _before_numbers(ours)
    return all(not before or before[-1] in contexts.get(number, ()) for number, before in numbers)


def _before_numbers(tokens: Sequence[korean.Token]) -> list[tuple[str, list[str]]]:
    found = []
    words: list[str] = []
    for token in tokens:
        if token.tag == "SN":
            found.append((token.form, words[-_BEFORE_NUMBER:]))
        words += korean.content_of([token])
    return found


def _keeps_nouns_whole(
    ours: Sequence[korean.Token], shorter: str, theirs: Sequence[korean.Token], original: str
) -> bool:
    """A noun of the original is not cut ("박사팀은" to "박사는"), and no turn is added ("… 때문이다")."""
    known, written = {noun for noun, _ in _nouns(theirs)}, set(original.split())
    # the analyser may divide the same word in two ways: as it is written, it is the same
    return all(noun in known or _word_at(shorter, start) in written for noun, start in _nouns(ours))


def _nouns(tokens: Sequence[korean.Token]) -> Iterator[tuple[str, int]]:
    """Runs of nouns that are written as one word, and where they begin."""
    run, start, end = "", 0, -1
    for token in tokens:
        if run and (token.tag not in _NOUN or token.start != end):
            yield run, start
            run = ""
        if token.tag in _NOUN:
            run, start = run + token.form, start if run else token.start
            end = token.start + token.len
    if run:
        yield run, start


def _word_at(text: str, place: int) -> str:
    """The word that stands around this place."""
    return text[: place + 1].rsplit(" ", 1)[-1] + text[place + 1 :].split(" ", 1)[0]


def _keeps_roles(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """Who acts and who is acted on stay so ("피고는 원고에게 지급하라" is not "원고가 지급해야 한다")."""
    known = set(_roles(theirs))
    nouns = {noun for noun, _ in known}
    return all((noun, role) in known for noun, role in _roles(ours) if noun in nouns)


def _roles(tokens: Sequence[korean.Token]) -> Iterator[tuple[str, str]]:
    """Nouns with what their particle makes of them: subject or topic, object, or the particle itself."""
    for before, token in pairwise(tokens):
        if before.tag in _NOUN and before.start + before.len == token.start:
            if token.tag == "JKS" or (token.tag == "JX" and token.form in ("은", "는")):
                yield before.form, "subject"
            elif token.tag in ("JKO", "JKB"):
                yield before.form, "object" if token.tag == "JKO" else token.form


def _keeps_topic(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """What the sentence is about stays; who says or does it may go, for the article is about one group."""
    topic = next(_topics(theirs), "")
    return (
        not topic
        or topic.endswith((*ACTORS, "것"))
        or topic in {*_topics(ours), *(n for n, _ in _nouns(ours))}
    )


def _topics(tokens: Sequence[korean.Token]) -> Iterator[str]:
    """Nouns before 은 and 는."""
    nouns = {start + len(noun): noun for noun, start in _nouns(tokens)}
    for token in tokens:
        if token.tag == "JX" and token.form in ("은", "는") and token.start in nouns:
            yield nouns[token.start]


def _keeps_conditions(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """What holds on a condition does not hold without it ("흔들리면 타지 마시고")."""
    return _conditions(ours) == _conditions(theirs)


def _conditions(tokens: Sequence[korean.Token]) -> int:
    return sum(t.tag == "EC" and t.form.endswith("면") for t in tokens)


def _keeps_links(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """What ties two clauses stays ("강제력이 없지만 증거가 된다" is not "없으면")."""
    return set(_links(ours)) <= set(_links(theirs))


def _links(tokens: Sequence[korean.Token]) -> Iterator[tuple[str, str]]:
    """Verb stems with the linking endings behind them."""
    stem = ""
    for token in tokens:
        if token.tag[0] == "V" or token.tag[:2] == "XS":
            stem = token.form
        elif token.tag == "EC":
            yield stem, token.form


def _keeps_denials(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """Without its end, "… 얇아져야 하는데 그렇지 않았다" says the opposite."""
    return _denials(ours) == _denials(theirs)


def _denials(tokens: Sequence[korean.Token]) -> int:
    return sum(t.form in _NEGATIONS and t.tag[0] in "VM" for t in tokens)


def _keeps_what_is_described(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """What follows a genitive or an adnominal ending stays ("이후의 사용은 수면을" is not "이후의 수면을")."""
    return set(_described(ours)) <= set(_described(theirs))


def _described(tokens: Sequence[korean.Token]) -> Iterator[tuple[str, str]]:
    """Pairs of a describing word and the noun right behind it."""
    describing = word = ""
    for token in tokens:
        content = korean.content_of([token])
        if token.tag in ("JKG", "ETM"):
            describing = word
        elif content or token.tag == "NNB":
            if describing:
                yield describing, token.form
            describing = ""
        if content:
            word = content[0]


def _ends_as_a_clause_ends(ours: Sequence[korean.Token], theirs: Sequence[korean.Token]) -> bool:
    """The last predicate is one that ends a clause there: "늘어나는 비율" does not become "늘어났다"."""
    last = korean.content_of(ours)[-1]
    return any(
        last in korean.content_of([token]) and not _is_adnominal(theirs[place + 1 :])
        for place, token in enumerate(theirs)
    )


def _is_adnominal(following: Sequence[korean.Token]) -> bool:
    """Whether the endings right behind a stem make it describe a noun; 수, 것 and 탓 only carry a clause."""
    for place, token in enumerate(following):
        if token.tag == "ETM":
            carried = following[place + 1 : place + 2]
            return not (carried and (carried[0].tag == "NNB" or carried[0].form in _CARRIERS))
        if token.tag[:2] not in ("EP", "XS", "VX"):
            return False
    return False


def _particles_fit(tokens: Sequence[korean.Token], text: str) -> bool:
    """No 두 번로, no 장치이."""
    for token in tokens:
        before = text[token.start - 1 : token.start]
        if (token.tag[0] != "J" and token.tag != "XSM") or not "가" <= before <= "힣":
            continue
        final = (ord(before) - 0xAC00) % 28
        if token.form in _PAIRS and _PAIRS[token.form] != bool(final):
            return False
        if token.form == "로" and final not in (0, _RIEUL):
            return False
    return True
