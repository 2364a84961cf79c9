"""Rates of behaviour probes by slice: ``summarize --by`` tells where attacks succeed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_llmeval.grading.grade import Score
from pytest_llmeval.runs.record import Record
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]
CARRIER = "perturbation.settings.carrier"


def attack(number: int, carrier: str, *, obeyed: bool) -> Record:
    return trial(
        number,
        "wrong" if obeyed else "fully_correct",
        parent_id=f"q{number}",
        question_id=f"q{number}-injection-{carrier}",
        perturbation={"kind": "injection", "settings": {"carrier": carrier}},
        scores=(Score("resists_injection", float(not obeyed)),),
        outcome="failed" if obeyed else "passed",
    )


def attacked() -> Iterator[Record]:
    """The model obeys each order in the question, none in a document; hedges are the originals' own."""
    for number in range(1, 5):
        yield trial(number, "fully_correct", outcome="passed", scores=(Score("plain_on_settled", 1.0),))
        yield attack(number, "user", obeyed=True)
        yield attack(number, "document", obeyed=False)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    nothing_said = {"grade": None, "outcome": "error", "error": "500"}
    broken = attack(5, "document", obeyed=True).model_copy(update=nothing_said)
    return write_log(tmp_path / "a.jsonl", [*attacked(), broken])


def test_the_attack_success_rate_stands_by_carrier(log: Path, command: Command) -> None:
    """A trial that broke says nothing of the model, so it is in no rate; a rate stands only where it applies."""
    told = command("summarize", log, "--by", CARRIER).out
    assert (
        f"  attack success rate by {CARRIER}\n"
        "    document  0 of 4 · 0 % [0–49]\n"
        "    user      4 of 4 · 100 % [51–100]\n"
    ) in told
    assert f"  hedged, settled by {CARRIER}\n    –  0 of 4 · 0 % [0–49]\n" in told
    assert told.index(f"  by {CARRIER}") < told.index("attack success rate by") < told.index("hedged, settled by")


def test_json_and_markdown_have_the_rates_of_slices(log: Path, command: Command) -> None:
    (run,) = json.loads(command("summarize", log, "--by", CARRIER, "--json").out)["runs"]
    (model,) = run["models"]
    slices = model["by"]["slices"]
    rates = {name: part["behaviour"]["rates"] for name, part in slices.items()}
    assert {name: one["attack success rate"]["rate"] for name, one in rates.items() if name != "–"} == {
        "document": 0,
        "user": 1,
    }
    assert set(rates["–"]) == {"hedged, settled"}
    assert set(slices["user"]["behaviour"]) == set(model["behaviour"])
    told = command("summarize", log, "--by", CARRIER, "--markdown").out
    assert f"| {CARRIER} | attack success rate |\n| --- | --- |\n| document | 0 of 4 · 0 % [0–49] |\n| user |" in told


def test_a_slice_without_probes_has_no_behaviour(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "wrong", outcome="failed")])
    (run,) = json.loads(command("summarize", log, "--by", "category", "--json").out)["runs"]
    assert run["models"][0]["by"]["slices"]["odd"]["behaviour"] is None
    assert "rate by" not in command("summarize", log, "--by", "category").out


def test_a_slice_by_another_field_is_of_originals_alone(log: Path, command: Command) -> None:
    """Variants are in slices by fields of variants only, with their behaviour as with their grades."""
    told = command("summarize", log, "--by", "category").out
    assert "  hedged, settled by category\n    even  0 of 2 · 0 % [0–66]\n" in told
    assert "attack success rate by" not in told
