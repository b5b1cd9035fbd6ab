"""What a summary is found by: its morphemes, and the initial consonants of its words."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from techsum import korean

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FIRST, _LAST, _EACH = 0xAC00, 0xD7A3, 588
"""Hangul syllables in Unicode: 588 follow each other with the same initial consonant."""
_LONGEST_WORD = 40
_MOST_WORDS = 400
SEARCHED_CHARACTERS = 4_000
"""A long summary's later words are not searched."""
_ARTICLE_SENTENCES, _MOST_ARTICLE_WORDS = 300, 1_500
"""A long article's later words are not searched: a book would fill the index."""

_HANGUL_RUN = re.compile("[가-힣]+")
_INITIALS_ALONE = re.compile(f"[{_INITIALS}]+")


def initials(word: str) -> str:
    """The initial consonants of a word's syllables: `원자시계` is found by `ㅇㅈㅅㄱ`."""
    return "".join(_INITIALS[(ord(c) - _FIRST) // _EACH] if _FIRST <= ord(c) <= _LAST else c for c in word)


@lru_cache(maxsize=256)
def words(text: str) -> tuple[str, ...]:
    """What a text is found by, each once: morphemes that carry meaning, and initials.

    Initials begin at every place in a run of Hangul, so that `ㅅㄱ` finds the end of `원자시계` too.
    """
    text = text[:SEARCHED_CHARACTERS]
    found = {indexed_word(w): None for w in korean.content(text)}
    for run in _HANGUL_RUN.findall(text):
        letters = initials(run[:_LONGEST_WORD])
        found |= dict.fromkeys(letters[start:] for start in range(len(letters)))
    return tuple([w for w in found if w][:_MOST_WORDS])


def words_of(sentences: Iterable[korean.Sentence]) -> list[str]:
    """What an article is found by: the morphemes of its sentences that carry meaning, each once.

    Without initials: these find titles. Up to `_MOST_ARTICLE_WORDS`, of `_ARTICLE_SENTENCES` sentences.
    """
    some = islice(sentences, _ARTICLE_SENTENCES)
    found = dict.fromkeys(plain for s in some for word in s.content if (plain := indexed_word(word)))
    return list(islice(found, _MOST_ARTICLE_WORDS))


def query_terms(query: str) -> list[str]:
    """The words that a query asks for; all of them must be found, each as the beginning of a word."""
    parts = query.split()
    terms = dict.fromkeys(p for p in parts if _INITIALS_ALONE.fullmatch(p))
    # together, as they stand in a title: 긴 alone might be another word than in 아주 긴 요약
    rest = " ".join(p for p in parts if p not in terms)
    terms |= dict.fromkeys(map(indexed_word, korean.content(rest)))
    # particles and pronouns alone say nothing, but a query of nothing else must not find everything
    return [w for w in terms if w] or [w for w in map(indexed_word, query.split()) if w]


def tag_word(tag: str) -> str:
    """A word by which every summary with this tag is found: a hash, for a tag may hold any sign."""
    return "tag" + hashlib.sha256(" ".join(tag.split()).encode()).hexdigest()[:20]


def indexed_word(word: str) -> str:
    """A word as both databases keep it: letters and digits alone."""
    return "".join(c for c in word.lower() if c.isalnum())[:_LONGEST_WORD]
