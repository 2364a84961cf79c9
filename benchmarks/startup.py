"""What the plugin costs a suite that has no evals: ``python -m benchmarks.startup``."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.side_by_side import Contender, compare


def main() -> int:
    """Time pytest with and without the plugin on one empty test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="runs of each (default: %(default)s)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        suite = Path(folder)
        (suite / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        bare = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
        without = Contender("pytest without the plugin", [*bare, "-p", "no:llm_eval"], suite)
        with_it = Contender("pytest with the plugin, no evals", bare, suite)
        lines = compare([without, with_it], rounds=rounds)
        left = sorted(path.name for path in suite.iterdir() if path.name != "__pycache__")
    added = statistics.median(b - a for a, b in zip(without.wall, with_it.wall, strict=True))
    sys.stdout.write(
        "\n".join([*lines, f"added: {added * 1000:.0f} ms (median of {rounds} pairs)", f"files: {left}"]) + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
