"""The `techsum` command: one file a subcommand, errors as one line, exit codes 0, 1 and 2."""

import io
import os
import sys
from typing import Annotated

import typer

from techsum import __version__
from techsum.cli.commands import Commands
from techsum.cli.language import usage_error
from techsum.errors import CancelledError, TechsumError, UsageError
from techsum.messages import text

DONE, COULD_NOT, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="techsum",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=Commands,
)


@app.callback(help=text("help_techsum"), cls=Commands)
def callback(
    version: Annotated[bool, typer.Option("--version", help=text("help_version"))] = False,
) -> None:
    """Korean articles, summarised on your own machine."""
    if version:
        print(f"techsum {__version__}")  # noqa: T201
        raise typer.Exit


def main() -> None:
    """Run the command line; every expected failure is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal in CP949 lacks a few signs that articles use; a question mark is better than no summary
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run())


def run() -> int:  # noqa: PLR0911 - one return for each way to end
    """Run the command line and answer with its exit code."""
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort, CancelledError):
        return _fail(text("cancelled"), INTERRUPTED)
    except UsageError as error:
        return _fail(str(error), WRONG_USAGE)
    except TechsumError as error:
        return _fail(str(error), COULD_NOT)
    except BrokenPipeError:  # the reader of our pipe went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "show"):  # click's own usage errors
            if type(error).__name__ == "NoArgsIsHelpError":
                error.show()
            else:
                print("\n".join(usage_error(error)), file=sys.stderr)  # noqa: T201
            return int(error.exit_code)
        if os.environ.get("TECHSUM_DEBUG"):
            raise
        return _fail(text("internal", reason=f"{type(error).__name__}: {error}"), COULD_NOT)
    # typer answers with the code of a `typer.Exit`, and turns Ctrl-C into one
    if code == INTERRUPTED:
        return _fail(text("cancelled"), INTERRUPTED)
    return code if isinstance(code, int) else DONE


def _fail(line: str, code: int) -> int:
    if "RANK" in os.environ:  # one of several processes
        from techsum.training.processes import hand_over_error

        if hand_over_error(line):
            return code
    print(line, file=sys.stderr)  # noqa: T201
    return code
