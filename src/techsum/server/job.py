"""One summary in the making: who asked for what, and what stands of it so far."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from techsum.contracts.article import Article
from techsum.contracts.events import Event, Progress, SentenceDone, Title, Withdrawn
from techsum.contracts.notice import notice
from techsum.contracts.summary import Summary, SummarySentence, joined
from techsum.library import Entry
from techsum.messages import Language
from techsum.server.limits import Client
from techsum.server.log import Log
from techsum.server.model_choice import named_model
from techsum.summarizers.figures import figures


@dataclass
class Job:
    """A summary in the making."""

    entry: Entry
    language: Language
    load: Callable[[], Article] | None
    """Reads the article, in the job's thread; let go of then, for it may hold a document of 50 MB."""
    client: Client
    """Who the limits count it for."""
    log: Log
    lost: bool = False
    """Whether another process makes it now: this one publishes and keeps nothing."""
    title: str = ""
    whole: bool = True
    """Whether what is written now is of the whole article, not of a part of a long one."""
    written: list[SummarySentence] = field(default_factory=list)
    """The sentences that stand so far: what a reader who stops it keeps."""
    cancel: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    def remember(self, event: Event) -> None:
        """Hold what stands, for a reader who stops the summary."""
        if isinstance(event, Title):
            self.title = event.text
        elif isinstance(event, Progress) and event.key == "progress_part":
            self.whole = False
        elif isinstance(event, SentenceDone) and self.whole:
            self.written.append(event.sentence)
        elif isinstance(event, Withdrawn) and event.everything:
            self.whole = True
            self.written.clear()

    def unfinished(self) -> Summary | None:
        """What a stopped summary has, or None where no sentence stands yet."""
        if not self.written:
            return None
        options = self.entry.request.options
        return Summary(
            title=self.title,
            text=joined((s.text for s in self.written), options.separator),
            sentences=tuple(self.written),
            model=named_model(options.model),
            coverage=1.0,
            seconds=time.monotonic() - self.began,
            line=self.written[0].text,
            figures=figures(self.written),
            notices=(notice("stopped"),),
        )
