"""A page's tree before its article is looked for: noise goes, and line breaks become paragraphs."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

_DROPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "frame",
    "button",
    "select",
    "textarea",
    "figcaption",
)
_HIDDEN = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:caption|img_?desc|photo_?(?:desc|txt|caption)|imgtxt|desc_thumb)(?:$|[\s_-])",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:relat(?:ed|ion)\w{0,9}|repl(?:y|ies)|comments?|recommend\w{0,6}|rank(?:ing)?|best|popular|most_?view\w{0,3}"
    r"|copy(?:right)?s?|byline|journalist\w{0,9}|reporter\w{0,9}|writer|author_(?:desc|info)|subscri\w{1,8}|sns|share|social|banner"
    r"|advert\w{0,8}|ads?|google_?ad\w{0,5}|breadcrumbs?|gnb|lnb|snb|nav\w{0,8}|menu|footer|sidebar|aside|another|userprofile|profile"
    r"|categorize|paging|pagination|toc|references?|reflist|mw-editsection|skip\w{0,6}|popup|layer|cookie\w{0,8})(?:$|[\s_-])",
    re.IGNORECASE,
)
"""Words in ids and classes of what stands around an article."""
_HIDDEN_WORD = "hidden"
_NEVER_ARTICLE = (_HIDDEN_WORD, "comment", "repl")
_MOST, _MOST_TOGETHER = 0.3, 0.5
"""Of the page's prose: an element with more of it, or elements of one name together, are kept."""
_SENTENCE = re.compile(r"[가-힣](?:다|요|까|죠|함|음|됨|임)[.?!]|[a-z\d)][.?!](?:\s|$)")
_SENTENCE_LETTERS = 25

_BREAKING = frozenset(
    {"div", "article", "section", "td", "li", "span", "p", "font", "center", "main", "b", "strong", "dd"}
)
_INLINE = frozenset(
    {
        "a",
        "b",
        "strong",
        "em",
        "i",
        "u",
        "span",
        "font",
        "sub",
        "sup",
        "mark",
        "small",
        "code",
        "q",
        "s",
        "abbr",
        "time",
        "img",
    }
)


def is_prose(text: str) -> bool:
    """Whether a paragraph holds a sentence of an article."""
    return len(text) >= _SENTENCE_LETTERS and bool(_SENTENCE.search(text))


def prose(node: Any) -> dict[Any, int]:
    """How many letters of prose stand in each element below `node`, and in it, outside links."""
    elements = [element for element in node.iter() if isinstance(element.tag, str)]
    found = dict.fromkeys(elements, 0)
    for element in reversed(elements):  # what an element holds comes before it
        if element.tag not in _INLINE and is_prose(text := _own_text(element)):
            found[element] += len(text)
        if (parent := element.getparent()) in found:
            found[parent] += found[element]
    return found


def _own_text(element: Any) -> str:
    """The text of an element and its inline parts, without links."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag in _INLINE and child.tag != "a":
            pieces += child.itertext()
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def clean(tree: Any) -> None:
    """Take away, in place, what is invisible or stands around an article, and part texts at line breaks.

    Args:
        tree: a page's root element (lxml).
    """
    body = next(tree.iter("body"), tree)
    _drop(body, lambda element: element.tag in _DROPPED)
    for form in list(body.iter("form")):
        form.tag = "div"  # older sites put the whole page into one
    _drop(body, _is_link_alone)
    letters = prose(body)
    _drop(body, lambda e: e.tag == "pre" and not letters.get(e, 0))  # code
    noise = _noise(body, letters)
    _drop(body, lambda e: e in noise)
    for holder in list(body.iter(*_BREAKING)):
        _paragraphs_at_breaks(holder)


def _drop(body: Any, is_noise: Callable[[Any], bool]) -> None:
    for element in [e for e in body.iter() if isinstance(e.tag, str) and e is not body and is_noise(e)]:
        if element.getparent() is not None:
            element.drop_tree()


def _is_link_alone(element: Any) -> bool:
    """Whether a paragraph or an item is nothing but a link, as in menus and lists of other articles."""
    if element.tag not in ("p", "li", "dd", "h4", "h5") or next(element.iter("a"), None) is None:
        return False
    own = element.text_content()
    return not is_prose(own) and sum(len(a.text_content()) for a in element.iter("a")) >= len(own.strip())


def _noise(body: Any, letters: dict[Any, int]) -> set[Any]:
    """The elements that are hidden or named as surroundings, unless the article itself is in them."""
    whole = letters.get(body, 0)
    found: list[tuple[Any, tuple[Any, str]]] = []
    inside: set[Any] = set()
    counts: Counter[tuple[Any, str]] = Counter()
    for element, count in letters.items():  # what holds another comes before it
        parent = element.getparent()
        if parent in inside:
            inside.add(element)
        elif element is not body and (word := _surroundings(element)):
            counts[parent, word] += count
            if count <= whole * _MOST:
                found.append((element, (parent, word)))
                inside.add(element)
    # an article in parts of one name side by side: each may be small, together they are most of the page;
    # so are the comments below many an article
    return {
        element
        for element, (parent, word) in found
        if word.startswith(_NEVER_ARTICLE) or counts[parent, word] <= whole * _MOST_TOGETHER
    }


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style") or ""))


def _surroundings(element: Any) -> str:
    """The word that names an element as standing around an article; empty for others."""
    if _is_hidden(element):
        return _HIDDEN_WORD
    if element.tag in ("nav", "aside", "footer"):
        return str(element.tag)
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.tag == "sup":
        return "reference" if "reference" in names else ""
    found = _AROUND.search(names) or _CAPTION.search(names)
    return found.group().strip(" _-\n\t").lower() if found else ""


def _paragraphs_at_breaks(holder: Any) -> None:
    """The texts between line breaks become paragraphs where two meet or a sentence ended before one."""
    children = list(holder)
    if sum(child.tag == "br" for child in children) < 2:  # noqa: PLR2004
        return
    if holder.tag in ("p", "span", "font", "b", "strong", "center"):
        holder.tag = "div"
    line: list[Any] = [holder.text or ""]
    holder.text = None
    breaks = 0
    for child in children:
        holder.remove(child)
        tail, child.tail = child.tail or "", None
        if child.tag == "br":
            breaks += 1
            if not tail.strip():
                continue
        is_inline = child.tag == "br" or child.tag in _INLINE
        if breaks > 1 or (breaks and _ends_sentence(line)) or not is_inline:
            _append_paragraph(holder, line)
            line = []
        elif breaks:
            line.append(" ")
        breaks = 0
        if not is_inline:
            holder.append(child)
        elif child.tag != "br":
            line.append(child)
        line.append(tail)
    _append_paragraph(holder, line)


def _ends_sentence(line: list[Any]) -> bool:
    last = next((piece for piece in reversed(line) if not isinstance(piece, str) or piece.strip()), "")
    text = last if isinstance(last, str) else last.text_content()
    return bool(re.search(r"[.?!…][\"'”’)\]]{0,3}\s*$", text[-12:]))


def _append_paragraph(holder: Any, line: list[Any]) -> None:
    """Append a paragraph of texts and inline elements."""
    paragraph = holder.makeelement("p")
    texts: list[str] = []
    for piece in [*line, None]:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        text = "".join(texts)
        texts = []
        if len(paragraph):
            paragraph[-1].tail = text
        else:
            paragraph.text = text
        if piece is not None:
            paragraph.append(piece)
    holder.append(paragraph)
