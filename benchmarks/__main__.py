"""Everything that is said about speed, measured in one run: ``python -m benchmarks``.

Throughput against a loopback server beside a hand-written loop, plain pytest and other eval harnesses; then what evals
cost that ask nobody, beside bare pytest. Each is also a command of its own, as are ``benchmarks.kill``,
``benchmarks.startup``, ``benchmarks.big_logs``, ``benchmarks.code_execution`` and ``benchmarks.power``.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks import overhead, throughput
from benchmarks.workloads import WORKLOADS


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="runs of each that count (default: %(default)s)")
    parser.add_argument("--entries", type=int, default=1000, help="that are asked about (default: %(default)s)")
    throughput.add_flags(parser)
    given = parser.parse_args()
    throughput.run(list(WORKLOADS), given)
    overhead.run(overhead.SIZES, given.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
