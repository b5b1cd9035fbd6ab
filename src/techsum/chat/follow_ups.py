"""Questions that lean on the ones before them: "그건 왜?", "부작용은?"."""

import re
from collections.abc import Sequence

from techsum.chat.features import content

_POINTS_BACK = re.compile(
    r"^(?:그|그건|그게|그걸|그거|그것|그것은|그것이|그럼|그러면|그래서|그때|그중|거기|거기서|이건|이게|저건|얘|걔|왜|어째서|얼마나)(?=[\s?,]|$)"
)
FEWEST_WORDS = 2
"""Meaningful morphemes: "왜 불이 붙지 않나요?" says what it is about, "그건 왜?" and "얼마나 커?" do not."""


def self_contained(question: str, before: Sequence[tuple[str, str]]) -> str:
    """The question with the words of the one before it, where it needs them.

    Args:
        question: what is asked now.
        before: earlier questions with their answers, the newest last.
    """
    words = len(content(question))
    if not before or words >= FEWEST_WORDS or (words and not _POINTS_BACK.search(question)):
        return question
    earlier, _ = before[-1]
    return f"{self_contained(earlier, before[:-1])} {question}"
