"""Title, author and date of a page."""

import pytest

from support import documents
from support.texts import PARAGRAPHS, TITLE
from techsum.reading.isolated import parse_isolated

LINKED = (
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "제목이다", '
    '"author": [{"@type": "Person", "name": "박하늘 기자"}], "datePublished": "2026-05-04T10:00:00+09:00"}]}</script>'
)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            '<meta name="author" content="이새봄"><meta property="article:published_time" content="2026-05-04T01:00Z">',
            ("이새봄", "2026-05-04"),
        ),
        (LINKED, ("박하늘", "2026-05-04")),
        (
            '<meta name="author" content="https://example.com/u"><script type="application/ld+json">{broken</script>',
            (None, None),
        ),
    ],
)
def test_author_and_date_from_what_a_page_says_of_itself(head, expected):
    # the body mentions a date that is not the article's
    paragraphs = [*PARAGRAPHS, "이 섬의 첫 발전소는 1998년 3월 2일에 세워졌다."]
    got = parse_isolated(
        documents.html(TITLE, paragraphs, head).encode(), "https://example.com/a", "text/html"
    )
    assert (got.author, got.published) == expected
    assert got.title == TITLE


def test_the_sites_name_is_no_part_of_the_title():
    html = documents.html(TITLE, PARAGRAPHS).replace("og:title", "og:other")
    assert parse_isolated(html.encode(), "https://example.com/a", "text/html").title == TITLE
