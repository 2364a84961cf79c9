"""A judge that finds every answer right, for benchmarks of runs with a judge."""

from __future__ import annotations

import json
import re

from tests.loopback.outcomes import Outcome, Say
from tests.loopback.scenario import Handler, Received

MODEL = "judge"
"""Requests to this model get a verdict."""


def content_judge(other: Handler) -> Handler:
    """Answer requests to the judge with a verdict that bears the key of the prompt, and leave others to `other`."""

    def answer(received: Received) -> Outcome:
        return Say(_verdict(received.text)) if received.model == MODEL else other(received)

    return answer


def _verdict(prompt: str) -> str:
    found = re.search(r"^KEY: (\w+)", prompt)
    told = {"rationale": "It says so.", "level": "fully_correct", "failure_label": "none"}
    return json.dumps({**told, "key": found[1] if found else ""})
