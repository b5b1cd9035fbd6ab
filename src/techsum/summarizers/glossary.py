"""Terms that an article itself explains, each with the sentence that does.

Writers explain a term where it first stands, in a few set ways; each rule is one of them. In 45 dev articles they
find 17 terms, one of them wrong, in 14 articles: 0.26 of the definitions that a reader marked (0.37 of those of
the 64 training articles that they were written with). Five were made narrower by what was wrong on dev, so its
precision is generous. docs/decisions.md has what was tried beside them.
"""

import re
from collections.abc import Iterator, Sequence

from techsum import korean
from techsum.checking.shortening import ACTORS
from techsum.contracts.article import Article
from techsum.contracts.summary import Evidence, GlossaryTerm
from techsum.summarizers.extractive import LIST_MARK

MOST = 6
"""A longer list is not read."""
_LONGEST_SENTENCE = 300
"""Characters; a longer one explains more than its term."""
_AT_ONCE = 64
"""Sentences whose morphemes are asked for together."""
_SHORTEST, _LONGEST = 2, 20
"""Characters of a term."""

_NOUN = frozenset({"NNG", "NNP", "XR", "XPN", "XSN", "SL", "SN", "SH", "W_SERIAL"})
_NO_NOUN_HAS = frozenset({"EF", "EC", "JKS", "JKO", "JKB", "JX", "MAG", "MAJ", "MM"})

_CUE = re.compile(
    r"['‘][^'’]{2,40}['’]|[가-힣A-Za-z)]\(|라는\s|[을를] ?(?:뜻하는|일컫는|이르는)\s"
    r"|^.{0,40}?(?:란|은|는)\s.*(?:[로],|[가-힣]다\W*$)"
)
"""What a sentence must have for one of the rules: the others are not analysed."""
_QUOTED = re.compile(
    r"['‘](?P<term>[^'’‘\"“”()]{2,15})(?:\([^)]{1,40}\))?['’](?:\([^)]{1,40}\))?(?P<after>.{0,14})"
)
_CALLED = re.compile(
    r"(?:이?라고|이?라)\s?(?:부른다|부르는|부르며|부르고|불린다|불리는|불리며|한다|하는데|하며|하고|일컫)"
)
_IS_CALLED_IT = re.compile(r".\s(?:(?:이것|이|그것|그)[을를]|이 \S+[을를])\s\S*$")
"""`… 팀장은 이것을`: what it is stands in another sentence, somewhere."""
_CALLS_THAT = re.compile(
    r"(?:이를|이것을|이런 [가-힣]+[을를]|이렇게|이 [가-힣]+[을를]|그것을|이처럼)"
    r".{1,40}(?:라고|라) ?(?:부|불|한다|하는)"
)
_COMMON = 3
"""Characters of a noun that the dictionary has and readers know: 카메라, but not 과산화수소."""
_NAMED = re.compile(r"(?<![가-힣A-Za-z0-9'‘])([가-힣A-Za-z0-9\-·]{2,15}?)(?=이?라는\s)")
_KIND = re.compile(
    r"이?라는\s(?!(?:긴|큰|먼|짧은|작은|두|세|네|한|그|이|저)\s"
    r"|답|말|이름|제목|글|평가|지적|주장|구호|표현|문구|뜻|생각|의미|점|사실|분석|이유|것|결론|얘기|이야기|소식|결과|전망"
    r"|문제|질문|비판|우려|목소리|의견|기대|조건|원칙|편견|오해|믿음|인식|판단|설명|농담|별명|느낌|인상|가정|가설|판정|경고"
    r"|기록|숫자|수치|한계|설\s|설이|설과|물음|겁|표기|글자|날짜|시각|무게|길이|크기|온도|거리|속도)[가-힣]"
)
"""`…라는` before what it is, not before a word of saying."""
_MEANING = re.compile(r"[가-힣][을를]\s?(?:뜻하는|일컫는|이르는)\s?$")
_BRACKETED = re.compile(r"\((?P<inside>[^()]{2,40})\)")
_NO_BRACKET = re.compile(r"(?:이하|당시|사진|오른쪽|왼쪽|[가-힣]{0,3}장 |대표|교수|박사|본부)")
"""What stands in brackets and is no term: places in a picture, who leads it."""
_KOREAN_TERM = re.compile(r"[가-힣 ]{2,10}")
_ABBREVIATION = re.compile(r"(?=.*(?:[A-Z]{2}|[a-z][A-Z]))[A-Za-z][A-Za-z0-9\-]{1,8}")
_FOREIGN = re.compile(r"[A-Za-z][A-Za-z0-9 \-]{1,40}(?:,|$)")
_HANGUL = re.compile("[가-힣]")
_QUOTES = frozenset("'’")
_NAME = re.compile(r"[A-Z]\S* [A-Z]")
_WELL_KNOWN = frozenset(
    {"AI", "CCTV", "CT", "DNA", "EU", "GPS", "IT", "LED", "MRI", "PC", "TV", "UN", "USB", "WHO"}
)
_TOPIC = re.compile(
    r"(?:여기서 |이때 |\S{1,10}에서 )?(?P<term>(?:[^\s,()'‘]{1,12} ){0,2}?[^\s,()'‘]{1,16}?)"
    r"(?P<foreign>\([^)]{1,40}\))?(?P<particle>이?란|은|는)\s"
)
_DEFINES = re.compile(r"[을를]\s(?:말한다|뜻한다|가리킨다|일컫는다|이른다)\W*$")
_NO_TERM = frozenset({"이름", "문제", "이유", "원인", "목표", "방법", "비결", "핵심", "연구", "장점", "단점", "결과", "특징", "원리", "과제", "숙제", "한계", "목적", "차이", "기준", "값", "가격", "조건", "대상", "변수", "관건", "시작", "답", "열쇠", "범인", "주인공", "다음", "처음", "마지막", "지금", "현재", "나머지", "대부분", "일부", "하나", "둘", "셋", "이것", "그것", "저것", "우리", "저", "나", "그", "여기", "논문", "이번", "정부", "회사", "업계", "사람", "아이", "환자", "참가자", "소비자", "이용자", "시민", "주민", "농민"})  # fmt: skip
"""Topics of which a sentence says something else than what they are."""
_NO_KIND = frozenset({"때문", "셈", "뜻", "이유", "까닭", "탓", "덕분", "정도", "수준", "상태", "전망", "계획", "방침", "예정", "것", "수", "뿐", "일", "때", "곳", "점", "쪽", "편", "중", "만큼", "차례", "모양", "처지", "결과", "조건", "생각", "사실", "값", "경우", "말", "목표", "과제", "물음"})  # fmt: skip
"""Nouns before `이다` that do not say what the topic is."""


