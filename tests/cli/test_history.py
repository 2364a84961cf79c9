"""Runs over time, on the screen and for machines."""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.runs.preference_file import preference_path
from pytest_llmeval.runs.sidecar import BenchmarkInfo, RunInfo, write_sidecar
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]
Answered = tuple[str, str | None, str | None]
"""Who was asked, who answered, under which fingerprint."""


def write_run(
    folder: Path, day: int, right: int, *, served: str = "small-1", content: str = "h1", first: int = 0, **info: Any
) -> Path:
    call = Call("openai", "small", ({"role": "user", "content": "?"},), Reply("a", served_model=served), "hash")
    run = f"run-{day}"
    records = [
        trial(
            number,
            "fully_correct" if number < first + right else "wrong",
            run_id=run,
            timestamp=f"2026-11-{day:02}T04:31:03.000Z",
            calls=[call],
        )
        for number in range(first, first + 40)
    ]
    log = write_log(folder / f"{run}.jsonl", records)
    benchmark = BenchmarkInfo(name="questions", hash=content)
    told = {"complete": True, "benchmarks": (benchmark,), **info}
    write_sidecar(log, RunInfo(run_id=run, started="2026-11-01T00:00:00Z", **told))
    return log


@pytest.fixture
def falling(tmp_path: Path) -> Path:
    for day, right in enumerate((32, 33, 32, 29, 27, 25, 22), start=1):
        write_run(tmp_path, day, right, served="small-1" if day < 5 else "small-2", content="h1" if day < 4 else "h2")
    write_run(tmp_path, 8, 21, complete=False, served="small-2", content="h2")
    return tmp_path


def test_the_screen_shows_table_plot_and_what_stands_out(falling: Path, command: Command) -> None:
    told = command("history", falling)
    assert told.status == 0
    assert told.out.splitlines() == SCREEN.splitlines()
    assert max(map(len, told.out.splitlines())) <= 80


SCREEN = """\
openai:small · questions · 8 runs

    #  began             commit    fully correct        0 %               100 %
    1  2026-11-01 04:31  abcdef01  80 % [65–90] of 40                 [---o-]
    2  2026-11-02 04:31  abcdef01  82 % [68–91] of 40                  [--o-]
    3  2026-11-03 04:31  abcdef01  80 % [65–90] of 40                 [---o-]
    4  2026-11-04 04:31  abcdef01  72 % [57–84] of 40                [--o-]
    5  2026-11-05 04:31  abcdef01  68 % [52–80] of 40              [---o--]
    6  2026-11-06 04:31  abcdef01  62 % [47–76] of 40             [---o--]
    7  2026-11-07 04:31  abcdef01  55 % [40–69] of 40            [--o--]
    8! 2026-11-08 04:31  abcdef01  52 % [37–67] of 40           [---o--]

  trend     -4.6 points a run [-7.2 to -1.9]: down
  drift     lower than the first 2 runs (81 %) since run 7; by chance fewer than
            1 in 8 steady series of so many runs look so
  drift     mean grade lower since run 5: 2.36 before, 1.85 after;
            p = 0.0032 by Holm of 2
  served    run 5 was answered by small-2, run 4 by small-1
  benchmark changed with run 4; rates before and after are of different
            questions
  ! marks   runs that were stopped, or asked only a part; trend and drift leave
            them out
"""


def test_no_control_code_of_a_log_reaches_the_screen(tmp_path: Path, command: Command) -> None:
    odd = trial(1, "wrong", timestamp="\x1b[31m2026-11-01T04:31", repo_sha="\x9b1m\x1b[2Jabc")
    told = command("history", write_log(tmp_path / "a.jsonl", [odd])).out
    assert not any(unicodedata.category(sign) == "Cc" for sign in told.replace("\n", ""))
    assert "    1  2026-11-01 04:31  abc       0 % [0–79] of 1" in told


def test_drift_fails_where_asked(falling: Path, command: Command) -> None:
    assert command("history", falling, "--fail-on-drift").status == 1
    assert command("history", falling, "--fail-on-drift", "--last", 2).status == 0


@pytest.fixture
def slower(tmp_path: Path) -> Path:
    """Runs as good as ever, each a little slower than the one before."""
    for day in range(1, 13):
        made = [
            trial(
                n, "fully_correct", run_id=f"run-{day}", timestamp=f"2026-11-{day:02}T04:31:03.000Z", latency_s=day / 10
            )
            for n in range(40)
        ]
        write_log(tmp_path / f"run-{day}.jsonl", made)
    return tmp_path


