"""A Kiwi without threads, which a fork loses: it stands in a process before others are forked from it."""

import warnings

from techsum import korean


class WarmKiwi:
    """The part of Kiwi that TechSum uses, one text at a time."""

    def __init__(self):
        from kiwipiepy import Kiwi

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that 0 threads meant another thing once
            self._kiwi = Kiwi(num_workers=0, load_multi_dict=False)
        self.tokenize, self.join, self.glue = self._kiwi.tokenize, self._kiwi.join, self._kiwi.glue

    def prepare(self, _texts):
        """Nothing is fetched ahead."""

    def split_into_sents(self, texts, return_tokens):
        for text in texts:
            yield self._kiwi.split_into_sents(text, return_tokens=return_tokens)


def say_analyser():
    print(type(korean.analyser()).__name__)
    raise SystemExit
