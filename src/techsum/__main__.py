"""The `techsum` command from its first moment: Kiwi loads while all else is imported."""

import atexit
import sys

READ_KOREAN = frozenset({"summarize", "chat", "ask", "check", "watch"})
"""Commands that analyse a text at once."""


def main() -> None:
    """Run the command line."""
    if READ_KOREAN.intersection(sys.argv[1:2]) and "--help" not in sys.argv:
        _start_analyser()
    from techsum.cli import main as run

    run()


def _start_analyser() -> None:
    """Let Kiwi load in a process of its own: it holds Python's lock for two seconds."""
    from techsum import korean
    from techsum.kiwi_process import KiwiProcess

    process = KiwiProcess()
    process.start()
    atexit.register(process.close)
    korean.analyse_in(process)


if __name__ == "__main__":
    main()
