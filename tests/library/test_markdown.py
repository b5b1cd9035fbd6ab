"""A library goes out as Markdown and comes back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.contracts.entry import Entry
from techsum.contracts.summary import Summary, SummarySentence
from techsum.errors import UsageError
from techsum.library import Request, open_library
from techsum.library.files import imported
from techsum.library.markdown import front_matter, markdown, read_markdown
from techsum.library.transfer import Transfer
from techsum.summarizers import extract

LINK = "https://example.org/1?a=b_c*d"
SUMMARY = extract(Article(BODY, TITLE))


@pytest.fixture
def library(tmp_path):
    opened = open_library(f"sqlite:///{tmp_path}/library.db")
    yield opened
    opened.close()


def entry(library, title=TITLE):
    """A saved, tagged, corrected summary of a link."""
    begun = library.begin("mine", Request("link", LINK))
    library.read(begun.id, Article(BODY, TITLE, url=LINK), SUMMARY)
    library.finish(begun.id, replace(SUMMARY, title=title))
    library.save("mine", begun.id)
    library.tag("mine", begun.id, ["바다 기술", "ess_1"])
    library.correct("mine", begun.id, "고양이가 # 장치를 *지킨다*.")
    return library.get("mine", begun.id)


def test_what_went_out_comes_back_for_another_reader_with_evidence(library):
    one = entry(library)
    text = (
        "\n".join(markdown(e, whole=True) for e in Transfer(library).everything("mine"))
        + "\n"
        + markdown(one)
    )
    assert imported(library, "other", text) == 2
    _, back = sorted(Transfer(library).everything("other"), key=lambda e: e.article is not None)
    assert (back.title, back.request.source, back.tags) == (TITLE, LINK, ("바다 기술", "ess_1"))
    assert back.correction == one.correction
    assert back.article.text == BODY
    assert [s.text for s in back.result.sentences] == [s.text for s in SUMMARY.sentences]
    assert all(BODY[e.start : e.end] == e.text for s in back.result.sentences for e in s.evidence)
    assert all(s.evidence for s in back.result.sentences)


def test_bringing_the_same_in_again_adds_nothing(library):
    text = markdown(entry(library), whole=True)
    imported(library, "other", text)
    imported(library, "other", text)
    assert library.count("other") == 1


def test_a_corrections_paragraphs_stay_paragraphs(library):
    one = entry(library)
    library.correct("mine", one.id, "첫 문단이다.\n\n둘째 문단이다.")
    note = markdown(library.get("mine", one.id))
    assert "첫 문단이다.\n\n둘째 문단이다.\n" in note
    (back,) = read_markdown(markdown(library.get("mine", one.id), whole=True))
    assert back.correction == "첫 문단이다.\n\n둘째 문단이다."


def test_a_note_with_front_matter_comes_back(library):
    one = entry(library)
    note = f"{front_matter(one)}\n{markdown(one, whole=True)}"
    assert note.startswith(f'---\ntechsum: "{one.id}"\n')
    (back,) = read_markdown(note)
    assert (back.title, back.url) == (TITLE, LINK)


def test_what_another_hand_wrote_is_read(library):
    assert imported(library, "mine", "# 제목\n\n첫 문장이다.\n* 둘째 문장이다.\n") == 1
    (found,) = Transfer(library).everything("mine")
    assert (found.title, found.result.text) == ("제목", "첫 문장이다. 둘째 문장이다.")


@pytest.mark.parametrize(("text", "line"), [("# 하나\n- 문장.\n\n# 둘\n\n", 4), ("#  \n- 문장.\n", 1)])
def test_a_title_without_a_summary_is_named(library, text, line):
    with pytest.raises(UsageError, match=f"{line}번째 줄"):
        imported(library, "mine", text)
    assert library.count("mine") == line // 4  # what stood before it


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "//evil.example"])
def test_only_an_address_of_the_web_becomes_a_link(link):
    (found,) = read_markdown(f"# 제목\n\n<{link}>\n- 문장이다.\n")
    assert found.url is None


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1), min_size=1))
def test_any_word_survives_and_is_never_active(words):
    title = " ".join(words)
    sentences = (SummarySentence(title),)
    result = Summary(title=title, text=title, sentences=sentences, model="x", coverage=1.0, seconds=0.0)
    one = Entry("1", "mine", "done", Request("text", ""), 0.0, 0.0, title, None, None, result, None, None, ())
    (found,) = read_markdown(markdown(one, whole=True))
    assert (found.title, found.sentences) == (title[:300], [title])