def glossary(article: Article) -> tuple[GlossaryTerm, ...]:
    """The terms in the article's order, the first explanation of each; a definition before an abbreviation's."""
    if article.language != "ko":
        return ()
    found: dict[str, GlossaryTerm] = {}
    short_forms: set[str] = set()
    candidates = [(n, LIST_MARK.sub("", s.text)) for n, s in enumerate(article.sentences) if _may_explain(s)]
    for place, (n, words) in enumerate(candidates):
        if place % _AT_ONCE == 0:
            korean.prepare([later for _, later in candidates[place : place + _AT_ONCE]])
        tokens = korean.tokens(words)
        definitions = [*_quoted(words, tokens), *_named(words, tokens)]
        definitions += [*_beside(words, tokens), *_topic(words, tokens, article.text)]
        for term in dict.fromkeys([*definitions, *_abbreviations(words, article.text)]):
            is_short = term not in definitions
            is_new = term not in found or (term in short_forms and not is_short)
            if is_new and _SHORTEST <= len(term) <= _LONGEST and not term.endswith(ACTORS):
                found[term] = GlossaryTerm(term, _explanation(article, n))
                (short_forms.add if is_short else short_forms.discard)(term)
        if len(found) >= MOST:
            break
    in_order = sorted(
        found.values(),
        key=lambda one: (one.explanation.start, article.text.find(one.term, one.explanation.start)),
    )
    return tuple(in_order[:MOST])


def _may_explain(sentence: korean.Sentence) -> bool:
    is_one_line = "\n" not in sentence.text and len(sentence.text) <= _LONGEST_SENTENCE
    return is_one_line and bool(_CUE.search(sentence.text))


