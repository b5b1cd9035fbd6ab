"""The `techsum` command from its first moment: Kiwi loads while all else is imported."""

import atexit
import sys
from contextlib import suppress

READ_KOREAN = frozenset({"summarize", "chat", "ask", "check", "watch"})
"""Commands that analyse a text at once."""


def main() -> None:
    """Run the command line."""
    try:
        if READ_KOREAN.intersection(sys.argv[1:2]) and "--help" not in sys.argv:
            _start_analyser()
        from techsum.cli import main as run
    except KeyboardInterrupt:  # before there is anything that could say so
        sys.exit(130)
    run()


def _start_analyser() -> None:
    """Let Kiwi load in a process of its own: it holds Python's lock for two seconds."""
    from techsum import korean
    from techsum.kiwi_process import KiwiProcess

    process = KiwiProcess()
    with suppress(OSError):  # the first request starts it, or says why it cannot
        process.start()
    atexit.register(process.close)
    korean.analyse_in(process)


if __name__ == "__main__":
    main()
