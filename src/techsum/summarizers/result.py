"""A summary and its events as JSON: what the command line prints and the HTTP API sends."""

from typing import Any

from techsum.article import Article
from techsum.messages import text
from techsum.summarizers.events import Done, Event, KeySentences, Progress, SentenceDone, TextPiece, Title
from techsum.summary import Summary


def result(article: Article, summary: Summary) -> dict[str, Any]:
    """One summary and its article, as the command line and the API give it."""
    return with_article(article, summary.as_dict())


def with_article(article: Article, data: dict[str, Any]) -> dict[str, Any]:
    """The same, from what `Summary.as_dict` gave; what was kept earlier has no line and no figures.

    A server's summary also has the rest of its card: `limits`, `next_steps`, `suggestions`.
    """
    data = {"line": "", "figures": [], **data}
    return {
        **{k: data[k] for k in ("title", "line", "summary", "figures", "sentences", "notices")},
        "article": {
            "title": article.title,
            "url": article.url,
            "author": article.author,
            "published": article.published,
            "characters": len(article.text),
        },
        **{k: data[k] for k in ("model", "coverage", "seconds", "seed")},
        **{k: data[k] for k in ("limits", "next_steps", "suggestions") if k in data},
    }


def event_json(event: Event) -> tuple[str, dict[str, Any]]:  # noqa: PLR0911 - one for each kind
    """An event's name and data. `done` holds the summary alone; its article is known by then."""
    match event:
        case Progress():
            return "progress", {"message": text(event.key, **dict(event.values))}
        case KeySentences():
            return "key_sentences", event.summary.as_dict()
        case Title():
            return "title", {"text": event.text}
        case TextPiece():
            return "piece", {"text": event.text}
        case SentenceDone():
            return "sentence", event.sentence.as_dict()
        case Done():
            return "done", event.summary.as_dict()
    return "withdrawn", {"reason": text(event.reason), "everything": event.everything}