def _explanation(article: Article, n: int) -> Evidence:
    """A sentence without its list mark, and the one before it where it begins with what that says."""
    sentence, start = article.sentences[n], article.sentences[n].start
    if n and _CALLS_THAT.match(sentence.text):
        before = article.sentences[n - 1]
        is_near = "\n" not in article.text[before.start : start] and len(before.text) <= _LONGEST_SENTENCE
        start = before.start if is_near else start
    if mark := LIST_MARK.match(article.text[start : sentence.end]):
        start += mark.end()
    return Evidence(start, sentence.end, article.text[start : sentence.end])


def _quoted(sentence: str, tokens: Sequence[korean.Token]) -> Iterator[str]:
    """`금속에 스며드는 'X'`, `탐사선 'X'`, `…를 'X'라고 부른다`, `'X'라는 세균`."""
    for match in _QUOTED.finditer(sentence):
        term, after = match["term"].strip(), match["after"]
        before = [t for t in tokens if t.end <= match.start()]
        if not _is_noun(term):
            continue
        if _CALLED.match(after):
            has_object = any(t.tag == "JKO" for t in before)
            if has_object and not _IS_CALLED_IT.search(sentence[: match.start()]):
                yield term
        elif _KIND.match(after) or (
            not re.match("이?라는", after) and _is_described(sentence, before, match)
        ):
            yield term


def _is_described(sentence: str, before: Sequence[korean.Token], quoted: re.Match[str]) -> bool:
    """Whether a clause, or a noun with a clause or another noun before it, says what is quoted."""
    if not before:
        return False
    last = len(before) - 1
    if _tells_what_is_so(before, last):
        return len(korean.content_of(before)) > 1
    if before[-1].tag not in _NOUN or sentence[before[-1].end : quoted.start()] != " ":
        return False
    first = _first_of_run(before, last)
    ahead = before[first - 1] if first else None
    is_compound = ahead is not None and ahead.tag in _NOUN and before[first].start - ahead.end == 1
    return is_compound or (ahead is not None and ahead.tag == "ETM") or last - first > 1


def _named(sentence: str, tokens: Sequence[korean.Token]) -> Iterator[str]:
    """`곤충의 세포에 사는 X라는 세균`."""
    for match in _NAMED.finditer(sentence):
        ending = [
            t for t in tokens if t.tag == "ETM" and t.form == "라는" and 0 <= t.start - match.end() <= 1
        ]
        term = match.group(1)
        if ending and term not in _NO_TERM and _KIND.match(sentence, match.end()) and _is_noun(term):
            last = tokens.index(ending[0]) - 1
            last -= tokens[last].tag == "VCP"
            if tokens[last].tag not in _NOUN:
                continue
            yield sentence[tokens[_first_of_phrase(tokens, last, last)].start : match.end()]


def _beside(sentence: str, tokens: Sequence[korean.Token]) -> Iterator[str]:
    """`위험하다고 한 비율(X)`, `액체에 담그는 X(immersion cooling)`, `…을 뜻하는 X`."""
    for first, last in _noun_runs(tokens):
        start, end = tokens[first].start, tokens[last].end
        if bracket := _BRACKETED.match(sentence, end):
            inside, before = bracket["inside"], tokens[first - 1] if first else None
            if (
                before
                and _KOREAN_TERM.fullmatch(inside)
                and not _NO_BRACKET.match(inside)
                and _is_noun(inside)
            ):
                if before.tag in {"JKG", "ETM"} or (before.tag, before.form) == ("MM", "한"):
                    yield inside
            elif (
                _FOREIGN.match(inside)
                and not _NAME.match(inside)
                and sentence[bracket.end() : bracket.end() + 1] not in _QUOTES
            ):
                begun = _first_of_phrase(tokens, first, last)
                if begun and tokens[begun - 1].tag == "ETM":
                    yield sentence[tokens[begun].start : end]
        if _MEANING.search(sentence[:start]):
            yield sentence[start:end]


