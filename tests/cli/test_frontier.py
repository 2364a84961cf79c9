"""The front on the screen and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rights = {"big": (38, 0.02), "small": (30, 0.0005), "old": (24, 0.001), "local": (20, None)}
    return write_log(
        tmp_path / "run.jsonl",
        [
            trial(number, "fully_correct" if number < right else "wrong", model=model, cost_usd=cost, latency_s=1.5)
            for model, (right, cost) in rights.items()
            for number in range(40)
        ],
    )


def test_the_screen_tells_who_is_worth_the_price(log: Path, command: Command) -> None:
    assert command("frontier", log, "--reach", "60").out.splitlines() == [
        "                                quality   a trial right for $1      p50",
        "worth their price",
        "  openai:big         95 % [83–99] of 40   $0.0200           47    1.5 s",
        "  openai:small       75 % [60–86] of 40   $0.0005        1,500    1.5 s",
        "beaten",
        "  openai:old         60 % [45–74] of 40   $0.0010          600    1.5 s",
        "    openai:old is beaten by openai:small",
        "price unknown",
        "  openai:local       50 % [35–65] of 40         –            –    1.5 s",
        "",
        "cheapest that surely reaches 60 %: openai:big",
        "  cannot be told at this n: openai:small, openai:old, openai:local",
    ]


def test_a_bar_that_nobody_reaches_fails(log: Path, command: Command) -> None:
    told = command("frontier", log, "--reach", "99.5%")
    assert told.status == 1
    assert "none surely reaches 99.5 %" in told.out


def test_a_model_that_reaches_the_bar_at_an_unknown_price_does_not_fail(tmp_path: Path, command: Command) -> None:
    rights = {"free": 40, "local": 40, "old": 20}
    log = write_log(
        tmp_path / "run.jsonl",
        [
            trial(number, "fully_correct" if number < right else "wrong", model=model, cost_usd=None)
            for model, right in rights.items()
            for number in range(40)
        ],
    )
    told = command("frontier", log, "--reach", "80")
    assert told.status == 0
    assert told.out.splitlines()[-2:] == [
        "the cheapest to reach 80 % cannot be told: no price is known (--llm-price)",
        "  surely reaches it, price unknown: openai:free, openai:local",
    ]
    values = json.loads(command("frontier", log, "--json", "--reach", "80").out)
    assert [one["model"] for one in values["reach_at_unknown_price"]] == ["openai:free", "openai:local"]
    assert values["cheapest"] is None


def test_one_that_reaches_the_bar_at_an_unknown_price_stands_beside_the_cheapest(log: Path, command: Command) -> None:
    assert command("frontier", log, "--reach", "35").out.splitlines()[-2:] == [
        "cheapest that surely reaches 35 %: openai:small",
        "  surely reaches it, price unknown: openai:local",
    ]


def test_machines_get_everything_unrounded(log: Path, command: Command) -> None:
    told = json.loads(command("frontier", log, "--json", "--reach", "60").out)
    by_model = {one["model"]: one for one in told["models"]}
    assert told["cheapest"] == {"model": "openai:big", "run_id": "run-1"}
    assert by_model["openai:old"]["beaten_by"] == {"model": "openai:small", "run_id": "run-1"}
    assert by_model["openai:local"]["cost_per_trial_usd"] is None
    assert (by_model["openai:big"]["on_front"], by_model["openai:big"]["standing"]) == (True, "reaches")


def test_a_model_of_several_runs_is_told_apart_by_its_run(tmp_path: Path, command: Command) -> None:
    logs = [
        write_log(tmp_path / f"{name}.jsonl", [trial(1, "fully_correct", run_id=name, cost_usd=0.1)]) for name in "ab"
    ]
    assert "openai:small a" in command("frontier", *logs).out


def test_the_name_of_a_run_is_shown_whole(tmp_path: Path, command: Command) -> None:
    runs = ["20261129T030705Z-5b39a1", "20261129T030705Z-602d00"]
    logs = [
        write_log(tmp_path / f"{run}.jsonl", [trial(1, "fully_correct", run_id=run, cost_usd=cost)])
        for run, cost in zip(runs, (0.1, 0.2), strict=True)
    ]
    told = command("frontier", *logs).out.splitlines()
    assert told[1:6] == [
        "worth their price",
        "  openai:small 20261129T030705Z-5b39a1",
        "                           100 % [21–100] of 1   $0.1000           10        –",
        "beaten",
        "  openai:small 20261129T030705Z-602d00",
    ]


def test_runs_of_a_long_model_name_are_told_apart_and_no_line_is_too_long(tmp_path: Path, command: Command) -> None:
    model = "accounts/a-team-with-a-long-name/models/a-model-with-an-even-longer-name-405b-instruct-turbo"
    runs = [f"20261129T030705Z-nightly-of-the-large-benchmark-{end}" for end in ("5b39a1", "602d00", "7c0001")]
    logs = [
        write_log(
            tmp_path / f"{run}.jsonl",
            [trial(n, "fully_correct", run_id=run, model=model, cost_usd=cost) for n in range(9)],
        )
        for run, cost in zip(runs, (0.1, 0.2, None), strict=True)
    ]
    told = command("frontier", *logs, "--reach", "60").out
    assert max(map(len, told.splitlines())) <= 80
    words = " ".join(told.split())
    first, second, third = (f"openai:{model} {run}".replace(" ", "") for run in runs)
    joined = words.replace(" ", "")
    assert f"{second}isbeatenby{first}" in joined
    assert f"cheapestthatsurelyreaches60%:{first}surelyreachesit,priceunknown:{third}" in joined


@pytest.mark.parametrize("bar", ["lots", "101", "-1"])
def test_a_bar_is_a_percentage(bar: str, log: Path, command: Command) -> None:
    told = command("frontier", log, f"--reach={bar}")
    assert told.status == 2
    assert f"argument --reach: must lie between 0 and 100, got '{bar}'" in told.err


def test_a_log_without_anything_measured_is_one_line(tmp_path: Path, command: Command) -> None:
    told = command("frontier", write_log(tmp_path / "a.jsonl", [trial(1, outcome="error")]))
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "holds no graded or passed trial" in told.err
