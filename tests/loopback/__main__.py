"""Run the server as a process of its own: ``python -m tests.loopback --port 8765 --latency 0.2``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from tests.loopback.judge import content_judge
from tests.loopback.outcomes import Say
from tests.loopback.scenario import Scenario
from tests.loopback.server import LoopbackServer


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; the first line written is the base URL."""
    parser = argparse.ArgumentParser(prog="python -m tests.loopback", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0 takes a free port")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every reply")
    parser.add_argument("--latency-sigma", type=float, default=0.0, help="spread of a log-normal latency; 1 is wide")
    parser.add_argument(
        "--text", default="ok", help="what every reply says but those of the model judge, which are verdicts"
    )
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    handler = content_judge(Scenario(default=Say(options.text)))
    slow = {"latency_s": options.latency, "latency_sigma": options.latency_sigma}
    with LoopbackServer(handler, port=options.port, keep_requests=False, **slow) as server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