def test_slow_drift_of_another_figure_is_told_and_fails_where_asked(slower: Path, command: Command) -> None:
    told = command("history", slower, "--fail-on-drift")
    assert told.status == 1
    assert told.out.splitlines()[-5:] == [
        "  drift     none; runs stay near the first 4 runs (100 %)",
        "  drift     latency p50 higher since run 7: 350 ms before, 950 ms after;",
        "            p = 0.002 by Holm of 4",
        "  drift     latency p95 higher since run 7: 350 ms before, 950 ms after;",
        "            p = 0.002 by Holm of 4",
    ]


def test_figures_that_do_not_drift_are_told_with_verbose(slower: Path, command: Command) -> None:
    assert "mean grade" not in command("history", slower).out
    told = command("history", slower, "-v").out
    assert "  figure    mean grade 3.00 in the last of 12 runs; the same in all\n" in told
    few = command("history", slower, "-v", "--last", 3).out
    assert "latency p95 1.2 s in the last of 3 runs; too few runs to tell a drift" in " ".join(few.split())


def test_machines_get_every_figure_with_its_slope(slower: Path, command: Command) -> None:
    (series,) = json.loads(command("history", slower, "--json").out)["series"]
    found = {one["name"]: one for one in series["figures"]}
    assert list(found) == ["mean grade", "unscored", "latency p50", "latency p95"]
    told = found["latency p95"]
    assert (told["unit"], told["worse"], told["drifts"]) == ("seconds", "higher", True)
    assert told["slope_per_run"] == pytest.approx(0.1)
    assert (told["change"]["run"], told["change"]["direction"]) == ("run-7", "higher")
    assert (found["mean grade"]["change"], found["mean grade"]["drifts"]) == (None, False)


def test_machines_get_everything_unrounded(falling: Path, command: Command) -> None:
    (series,) = json.loads(command("history", falling, "--json").out)["series"]
    assert (series["model"], series["benchmarks"], len(series["runs"])) == ("openai:small", "questions", 8)
    changed = {"run": "run-5", "asked": "openai:small", "what": "served model"}
    assert series["served_changes"] == [{**changed, "before": ["small-1"], "now": ["small-2"]}]
    assert (series["runs"][0]["served"], series["runs"][0]["fingerprints"]) == (["small-1"], [])
    assert series["benchmark_changes"] == ["run-4"]
    assert series["drift"]["direction"] == "lower"
    assert series["runs"][0]["rate"] == 0.8
    assert series["runs"][-1]["complete"] is False


def test_few_runs_have_no_trend(tmp_path: Path, command: Command) -> None:
    told = command("history", write_run(tmp_path, 1, 20))
    assert "· 1 run\n" in told.out
    assert told.out.count("too few runs to tell") == 2


def test_runs_that_are_all_right_have_no_trend_however_many_trials_they_have(tmp_path: Path, command: Command) -> None:
    for day, size in enumerate((33, 73, 40), start=1):
        made = [
            trial(n, "fully_correct", run_id=f"run-{day}", timestamp=f"2026-11-{day:02}T04:31:03.000Z")
            for n in range(size)
        ]
        write_log(tmp_path / f"run-{day}.jsonl", made)
    told = command("history", tmp_path).out
    assert "  trend     +0.0 points a run [+0.0 to +0.0]: none, all runs are alike\n" in told


@pytest.mark.parametrize("part", [{"deselected": 30}, {"shard": "1/2"}, {"complete": False}])
def test_a_run_of_a_part_is_shown_but_moves_neither_trend_nor_drift(
    part: dict[str, Any], tmp_path: Path, command: Command
) -> None:
    for day in range(1, 6):
        write_run(tmp_path, day, 32)
    for day in range(6, 9):
        write_run(tmp_path, day, 0, **part)
    told = command("history", tmp_path, "--fail-on-drift")
    assert told.status == 0
    assert "    8! 2026-11-08 04:31  abcdef01  0 % [0–9] of 40" in told.out
    assert "  trend     +0.0 points a run" in told.out
    assert "  drift     none; runs stay near the first 2 runs (80 %)" in told.out


def test_where_every_run_asked_a_part_all_count(tmp_path: Path, command: Command) -> None:
    for day, right in enumerate((32, 30, 20, 10), start=1):
        write_run(tmp_path, day, right, deselected=5)
    told = command("history", tmp_path, "--fail-on-drift")
    assert (told.status, told.out.splitlines()[-1]) == (1, "  ! marks   runs that were stopped, or asked only a part")


