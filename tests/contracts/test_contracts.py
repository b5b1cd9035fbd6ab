"""One class is the value, the JSON, the schema, the columns and the check of an import."""

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from techsum.batch.parquet_schema import parquet_schema
from techsum.contracts.answer import Answer, LibraryAnswer
from techsum.contracts.article import Article
from techsum.contracts.batch import BatchRow
from techsum.contracts.entry import ExportedEntry, Failure, ListedEntry, Request, WholeEntry
from techsum.contracts.events import NAMES, Answered, Failed, Progress, decode, encode
from techsum.contracts.notice import Notice, notice
from techsum.contracts.options import DEFAULTS, STYLES, SummaryOptions
from techsum.contracts.serialization import adapter, dump, load, load_strictly
from techsum.contracts.summary import (
    CheckResult,
    Evidence,
    Figure,
    GlossaryTerm,
    Summary,
    SummaryResult,
    SummarySentence,
)
from techsum.errors import UsageError

SOURCE = Path(__file__).parents[2] / "src" / "techsum"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OFFSETS = st.integers(0, 10_000)
PARTS = st.floats(0, 1).map(lambda share: round(share, 4))
NOTICES = st.builds(Notice, TEXTS, TEXTS, st.none() | st.tuples(OFFSETS, OFFSETS))
SENTENCES = st.builds(
    SummarySentence,
    TEXTS,
    st.lists(st.builds(Evidence, OFFSETS, OFFSETS, TEXTS), max_size=2).map(tuple),
    st.lists(NOTICES, max_size=2).map(tuple),
)
SUMMARIES = st.builds(
    Summary,
    title=TEXTS,
    line=TEXTS,
    text=TEXTS,
    figures=st.lists(st.builds(Figure, TEXTS, TEXTS, TEXTS, OFFSETS, OFFSETS), max_size=2).map(tuple),
    sentences=st.lists(SENTENCES, max_size=3).map(tuple),
    notices=st.lists(NOTICES, max_size=2).map(tuple),
    model=TEXTS,
    coverage=PARTS,
    seconds=st.floats(0, 100).map(lambda s: round(s, 3)),
    seed=st.none() | st.integers(0, 2**31),
    limits=st.lists(SENTENCES, max_size=1).map(tuple),
    suggestions=st.lists(TEXTS, max_size=2).map(tuple),
    glossary=st.lists(
        st.builds(GlossaryTerm, TEXTS, st.builds(Evidence, OFFSETS, OFFSETS, TEXTS)), max_size=2
    ).map(tuple),
)


@given(SUMMARIES)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_a_summary_comes_back_from_its_json(summary):
    line = json.dumps(dump(summary))
    assert load(Summary, json.loads(line)) == summary
    assert load_strictly(Summary, line) == summary


def test_every_event_comes_back_from_the_wire():
    sentence = SummarySentence("한 문장이다.")
    summary = Summary(
        title="제목", text="한 문장이다.", sentences=(sentence,), model="x", coverage=1, seconds=1
    )
    answer = Answer(question="왜?", text="한 문장이다.", sentences=(sentence,), model="x", seconds=1)
    payloads = {
        "summary": summary,
        "sentence": sentence,
        "answer": answer,
        "failure": Failure("kind", "까닭"),
    }
    plain = {"message": "읽는 중", "position": 2, "text": "글", "reason": "되풀이", "everything": True}
    for kind in NAMES:
        known = payloads | plain
        event = kind(**{f.name: known[f.name] for f in fields(kind) if f.name in known})
        assert decode(*encode(event)) == event


def test_an_event_of_a_newer_server_is_left_out():
    assert decode("firework", {"colour": "red"}) is None


@pytest.mark.parametrize("data", [{"message": 3}, {}, {"kind": "x"}])
def test_a_broken_event_is_refused(data):
    with pytest.raises(ValidationError):
        decode("failed", data)


def test_what_a_newer_version_kept_is_read_without_it():
    summary = Summary(title="제목", text="글", sentences=(), model="x", coverage=1, seconds=1)
    assert load(Summary, dump(summary) | {"mood": "good"}) == summary
    with pytest.raises(ValidationError):
        load_strictly(Summary, json.dumps(dump(summary) | {"mood": "good"}))


def test_a_sentence_is_supported_as_its_notices_say():
    assert SummarySentence("글", notices=(notice("unsupported"),)).supported is False
    # whatever a file says
    assert load(SummarySentence, {"text": "글", "supported": False}).supported is True


def test_an_articles_notices_are_told_in_the_readers_language():
    article = Article("글", notices=(notice("encoding", encoding="cp949"),))
    assert dump(article)["notices"] == [["encoding", [["encoding", "cp949"]]]]
    assert load(Article, dump(article)).notices == article.notices


def test_a_notice_of_a_newer_version_is_left_out():
    kept = {"text": "글", "notices": [["unheard_of", []], ["not_korean", []]]}
    assert [n.kind for n in load(Article, kept).notices] == ["not_korean"]


@pytest.mark.parametrize("name", ["length", "style", "register", "check"])
def test_an_option_that_does_not_exist_is_one_line(name):
    with pytest.raises(UsageError):
        SummaryOptions(**{name: "아무거나"})


