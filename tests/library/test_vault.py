"""A folder of notes: one file a summary, written anew in place, the reader's own lines kept."""

import os

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from support.texts import BODY, TITLE
from techsum.contracts.article import Article
from techsum.library import Request, open_library
from techsum.library.transfer import Transfer
from techsum.library.vault import _free_path, write_vault
from techsum.summarizers import extract

ARTICLE = Article(BODY, TITLE, url="https://example.org/1", author="김한결")
SUMMARY = extract(ARTICLE)


@pytest.fixture
def library(tmp_path):
    opened = open_library(f"sqlite:///{tmp_path}/library.db")
    yield opened
    opened.close()


@pytest.fixture
def entry_id(library):
    entry = library.begin("mine", Request("link", "https://example.org/1"))
    library.read(entry.id, ARTICLE, SUMMARY)
    library.finish(entry.id, SUMMARY)
    library.tag("mine", entry.id, ["소금물 전지", "섬"])
    return entry.id


def export(library, folder):
    return write_vault(Transfer(library).everything("mine"), folder)


def test_a_note_says_what_it_is_of(library, entry_id, tmp_path):
    assert export(library, tmp_path / "notes") == 1
    (note,) = (tmp_path / "notes").iterdir()
    assert note.name == f"{TITLE}.md"
    _, front, body = note.read_text("utf-8").split("---\n", 2)
    said = yaml.safe_load(front)
    assert said["techsum"] == entry_id
    assert (said["title"], said["source"], said["author"]) == (TITLE, "https://example.org/1", "김한결")
    assert said["tags"] == ["소금물_전지", "섬"]
    assert all(sentence.text in body for sentence in SUMMARY.sentences)


def test_a_second_export_changes_what_changed_and_keeps_own_lines(library, entry_id, tmp_path):
    folder = tmp_path / "notes"
    export(library, folder)
    (note,) = folder.iterdir()
    renamed = note.rename(folder / "내 이름.md")
    renamed.write_text(renamed.read_text("utf-8") + "\n다시 읽을 것.\n", "utf-8")
    assert export(library, folder) == 0
    library.retitle("mine", entry_id, "다른 제목")
    assert export(library, folder) == 1
    assert os.listdir(folder) == ["내 이름.md"]
    text = renamed.read_text("utf-8")
    assert "# 다른 제목" in text
    assert text.endswith("다시 읽을 것.\n")
    assert export(library, folder) == 0


@given(title=st.text(max_size=200) | st.just("😀" * 100))
def test_any_title_gives_a_file_in_the_folder(tmp_path_factory, title):
    folder = tmp_path_factory.getbasetemp()
    path = _free_path(folder, title)
    assert path.parent == folder
    assert len(path.name.encode()) < 255
    path.touch()
    assert _free_path(folder, title) != path
    path.unlink()
