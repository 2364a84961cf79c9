"""`pytest-llmeval check-judge` as a user meets it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.grading.judge.battery import builtin_cases
from pytest_llmeval.grading.judge.instructions import instructions
from pytest_llmeval.grading.judge.rubric_file import read_rubric
from pytest_llmeval.grading.judge.rubric_judge import RubricJudge
from tests.cli.conftest import Told
from tests.cli.judging import JUDGE, is_right, judge_server, opinion
from tests.cli.logs import trial
from tests.grading.judge.scripted import ScriptedJudge, key_in, section, verdict_text
from tests.loopback.outcomes import Outcome, Say
from tests.loopback.scenario import Received

Command = Callable[..., Told]
CASES = {case.question: case for case in builtin_cases()}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key-0123456789")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


def level(received: Received, *, right: bool) -> Say:
    label = "none" if right else "hallucination"
    return Say(verdict_text(key_in(received.text), "fully_correct" if right else "wrong", label))


def fair(received: Received) -> Outcome:
    case = CASES[section(received.text, "question")]
    if "first answer" not in received.text:
        return level(received, right=is_right(case, section(received.text, "answer")))
    first, second = (is_right(case, section(received.text, f"{name} answer")) for name in ("first", "second"))
    return opinion(received, "tie" if first == second else "first" if first else "second")


def likes_length(received: Received) -> Outcome:
    return level(received, right=len(section(received.text, "answer")) > 60)


def checked(command: Command, meets: Callable[[Received], Outcome], *arguments: object) -> Told:
    with judge_server(meets) as (_, ask):
        return command("check-judge", JUDGE, *arguments, *ask)


@pytest.mark.parametrize("way", [(), ("--pairwise",)], ids=["by levels", "in pairs"])
def test_fair_judge_passes_every_kind(command: Command, way: tuple[str, ...]) -> None:
    told = checked(command, fair, "--json", *way)
    assert told.status == 0, told.out
    (found,) = json.loads(told.out)["judges"]
    assert found["all"] == {"passed": len(CASES), "n": len(CASES)}
    assert (found["failed"], found["flips"], found["without_verdict"]) == ([], None, 0)


def test_judge_that_likes_length_fails_and_the_cases_are_named(command: Command) -> None:
    told = checked(command, likes_length, "-v")
    assert told.status == 1
    lines = told.out.splitlines()
    assert "  length                0 of 5 · 0 % [0–43]" in lines
    assert "    long-prime          wrong and fully_correct; wanted the first above the second" in lines
    assert "    long-padded         wrong and fully_correct; wanted the second not above the first" in lines
    assert lines[-1].startswith("  below 80 %: ")
    assert f"{2 * len(CASES)} judge calls" in told.err


def test_judge_that_takes_the_first_place_fails_in_pairs(command: Command) -> None:
    told = checked(command, lambda received: opinion(received, "first"), "--pairwise")
    assert told.status == 1
    assert "said first, then first; wanted first, then second" in told.out
    assert "more with -v" in told.out


def test_judge_without_verdicts_passes_nothing(command: Command) -> None:
    told = checked(command, lambda _: Say("no idea"))
    assert told.status == 1
    assert f"  no verdict            {len(CASES)}" in told.out
    assert "the judge's reply is not one JSON object" in told.out


def test_repeats_tell_how_steady_a_judge_is(command: Command) -> None:
    counter = itertools.count()

    def fickle(received: Received) -> Outcome:
        return level(received, right=next(counter) % 3 == 0)

    own = Path("own.jsonl")
    rows = [
        {"id": str(n), "kind": "mine", "question": "?", "gold_answer": "g", "better": f"b{n}", "worse": f"w{n}"}
        for n in range(4)
    ]
    own.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = checked(command, fickle, "--cases", own, "--repeats", 3, "--json", "--min-passed", 0)
    (found,) = json.loads(told.out)["judges"]
    assert (found["flips"]["n"], found["kinds"]["mine"]["n"]) == (8, 12)
    assert found["flips"]["count"] > 0
    assert told.status == 0
    assert "  changes when repeated" in checked(command, fickle, "--cases", own, "--repeats", 2).out


def test_several_judges_are_tried_one_below_the_other(command: Command) -> None:
    told = checked(command, fair, "openai:other")
    assert told.status == 0
    heads = [line for line in told.out.splitlines() if line.startswith("openai:")]
    assert [head.split()[0] for head in heads] == ["openai:judge", "openai:other"]
    assert heads[0].split()[1] != heads[1].split()[1]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["nobody:x"], "unknown provider 'nobody'"),
        (["--cases", "none.jsonl"], "none.jsonl: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(command: Command, arguments: list[str], fault: str) -> None:
    told = checked(command, fair, *arguments)
    assert (told.status, told.out) == (2, "")
    assert fault in told.err


@pytest.mark.parametrize("arguments", [["--min-passed=2"], ["--repeats=0"], ["--min-passed=x"]])
def test_numbers_that_make_no_sense_are_refused(command: Command, arguments: list[Any]) -> None:
    told = checked(command, fair, *arguments)
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith(f"pytest-llmeval: argument {arguments[0].split('=')[0]}: must ")


DRESSED = "## Answer\n\n- **Paris**"


def likes_markup(received: Received) -> Outcome:
    if "first answer" not in received.text:
        return level(received, right="#" in section(received.text, "answer"))
    return opinion(received, "first" if "#" in section(received.text, "first answer") else "second")


def run_of(*answers: str, folder: Path) -> Path:
    log = folder / "run.jsonl"
    log.write_text(
        "".join(f"{trial(n, 'wrong', answer=answer).model_dump_json()}\n" for n, answer in enumerate(answers))
    )
    return log


@pytest.mark.parametrize("way", [(), ("--pairwise",)], ids=["by levels", "in pairs"])
def test_answers_of_a_run_are_tried_against_themselves_without_markup(
    command: Command, way: tuple[str, ...], tmp_path: Path
) -> None:
    log = run_of(*[f"{DRESSED} {n}" for n in range(6)], "Paris.", folder=tmp_path)
    told = checked(command, likes_markup, "--run", log, *way)
    assert told.status == 1
    lines = told.out.splitlines()
    assert "  same content          0 of 6 · 0 % [0–39]" in lines
    assert "    same content        wins 6 · ties 0 · losses 0 · 100 % [61–100] · p 0.031" in lines
    (found,) = json.loads(checked(command, likes_markup, "--run", log, *way, "--json").out)["judges"]
    assert found["dressed_against_plain"]["same_content"]["wins"] == 6


def test_a_judge_that_does_not_care_for_markup_ties(command: Command, tmp_path: Path) -> None:
    told = checked(command, lambda received: level(received, right=True), "--run", run_of(DRESSED, folder=tmp_path))
    assert told.status == 0
    assert "    same content        wins 0 · ties 1 · losses 0 · 50 % [5–95] · p 1" in told.out.splitlines()


def test_the_judge_sees_the_gold_answer_of_the_benchmark(command: Command, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"id": "q0", "question": "?", "gold_answer": {"city": "Paris"}}\n')
    asked: list[str] = []

    def noting(received: Received) -> Outcome:
        asked.append(section(received.text, "reference answer"))
        return level(received, right=True)

    checked(command, noting, "--run", run_of(DRESSED, folder=tmp_path), "--benchmark", tmp_path / "b.jsonl")
    assert asked == ['{"city": "Paris"}'] * 2


def test_what_cannot_go_together_or_holds_no_markup_is_told(command: Command, tmp_path: Path) -> None:
    plain = run_of("Paris.", folder=tmp_path)
    for arguments, fault in (
        (("--run", plain), "none of its 1 answers has bullets, headers or bold type"),
        (("--run", plain, "--cases", "c.jsonl"), "--run and --cases cannot go together"),
        (("--benchmark", "b.jsonl"), "name it with --run"),
    ):
        told = command("check-judge", JUDGE, *arguments)
        assert (told.status, fault in told.err) == (2, True), told.err


RUBRIC = """\
dimensions:
  - {name: accuracy, asks: Is all of it true?}
