"""Checking a text against its article: where is it supported, what does the article not contain."""

import re
from dataclasses import replace

from techsum import korean
from techsum.checking.checker import Checker
from techsum.checking.citations import CitationChecker, ForeignArticle, numbered_lines
from techsum.checking.verifier import Verifier
from techsum.contracts.article import Article
from techsum.contracts.notice import notice
from techsum.contracts.summary import CheckResult
from techsum.errors import ModelError, ReadingError
from techsum.generators import load_verifier
from techsum.generators.models import embedded_installed
from techsum.other_languages import is_korean
from techsum.settings import settings

__all__ = ["RULES", "CheckResult", "Checker", "Verifier", "check", "judge_for"]

RULES = "rules"
"""Stands for a model where none judges."""

_BULLET = re.compile(r"^\s*(?:[-*•·▪◦]|\d{1,2}[.)]|[①-⑳])\s+")


def judge_for(judge: str | None) -> str:
    """Who judges a check that a reader asks for, as `check` takes it.

    Args:
        judge: `auto`, `model`, `rules`, a model's name, or None for what the settings say.
    """
    by = judge or settings().check
    if by == "auto":
        by = "model" if embedded_installed() else RULES
    return "auto" if by == "model" else by


def check(article: Article | str, summary: str, model: str = RULES) -> CheckResult:
    """Hold a summary, whoever or whatever wrote it, against its article.

    Args:
        article: the article, or a source that `read` takes.
        summary: prose, or one sentence a line with or without bullets.
        model: who judges beside the rules: `rules` for nobody, `auto` for an instruct model that is here,
        else the shipped verifier.

    Raises:
        ReadingError: the source holds no article, or the summary is empty.
        ModelError: a model that was named cannot judge. With `auto` the rules stand alone, and that is said.
    """
    from techsum.reading import read

    if isinstance(article, str):
        article = read(article)
    lines = [_BULLET.sub("", line).strip() for line in summary.splitlines()]
    found = [s.text for line in lines for s in korean.sentences(line)]
    if not found:
        raise ReadingError("summary_empty")
    if article.language != "ko" and any(map(is_korean, found)):
        return _across_languages(article, found)
    checker = Checker(article.sentences, article.title or "")
    checked = CheckResult(tuple(checker.check(sentence) for sentence in found))
    return checked if model == RULES else _sharpened(checked, article, model)


def _across_languages(article: Article, sentences: list[str]) -> CheckResult:
    """Numbers and Latin names alone are compared; a sentence without any is neither borne out nor doubted."""
    lines = numbered_lines(article.sentences)
    checker = CitationChecker(lines, ForeignArticle(lines, article.title or ""))
    checked = (checker.check(one, ()) for one in sentences)
    fair = (replace(s, notices=tuple(n for n in s.notices if n.kind != "unsupported")) for s in checked)
    return CheckResult(tuple(fair), notices=(notice("other_language"),))


def _sharpened(checked: CheckResult, article: Article, model: str) -> CheckResult:
    try:
        judge = load_verifier(model)
        verifier = Verifier(judge, article.sentences, article.title or "")
        return CheckResult(tuple(map(verifier.sharpen, checked.sentences)), judge.name)
    except ModelError:
        if model != "auto":
            raise
        return replace(checked, notices=(notice("rules_only", reason="reason_no_verifier"),))
