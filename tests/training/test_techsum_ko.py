"""The project's own data set is whole, split by article, and says what its datasheet says."""

import json

import pytest

from techsum.evaluation.data import leaks, load

COLUMNS = {"input": "text", "output": "summary"}
COUNTS = {
    "articles.train": 636,
    "articles.dev": 58,
    "articles.test": 116,
    "claims.train": 3080,
    "claims.dev": 280,
    "claims.test": 560,
    "dialogues.train": 90,
    "dialogues.test": 18,
    "terms.train": 64,
    "terms.dev": 45,
}
KINDS = {
    True: {"paraphrase", "merge", "notation"},
    False: {
        "number",
        "swap",
        "unit",
        "name",
        "negation",
        "antonym",
        "cause",
        "scope",
        "time",
        "foreign",
    },
}


@pytest.fixture
def folder(project):
    return project / "data" / "techsum-ko"


def rows(folder, name):
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", COUNTS)
def test_the_files_have_the_rows_that_the_datasheet_names(folder, name):
    assert len(rows(folder, name)) == COUNTS[name]


@pytest.mark.parametrize("split", ["train", "dev"])
def test_terms_are_explained_in_words_of_their_article(folder, split):
    articles = {row["id"]: f"{row['title']}\n{row['text']}" for row in rows(folder, f"articles.{split}")}
    for row in rows(folder, f"terms.{split}"):
        for term in row["terms"]:
            assert term["term"] in articles[row["article"]], term
            assert term["explanation"] in articles[row["article"]], term
            assert term["grade"] in ("definition", "expansion", "weak"), term


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_an_article_has_its_headline_line_summary_and_questions(folder, split):
    for row in rows(folder, f"articles.{split}"):
        assert 1 <= len(row["headline"]) <= 22, row["id"]
        assert 10 <= len(row["line"]) <= 90, row["id"]
        assert 40 <= len(row["summary"]) <= 280, row["id"]
        assert len(row["text"]) >= 100, row["id"]
        assert {q["answer"] is None for q in row["questions"]} == {True, False}, row["id"]


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_a_claim_quotes_an_article_of_its_split(folder, split):
    articles = {r["id"]: r for r in rows(folder, f"articles.{split}")}
    for claim in rows(folder, f"claims.{split}"):
        assert claim["kind"] in KINDS[claim["label"]]
        text = "".join(articles[claim["article"]]["text"].split())
        assert all("".join(e.split()) in text for e in claim["evidence"]), claim["text"]


def test_no_article_stands_in_two_splits(folder):
    test = load(folder / "articles.test.jsonl", COLUMNS)
    assert leaks(test, [folder / "articles.train.jsonl", folder / "articles.dev.jsonl"]) == {}
