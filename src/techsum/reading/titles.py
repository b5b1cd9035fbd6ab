"""Whether a document's word on its title and author is credible, and the heading to take where it is not."""

import re
from collections.abc import Iterable, Sequence

from techsum.korean import LIST_LETTERS
from techsum.reading.parsed import Parsed, clean_line, join_paragraphs

_LONGEST_TITLE = 120
_LONGEST_HEADING = 80
_FRONT = 15
"""Paragraphs at the top of a document among which its heading stands."""

_AUTOMATIC = re.compile(
    r"""(?:
        .{0,200}\.(?:hwpx?|hml|docx?|pptx?|pdf|indd|html?|txt|xlsx?|md|tmp|ai|qxd)
      | (?:microsoft\ (?:office\ )?)?(?:word|powerpoint|excel|hwp|한글|워드|파워포인트)
            (?:\ ?-.{0,200}|\ ?(?:문서|프레젠테이션|presentation|document)?\d{0,4})
      | (?:untitled|title|presentation|slide|document|open\ document|text|sample|test)[\ -]{0,3}\d{0,4}
      | (?:새\ ?)?(?:무제|슬라이드|문서|프레젠테이션|테스트)[\ -]{0,3}\d{0,4}
      | 제목\ ?(?:없음|을\ ?입력하세요\.?|입니다\.?)?[\ -]{0,3}\d{0,4}
      | about:blank|https?://.{0,200}|www\..{0,200}
      | 법령안|보도\ ?자료|보도\ ?참고\ ?자료|공고문?|붙임\ ?\d{0,2}|별첨\ ?\d{0,2}|첨부|양식|서식|목차
      | 차\ ?례|안내문?|가정통신문|공문|기안문?|회의록|보고서?
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""What programs write where nobody named a title, and templates' names of a kind of document."""

_ACCOUNT = re.compile(
    r"(?:\(?(?:user|users|owner|admin(?:istrator)?|guest|author|unknown|anonymous|root|pc|home|office|default|사용자|관리자|작성자)\)?"
    r"|(?:microsoft|windows|ms|python|open|libre|google).{0,40}|lg|samsung|삼성|hp|dell|lenovo)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。…]['\"”’)\]]{0,3}$|(?:요|함|음|됨)$|^.{40,}다$")
_CUT_OFF = re.compile(r"(?:[,:;]|[은는를며]|(?<![마가노])을|[하되이으]고|하여|에서|으로|및|\S\()$")
"""A particle, a connective ending or an open bracket: the line went on."""
_PERSON = re.compile(
    r"^[가-힣]{2,4}\s.{0,30}(?:장관|차관|청장|원장|처장|국장|과장|팀장|위원장|총장|군수|지사|교수|박사|사장|의원|기자)$"
)
_LABEL = re.compile(
    r"(?:보도\s?(?:자료|시점|일시|일자)|배포|엠바고|담당|문의|일시|일자|날짜|작성|제공|출처|수신|발신|참조|경유|붙임"
    r"|첨부|별첨|사진|자료|소관|주관|목차|차\s?례|즉시)(?:$|[\s:|]*(?:$|[:|\d]|부서|기관|처))|즉시\s"
    r"|제\s?\d+\s?[호회차권]|\d{4}\s?[-./년]\s?\d|(?:및|또는)\s"
)


_ITEM = re.compile(rf"[-·•○◦●■□▪◆◇ㅇ※▶☞①-⑳【({{\[<*+]|\d{{1,2}}[.)]|[{LIST_LETTERS}IVXⅠ-Ⅻ][.)]\s")


def credible_title(title: str | None, body: str) -> str | None:
    """A file's title as it says of itself, or None where a program or a template wrote it.

    Args:
        title: from the file's properties.
        body: its text; a title that is the start of a sentence in it was cut off by a program.
    """
    title = clean_line(title or "").strip("-_·<>「」『』《》 ")
    if not 4 <= len(title) <= _LONGEST_TITLE or _AUTOMATIC.fullmatch(title):  # noqa: PLR2004
        return None
    if len(re.findall(r"[가-힣A-Za-z\u4e00-\u9fff]", title)) * 2 < len(title.replace(" ", "")):
        return None
    is_cut = any(
        (p.startswith(title) and len(p) > len(title) and p[len(title)] not in " (:-–")
        or (p.startswith(title) and _is_prose(p))
        for p in body[:20_000].split("\n\n")
    )
    return None if is_cut or _CUT_OFF.search(title) or fit(title, body) < 0.3 else title  # noqa: PLR2004


def credible_author(author: str | None) -> str | None:
    """A file's author, or None for an account's or a program's name."""
    name = clean_line(author or "")
    is_korean = bool(re.fullmatch(r"[가-힣()㈜·,\s]{2,40}(?:\([A-Za-z\s.]{1,40}\))?", name))
    is_foreign = bool(re.fullmatch(r"[A-Z][\w.'-]{0,30}(?:,?\s[A-Z][\w.'-]{0,30}){1,6}", name))
    return name if (is_korean or is_foreign) and not _ACCOUNT.fullmatch(name) else None


def fit(title: str, body: str) -> float:
    """How much of a title the body speaks of: the share of its pairs of letters that stand in it, 0 to 1."""
    pairs = {word[i : i + 2] for word in re.findall(r"\w{2,}", title.lower()) for i in range(len(word) - 1)}
    text = body[:100_000].lower()
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0


def heading(paragraphs: Sequence[str]) -> int | None:
    """The place of the line at the top of a document that names it, or None.

    It stands before the first two paragraphs of prose, is no label, date or sentence, and says more of what
    the text speaks of than the lines beside it.
    """
    front: list[tuple[float, int]] = []
    prose = 0
    for place, line in enumerate(paragraphs[:_FRONT]):
        if _is_prose(line):
            prose += 1
            if prose > 1:
                break
        elif is_heading(line):
            rest = "\n".join(p for n, p in enumerate(paragraphs) if n != place)
            front.append((round(fit(line, rest), 1) + min(len(line.split()), 4) / 10, -place))
    best = max(front, default=(0.0, 0))[0]
    # a headline's second line may fit as well as it
    return next((-place for worth, place in front if worth >= max(best - 0.4, 0.7)), None)


def is_heading(line: str) -> bool:
    """Whether a line could name a document: a few words, no sentence, label, list or date."""
    return (
        6 <= len(line) <= _LONGEST_HEADING  # noqa: PLR2004
        and " | " not in line
        and not _SENTENCE_END.search(line)
        and not _LABEL.match(line.strip("<>[]【】()「」『』《》□■○◦•-·※▶ "))
        and len(re.findall(r"[가-힣A-Za-z]", line)) * 2 > len(line.replace(" ", ""))
        and not _CUT_OFF.search(line)
        and not _PERSON.search(line)
        and not _ITEM.match(line)
        and not re.search(r"[{}\\`]", line)
    )


def _is_prose(line: str) -> bool:
    return len(line) > 40 and bool(re.search(r"[가-힣](?:다|요|까|음|함|됨|임)[.?!]|[a-z][.?!]", line))  # noqa: PLR2004


def office_document(
    paragraphs: Iterable[str],
    *,
    title: str | None,
    author: str | None,
    published: str | None,
    headline: str = "",
    largest: str = "",
) -> Parsed:
    """The document of a program that fills in titles and authors by itself.

    Args:
        paragraphs: its body.
        title: from its properties.
        author: from its properties.
        published: the ISO date of its last saving.
        headline: a paragraph that the document itself marks as its title.
        largest: what is set in the largest letters, taken where the properties name no title.
    """
    text = join_paragraphs(paragraphs)
    lines = text.split("\n\n")
    found = clean_line(headline) or credible_title(title, text) or largest
    if not found and (place := heading(lines)) is not None:
        found = lines[place]
    if found in lines[:_FRONT] and len(lines) > 1:
        lines.remove(found)
    written_by = credible_author(author)
    is_template = clean_line(author or "").lower() == "python-docx"  # its template was saved in 2013
    return Parsed("\n\n".join(lines), found or None, written_by, None if is_template else published)