def test_kept_options_that_do_not_fit_are_the_defaults():
    kept = SummaryOptions.kept({"length": "short", "style": "아무거나", "mood": "good", "register": 3})
    assert kept == SummaryOptions("short")
    assert load(Request, {"mode": "text", "source": "글", "options": {}}).options == DEFAULTS


def test_every_option_is_kept():
    chosen = SummaryOptions("short", STYLES[1], model="extract", seed=7, strict=True, check="rules")
    assert SummaryOptions.kept(dump(chosen)) == chosen
    assert SummaryOptions.kept({"seed": 2**40, "strict": "yes", "model": "m" * 3_000}) == DEFAULTS


def test_options_that_nobody_chose_are_not_in_the_json():
    assert set(dump(DEFAULTS)) == {"length", "style", "register", "model"}
    assert dump(SummaryOptions(seed=7))["seed"] == 7


@pytest.mark.parametrize(
    "article",
    [
        {"text": "글" * 2_000_001, "url": None},
        {"text": "글", "url": "javascript:alert(1)"},
        {"text": "글", "url": "http:/logout"},
        {"text": "글", "url": None, "author": "긴 이름" * 1_000},
        {"text": "글", "url": None, "notices": [["unheard_of", []]]},
        {"text": "글", "url": None, "notices": [["not_korean", [], "more"]]},
        {"text": "글", "url": None, "notices": [["encoding", [["encoding", "x" * 3_000]]]]},
        {"text": "글", "url": None, "notices": [["not_korean", [["span", [0, 10]]]]]},
    ],
)
def test_an_import_takes_no_article_that_a_page_cannot_show(article):
    whole = {"title": None, "author": None, "published": None, "language": "ko", "notices": []} | article
    line = {
        "id": "1", "status": "done", "request": {"mode": "text", "source": "글", "options": {}}, "created": 0,
        "saved": 0, "title": "", "article": whole, "keys": None, "result": None, "error": None,
        "correction": None, "tags": [],
    }  # fmt: skip
    with pytest.raises(ValidationError):
        load_strictly(ExportedEntry, json.dumps(line))
    assert load_strictly(ExportedEntry, json.dumps(line | {"article": None})).id == "1"


def wire_names(contract):
    return set(adapter(contract).json_schema(mode="serialization")["properties"])


def test_a_batch_row_has_what_a_summary_has():
    not_in_a_row = {"seed", "limits", "next_steps", "glossary", "suggestions"}
    assert wire_names(Summary) - wire_names(BatchRow) == not_in_a_row


def test_parquet_has_the_columns_of_a_batch_row():
    schema = parquet_schema(BatchRow)
    assert set(schema.names) == wire_names(BatchRow)
    inside = schema.field("sentences").type.value_type
    assert {inside.field(n).name for n in range(inside.num_fields)} == wire_names(SummarySentence)


@pytest.mark.parametrize(
    ("surface", "not_shown"),
    [
        ("server/templates/summary.html", {"seed"}),
        ("cli/terminal.py", {"line", "limits", "next_steps", "glossary", "suggestions"}),
        ("desktop/components/reading.py", {"line", "seed", "title", "sentences", "summary"}),
    ],
)
def test_a_surface_shows_every_field_of_a_summary(surface, not_shown):
    code = (SOURCE / surface).read_text("utf-8")
    shown = {f.name for f in fields(Summary) if f".{f.name}" in code or f'"{f.name}"' in code}
    assert {f.name for f in fields(Summary)} - shown - {"text"} <= not_shown


def test_a_new_field_of_an_entry_reaches_the_api():
    assert wire_names(ListedEntry) < wire_names(WholeEntry)
    assert wire_names(Summary) < wire_names(SummaryResult)
    assert wire_names(Answer) < wire_names(LibraryAnswer)


def test_the_api_says_every_field_of_its_answers(tmp_path, configure):
    from techsum.server.app import make_app

    configure(data_dir=tmp_path)
    answers = [
        content["schema"]
        for operations in make_app().openapi()["paths"].values()
        for operation in operations.values()
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        if "schema" in content
    ]
    assert len(answers) > 15
    assert [schema for schema in answers if "additionalProperties" in str(schema)] == []


def test_the_page_of_contracts_is_that_of_the_code():
    project = SOURCE.parents[1]
    script = "import sys; sys.path.insert(0, '.ci'); import contracts; print(contracts.page(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True
    )
    # mend it by: .venv/bin/python .ci/contracts.py
    assert done.stdout == (project / "docs" / "contracts.md").read_text("utf-8")


def test_choices_are_said_once():
    check = CheckResult(())
    assert (check.by, check.marked) == ("rules", False)
    assert list(STYLES) == adapter(SummaryOptions).json_schema()["properties"]["style"]["enum"]
    assert encode(Failed(Failure("kind", "까닭"))) == ("failed", {"kind": "kind", "message": "까닭"})
    assert decode("progress", {"message": "읽는 중"}) == Progress("읽는 중")
    assert isinstance(decode("answer", dump(Answer(question="왜?", text="", model="x", seconds=0))), Answered)