def served_lines(folder: Path, command: Command, *runs: list[Answered]) -> list[str]:
    """Return what is told of who answered the calls of each run."""
    for day, calls in enumerate(runs, start=1):
        made = [
            trial(
                number,
                "wrong",
                run_id=f"run-{day}",
                timestamp=f"2026-11-{day:02}T04:31:03.000Z",
                calls=[Call("openai", asked, (), Reply("a", served_model=name, system_fingerprint=mark), "hash")],
            )
            for number, (asked, name, mark) in enumerate(calls)
        ]
        write_log(folder / f"run-{day}.jsonl", made)
    out = command("history", folder).out.split("  drift     too few runs to tell\n")[-1]
    return [" ".join(one.split()) for one in out.split("  served    ")[1:]]


def test_a_run_answered_by_several_models_is_told(tmp_path: Path, command: Command) -> None:
    assert served_lines(tmp_path, command, [("small", name, "fp") for name in "ab"]) == [
        "run 1 was answered by several: a, b"
    ]


def test_an_alias_or_a_call_without_fingerprint_is_no_other_model(tmp_path: Path, command: Command) -> None:
    dated = "gpt-4o-2024-08-06"
    runs: list[list[Answered]] = [[("gpt-4o", dated, None), ("gpt-4o", dated, "fp_1")], [("gpt-4o", "gpt-4o", "fp_1")]]
    assert served_lines(tmp_path, command, *runs, [("gpt-4o", dated, None)]) == []


def test_another_version_is_told_across_a_run_that_only_names_the_alias(tmp_path: Path, command: Command) -> None:
    runs: list[list[Answered]] = [
        [("small", name, None)] for name in ("gpt-4o-2024-05-13", "gpt-4o", "gpt-4o-2024-08-06")
    ]
    assert served_lines(tmp_path, command, *runs) == [
        "run 3 was answered by gpt-4o-2024-08-06, run 1 by gpt-4o-2024-05-13"
    ]


def test_fingerprints_are_told_where_the_model_is_the_same(tmp_path: Path, command: Command) -> None:
    runs: list[list[Answered]] = [
        [("small", "a", "fp_1")],
        [("small", "a", "fp_2")],
        [("small", "a", "fp_2"), ("small", "a", "fp_3")],
    ]
    assert served_lines(tmp_path, command, *runs) == [
        "run 2 was answered under fingerprint fp_2, run 1 under fp_1",
        "run 3 was answered under fingerprint fp_2, fp_3, run 2 under fp_2",
        "run 3 was answered under several fingerprints: fp_2, fp_3",
    ]


def test_an_eval_that_asks_two_models_was_answered_by_each(tmp_path: Path, command: Command) -> None:
    first: list[Answered] = [("small", "small-1", None), ("large", "large-1", None)]
    assert served_lines(tmp_path, command, first, [("small", "small-1", None), ("large", "large-2", None)]) == [
        "openai:large in run 2 was answered by large-2, run 1 by large-1"
    ]


def test_each_model_is_a_series_and_one_can_be_chosen(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "a.jsonl", [trial(1, "wrong"), trial(1, "wrong", model="big")])
    assert command("history", log).out.count("· 1 run\n") == 2
    assert command("history", log, "--model", "openai:big").out.count("· 1 run\n") == 1
    told = command("history", log, "--model", "big")
    assert (told.status, told.err) == (
        2,
        "pytest-llmeval: no run of big; there are runs of openai:small, openai:big\n",
    )


def test_a_log_graded_by_hand_stands_in_for_its_original(tmp_path: Path, command: Command) -> None:
    write_log(tmp_path / "run.jsonl", [trial(1, "wrong")])
    write_log(tmp_path / "run-graded.jsonl", [trial(1, "fully_correct")])
    (series,) = json.loads(command("history", tmp_path, "--json").out)["series"]
    assert [one["successes"] for one in series["runs"]] == [1]


def test_a_log_that_is_named_twice_counts_once(falling: Path, command: Command) -> None:
    told = command("history", falling, falling / "run-1.jsonl", falling / ".." / falling.name / "run-1.jsonl")
    assert told.out == command("history", falling).out


def test_a_copy_of_a_log_is_refused(tmp_path: Path, command: Command) -> None:
    log = write_run(tmp_path, 1, 20)
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(log.read_bytes())
    told = command("history", tmp_path)
    assert told.status == 2
    assert told.err == f"pytest-llmeval: {log}: holds 'q0' of run run-1, as {copy} does; name one of the two\n"


