"""The command's front door: finds the subcommand, hands over, and turns our errors into one line and an exit status."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import MappingProxyType
from typing import Protocol

from pytest_llmeval.cli.parsing import HelpFormatter, Parser
from pytest_llmeval.errors import LLMEvalError
from pytest_llmeval.reports.being_read import while_read, write_no_more
from pytest_llmeval.safe_text import one_line, strip_control

MISUSE = 2
"""Exit status for wrong arguments and files that cannot be used."""
_RARELY = (1_000_000, 50, 1000)
"""How much garbage may gather before it is looked for; what a big log holds is none, and looking through it is slow."""

_LONGEST_NAME = 4096
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""How writing to standard output fails where nobody has stopped reading it."""


class Command(Protocol):
    """What a subcommand's module holds."""

    def declare(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments."""
        ...

    def run(self, given: argparse.Namespace) -> int:
        """Do it, and return the exit status."""
        ...


COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "agreement": "tell how far raters agree beyond chance",
        "check": "find what would make a benchmark's numbers wrong",
        "check-graders": "tell how often graders accept wrong answers and reject right ones",
        "bless": "make a run the baseline of later ones",
        "calibrate": "hold a judge against people, and keep what came of it",
        "check-judge": "try a judge with answers of known worth",
        "compare": "tell whether a run is better or worse than another",
        "diff": "tell what differs between two benchmarks",
        "export": "write a run log as a table",
        "frontier": "weigh quality against cost over models",
        "grade": "grade the answers of a run by hand",
        "history": "tell how runs changed over time, and whether they drift",
        "merge": "make one log of a run that was split over machines",
        "replay": "send a failure's own request once more, and tell whose the failure is",
        "promote": "make a failure an entry that guards against it",
        "pairwise": "let judges say which of two runs answers better",
        "summarize": "print the figures of run logs",
        "validate": "hold run logs against the schema",
    }
)
"""Each subcommand, whose module is named like it, with the line that ``--help`` shows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 fine, 2 misuse, others as the subcommand's help says."""
    told = list(sys.argv[1:] if arguments is None else arguments)
    _open_what_was_closed()
    try:
        try:
            return _run(told)
        finally:
            with while_read(sys.stdout):
                sys.stdout.flush()  # what cannot be written is told here, and not by Python while it shuts down
    except LLMEvalError as error:
        sys.stderr.write(f"pytest-llmeval: {strip_control(str(error))}\n")  # which names what strangers named
        return MISUSE
    except BrokenPipeError:  # by what has no verdict, and need not go on
        write_no_more(sys.stdout)
        return 0
    except OSError as error:
        if error.filename is not None:  # such as one in a folder that may not be entered
            sys.stderr.write(f"pytest-llmeval: {one_line(str(error.filename), _LONGEST_NAME)}: {error.strerror}\n")
            return MISUSE
        if error.errno not in _NO_ROOM:
            raise
        write_no_more(sys.stdout)
        sys.stderr.write(f"pytest-llmeval: cannot write to standard output ({error.strerror})\n")
        return MISUSE
    except MemoryError:
        sys.stderr.write("pytest-llmeval: out of memory; allow it more, or name smaller files\n")
        return MISUSE
    except KeyboardInterrupt:
        return 130


def _open_what_was_closed() -> None:
    """Let streams that were closed, as by ``>&-``, lead nowhere; what a command does or decides needs none."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  open to the end


def _run(told: Sequence[str]) -> int:
    given = _parser(told).parse_args(told or ["--help"])
    with _rare_collections():
        return int(given.run(given))


@contextmanager
def _rare_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Declare every subcommand; only the one that was asked for is imported."""
    parser = Parser(prog="pytest-llmeval", description="Work with the run logs of LLM evals.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        one = commands.add_parser(name, help=line, description=line, formatter_class=HelpFormatter)
        if name in arguments:
            module = _module(name)
            module.declare(one)
            one.set_defaults(run=module.run)
    return parser


def _module(name: str) -> Command:
    module: Command = import_module(f"pytest_llmeval.cli.{name.replace('-', '_')}")
    return module
