"""Imported by the process that commands and servers are forked from: it has its analyser then."""

from support.warm_kiwi import WarmKiwi
from techsum import korean

korean.analyse_in(WarmKiwi())
korean.warm()