def _abbreviations(sentence: str, article: str) -> Iterator[str]:
    """`탄화규소(SiC)`, where it stands again: what it is short for."""
    for bracket in _BRACKETED.finditer(sentence):
        inside = bracket["inside"].split(",")[0].strip()
        is_unknown = _ABBREVIATION.fullmatch(inside) and inside not in _WELL_KNOWN
        if is_unknown and _HANGUL.match(sentence, bracket.start() - 1) and article.count(inside) > 1:
            yield inside


def _topic(sentence: str, tokens: Sequence[korean.Token], article: str) -> Iterator[str]:
    """`X란 …`, `X는 …를 말한다`, `X는 …하는 항체다`, `X는 …인 물고기로, …`."""
    match = _TOPIC.match(sentence)
    if not match or not _is_noun(match["term"]) or match["term"].split()[-1] in _NO_TERM:
        return
    term, foreign = match["term"], match["foreign"]
    particle = [t for t in tokens if t.start == match.start("particle")]
    if not foreign and not any(t.tag in {"JX", "VCP"} for t in particle):
        return  # the syllable is part of a word: 갈리는
    own = korean.tokens(term)
    is_passing = any(t.tag == "JKG" for t in own) and article.count(term) == 1  # 장치의 용량
    topics = [t for t in tokens if t.tag == "JX" and t.form in {"은", "는"}]
    is_common = len(own) == 1 and own[0].tag == "NNG" and len(term) <= _COMMON and not foreign
    if (
        match["particle"].endswith("란")
        or _DEFINES.search(sentence)
        or (
            not (is_common or is_passing)
            and len(topics) == 1
            and any(_says_the_kind(tokens, place, sentence) for place in range(2, len(tokens)))
        )
    ):
        yield term


def _says_the_kind(tokens: Sequence[korean.Token], place: int, sentence: str) -> bool:
    """Whether here ends `…하는 항체이다` or `…하는 물고기로,`."""
    token, noun = tokens[place], tokens[place - 1]
    if token.tag == "JKB" and token.form in {"로", "으로"}:
        is_end = sentence[token.end : token.end + 1] == ","
    else:
        is_end = (
            token.tag == "VCP"
            and place + 1 < len(tokens)
            and tokens[place + 1].form in {"다", "에요", "예요"}
        )
    if not is_end or noun.tag not in _NOUN or noun.form in _NO_KIND:
        return False
    first = place - 1
    while first and tokens[first - 1].tag in _NOUN:
        first -= 1
    return _tells_what_is_so(tokens, first - 1)


def _tells_what_is_so(tokens: Sequence[korean.Token], place: int) -> bool:
    """Whether a clause before a noun tells what is always so (`지키는`, `작은`), not what happened (`지킨`)."""
    token = tokens[place]
    if place < 1 or token.tag != "ETM":
        return False
    return token.form in {"는", "다는"} or tokens[place - 1].tag in {"VA", "XSA", "VCP"}


def _is_noun(term: str) -> bool:
    tokens = korean.tokens(term)
    if not tokens or tokens[0].tag == "SN":  # 500t is a quantity
        return False
    return tokens[-1].tag in _NOUN and not any(t.tag in _NO_NOUN_HAS for t in tokens)


def _noun_runs(tokens: Sequence[korean.Token]) -> Iterator[tuple[int, int]]:
    """First and last token of each noun that is written as one word."""
    for last, token in enumerate(tokens):
        after = tokens[last + 1] if last + 1 < len(tokens) else None
        if token.tag in _NOUN and not (after and after.tag in _NOUN and after.start == token.end):
            yield _first_of_run(tokens, last), last


def _first_of_run(tokens: Sequence[korean.Token], last: int) -> int:
    first = last
    while first and tokens[first - 1].tag in _NOUN and tokens[first - 1].end == tokens[first].start:
        first -= 1
    return first


def _first_of_phrase(tokens: Sequence[korean.Token], first: int, last: int) -> int:
    """Where a name of several words begins: `뇌-컴퓨터 인터페이스`."""
    while (
        first
        and tokens[first - 1].tag in _NOUN | {"SO"}
        and tokens[first - 1].form not in _NO_TERM | _NO_KIND
        and tokens[first].start - tokens[first - 1].end <= 1
        and tokens[last].end - tokens[first - 1].start <= _LONGEST
    ):
        first -= 1
    return first
