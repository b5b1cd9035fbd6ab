"""A generator that writes what the test tells it to: the way to see a misbehaving model on demand."""


class Scripted:
    """Answers in turn with `answers`; counts one token a character."""

    name = "scripted"
    format = "gemma"
    parallel = 1

    def __init__(self, *answers, context=8192):
        self.answers, self.context = list(answers), context
        self.asked, self.closed = [], 0

    def count(self, text):
        return len(text)

    def stream(self, messages, options, cancel=None):
        self.asked.append((messages, options))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        try:
            for letter in answer:
                if cancel and cancel.is_set():
                    return
                yield letter
        finally:
            self.closed += 1

    def close(self):
        pass