examples:
  - {answer: It is Berlin., why: Another capital., scores: {accuracy: 1}}
"""


def test_judge_is_tried_by_the_rubric_of_a_file(command: Command, tmp_path: Path) -> None:
    """Prompt, examples, verdict and hash are those of the judge with this rubric in a run."""
    path = tmp_path / "rubric.yaml"
    path.write_text(RUBRIC)
    systems: set[str] = set()

    def by_numbers(received: Received) -> Outcome:
        systems.add(received.body["messages"][0]["content"])
        right = is_right(CASES[section(received.text, "question")], section(received.text, "answer"))
        verdict = {"rationale": "So.", "judged": "yes", "scores": {"accuracy": 5 if right else 1}}
        return Say(json.dumps({**verdict, "key": key_in(received.text)}))

    told = checked(command, by_numbers, "--json", "--rubric", path)
    assert told.status == 0, told.out
    (found,) = json.loads(told.out)["judges"]
    assert found["all"] == {"passed": len(CASES), "n": len(CASES)}
    rubric = read_rubric(path)
    assert systems == {instructions(rubric)}
    assert "It is Berlin." in systems.pop()
    assert found["hash"] == RubricJudge(rubric).signature([ScriptedJudge([], JUDGE)]).hash


def test_rubric_does_not_go_with_pairs_and_must_be_one(command: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("dimension: []\n")
    for arguments, fault in (
        (("--rubric", "r.yaml", "--pairwise"), "--rubric grades answers one by one, --pairwise compares two; leave"),
        (("--rubric", "none.yaml"), "none.yaml: cannot be read"),
        (("--rubric", "odd.yaml"), "odd.yaml: dimension: "),
    ):
        told = command("check-judge", JUDGE, *arguments)
        assert (told.status, told.out, len(told.err.splitlines())) == (2, "", 1)
        assert fault in told.err
