"""An Ollama Modelfile: the template words a text as training did, for `ollama run NAME "TEXT"`."""

from techsum.prompts import FAMILIES, Format, Message, compression_messages, render

_PLACE = "{{ .Prompt }}"
_CHARACTERS = 40


def modelfile(gguf: str, fmt: Format) -> str:
    """The Modelfile for a GGUF beside it.

    Ollama puts `<bos>` before the prompt itself, so the template begins after it. A `tuned` model takes the
    sentences that it is to shorten as the prompt; an instruct model takes any message.
    """
    messages = (
        [Message("user", _PLACE)]
        if FAMILIES[fmt].instruct
        else compression_messages(_PLACE, fmt=fmt, characters=_CHARACTERS)
    )
    template = "".join(p.text for p in render(messages, fmt)[1:])
    lines = [f"FROM ./{gguf}", f'TEMPLATE """{template}"""', "PARAMETER temperature 0"]
    lines += [f"PARAMETER stop {_quoted(stop)}" for stop in FAMILIES[fmt].stop]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'
