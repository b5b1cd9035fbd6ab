"""Zip archives: limits, and what is no document."""

import zipfile

import pytest

from support import office
from support.office import (
    ENTITIES,
    docx,
    hp,
    hwpx,
    refusal,
    wp,
)
from support.texts import BODY
from techsum.reading import archive
from techsum.reading.parsers import parse


# --- zip archives ---
@pytest.fixture
def opened(monkeypatch):
    """The names of the members that are unpacked."""
    names = []
    original = zipfile.ZipFile.open

    def spy(self, name, *args, **kwargs):
        names.append(name)
        return original(self, name, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    return names


def test_too_large_a_part_is_refused_before_unpacking(opened, monkeypatch):
    # given a part that unpacks to more than may be read
    body = docx(wp("가나다라 " * 5000))
    monkeypatch.setattr(archive, "MAXIMUM_UNPACKED", 10_000)
    opened.clear()
    # when, then
    assert refusal(body, "a.docx").key == "source_too_large"
    assert "_rels/.rels" in opened
    assert "word/document.xml" not in opened


def test_the_parts_together_may_not_be_too_large(monkeypatch):
    sections = [hp("가나다라 " * 500)] * 3
    monkeypatch.setattr(archive, "MAXIMUM_UNPACKED", 15_000)
    assert refusal(hwpx(*sections), "a.hwpx").key == "source_too_large"
    assert parse(hwpx(*sections[:1]), "a.hwpx").text.startswith("가나다라")


def test_an_encrypted_member_is_named():
    assert refusal(office.locked(docx(wp(BODY))), "a.docx").key == "source_encrypted"


def test_docx_with_entities_is_refused():
    refused = refusal(docx(wp(BODY), head=ENTITIES), "a.docx")
    assert (refused.key, refused.values["kind"]) == ("source_broken", "DOCX")


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"a.txt": "글"}, "ZIP"),
        (
            {"_rels/.rels": office.package("xl/workbook.xml")["_rels/.rels"], "xl/workbook.xml": "<a/>"},
            "XLSX",
        ),
    ],
)
def test_an_archive_of_something_else_is_no_text(parts, kind):
    refused = refusal(office.zipped(parts), "a.docx")
    assert (refused.key, refused.values["kind"]) == ("source_not_text", kind)