def test_graded_logs_stand_in_for_those_of_their_own_folder(tmp_path: Path, command: Command) -> None:
    for folder, run in (("a", "run-1"), ("b", "run-2")):
        (tmp_path / folder).mkdir()
        write_log(tmp_path / folder / "run.jsonl", [trial(1, "wrong", run_id=run)])
    write_log(tmp_path / "a" / "run-graded.jsonl", [trial(1, "fully_correct", run_id="run-1")])
    (series,) = json.loads(command("history", tmp_path / "a", tmp_path / "b", "--json").out)["series"]
    assert [(one["run_id"], one["successes"]) for one in series["runs"]] == [("run-1", 1), ("run-2", 0)]


@pytest.mark.parametrize("graded", ["run-graded.jsonl", "run-graded.jsonl.gz"])
@pytest.mark.parametrize("run", ["run.jsonl", "run.jsonl.gz"])
def test_graded_logs_stand_in_for_their_runs_packed_or_not(
    run: str, graded: str, tmp_path: Path, command: Command
) -> None:
    for name, grade in ((run, "wrong"), (graded, "fully_correct")):
        log = write_log(tmp_path / name, [trial(1, grade)])
        if log.suffix == ".gz":
            log.write_bytes(gzip.compress(log.read_bytes()))
    told = command("history", tmp_path, "--json")
    assert told.err == ""
    (series,) = json.loads(told.out)["series"]
    assert [one["successes"] for one in series["runs"]] == [1]


def test_a_log_is_no_graded_one_because_its_name_says_so_in_the_middle(tmp_path: Path, command: Command) -> None:
    write_log(tmp_path / "a-graded-2.jsonl", [trial(1, "wrong", run_id="run-1")])
    write_log(tmp_path / "a-2.jsonl", [trial(1, "wrong", run_id="run-2")])
    (series,) = json.loads(command("history", tmp_path, "--json").out)["series"]
    assert len(series["runs"]) == 2


@pytest.mark.parametrize("last", ["0", "-3", "x"])
def test_no_runs_and_fewer_are_no_last_ones(last: str, tmp_path: Path, command: Command) -> None:
    told = command("history", write_run(tmp_path, 1, 20), f"--last={last}")
    assert told.status == 2
    assert f"argument --last: must be a whole number of at least 1, got '{last}'" in told.err


def test_other_files_of_a_folder_are_left_out_and_named(tmp_path: Path, command: Command) -> None:
    write_run(tmp_path, 1, 20)
    (tmp_path / "votes.jsonl").write_text("{}\n")
    (tmp_path / "notes.txt").write_text("mine")
    told = command("history", tmp_path)
    assert told.status == 0
    assert told.err.count("\n") == 1
    assert "votes.jsonl:1: no record" in told.err
    assert told.err.endswith("; left out\n")


def test_choices_of_people_beside_their_logs_are_no_fault_of_the_folder(tmp_path: Path, command: Command) -> None:
    first, second = write_run(tmp_path, 1, 20), write_run(tmp_path, 2, 20)
    preference_path(first, second).write_text('{"question_id": "q1"}\n')
    told = command("history", tmp_path)
    assert (told.status, told.err) == (0, "")


@pytest.mark.parametrize("content", [None, "[]"], ids=["empty", "foreign"])
def test_a_folder_without_runs_is_told(content: str | None, tmp_path: Path, command: Command) -> None:
    if content:
        (tmp_path / "x.jsonl").write_text(content)
    told = command("history", tmp_path)
    assert told.status == 2
    assert f"{tmp_path}: holds no run log; name a folder of .jsonl or .jsonl.gz files\n" in told.err


def test_runs_in_which_nothing_was_measured_are_told(tmp_path: Path, command: Command) -> None:
    told = command("history", write_log(tmp_path / "a.jsonl", [trial(1, outcome="error")]))
    assert (told.status, told.err) == (2, "pytest-llmeval: the logs hold no graded or passed trial\n")


def test_shards_are_left_out_where_their_merged_run_is_there(tmp_path: Path, command: Command) -> None:
    shards = [write_run(tmp_path, day, 12, first=40 * day, shard=f"{day}/2") for day in (1, 2)]
    assert command("merge", tmp_path / "whole.jsonl", *shards).status == 0
    (series,) = json.loads(command("history", tmp_path, "--json").out)["series"]
    assert [one["run_id"] for one in series["runs"]] == ["whole"]
    (series,) = json.loads(command("history", *shards, "--json").out)["series"]
    assert len(series["runs"]) == 2
