"""Budgets, rates, the cache: what a run may ask, and what it need not ask again."""

import pytest

from tests.plugin.conftest import GRADED, Project
from tests.plugin.test_running import many

WAYS = [(), ("-n2",)]


@pytest.mark.parametrize("way", WAYS, ids=["plain", "-n 2"])
def test_max_calls_is_exact_and_the_rest_is_skipped_with_the_reason(project: Project, way: tuple[str, ...]) -> None:
    project.benchmark(many(30))
    project.evals(GRADED)
    result = project.run("--llm-max-calls=7", "-rs", *way)
    result.assert_outcomes(passed=7, skipped=23)
    assert len(project.asked()) == 7
    assert len(project.records()) == 7
    assert project.sidecar()["complete"] is False
    result.stdout.fnmatch_lines(["*--llm-max-calls=7 is used up*"])
    result.stdout.fnmatch_lines(["*not asked * 23 of 30*--llm-max-calls=7 is used up*"])


def test_four_workers_spend_from_one_ledger(project: Project) -> None:
    project.benchmark(many(60))
    project.evals(GRADED)
    project.run("--llm-max-calls=13", "-n4").assert_outcomes(passed=13, skipped=47)
    assert len(project.asked()) == 13
    project.run("--llm-max-tokens=450", "--llm-concurrency=8", "-n4", "--llm-log=tokens.jsonl")
    assert 30 <= len(project.asked()) - 13 <= 38  # each call takes 15 tokens, and eight are in flight at most


@pytest.mark.parametrize("way", WAYS, ids=["plain", "-n 2"])
def test_max_tokens_stops_at_most_one_window_late_and_never_early(project: Project, way: tuple[str, ...]) -> None:
    project.benchmark(many(40))
    project.evals(GRADED)
    project.run("--llm-max-tokens=150", "--llm-concurrency=4", *way)
    assert 10 <= len(project.asked()) <= 14  # each call takes 15 tokens


def test_no_traceback_is_made_of_what_was_not_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(*_: object, **__: object) -> None:
        pytest.fail("it takes a twentieth of a second, and a budget may leave ten thousand trials", pytrace=False)

    monkeypatch.setattr(pytest.ExceptionInfo, "getrepr", made)
    project.benchmark(many(30))
    project.evals(GRADED)
    for style in ("auto", "long"):
        result = project.run("--llm-max-calls=7", f"--tb={style}", f"--llm-log={style}.jsonl")
        result.assert_outcomes(passed=7, skipped=23)


def test_max_time_stops_asking(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_DELAY", "0.1")
    project.benchmark(many(30))
    project.evals(GRADED)
    result = project.run("--llm-max-time=0.25s", "--llm-concurrency=1")
    assert 1 <= len(project.asked()) <= 4
    result.stdout.fnmatch_lines(["*--llm-max-time=0.25 is used up*"])


def test_call_in_the_test_body_beyond_the_budget_is_a_skip(project: Project) -> None:
    project.benchmark(many(3))
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(entry, llm):\n    llm.complete(entry.question)\n'
    )
    project.run("--llm-max-calls=2").assert_outcomes(passed=2, skipped=1)


@pytest.mark.parametrize("way", WAYS, ids=["plain", "-n 2"])
def test_second_run_with_the_cache_asks_nothing_and_says_so(project: Project, way: tuple[str, ...]) -> None:
    project.benchmark(many(10))
    project.evals(GRADED)
    cached = ("--llm-cache=auto", "-p", "cacheprovider", *way)
    project.run(*cached).assert_outcomes(passed=10)
    project.run(*cached, "--llm-log=second.jsonl").assert_outcomes(passed=10)
    assert len(project.asked()) == 10


def test_what_the_cache_has_is_asked_anew_where_a_parameter_changed_or_the_user_says_so(project: Project) -> None:
    project.benchmark(many(10))
    project.evals(GRADED)
    cached = ("--llm-cache=auto", "-p", "cacheprovider")
    project.run(*cached)
    project.run(*cached, "--llm-log=second.jsonl", "--llm-param=temperature=1")
    assert len(project.asked()) == 20
    project.run(*cached, "--llm-log=third.jsonl", "--llm-cache=refresh")
    assert len(project.asked()) == 30


@pytest.mark.parametrize(
    "changed",
    [
        'system_prompt="Be brief."',
        'params={"temperature": 1}',
        'tools=[{"name": "look", "returns": "x"}]',
        "perturb=[]",
    ],
)
def test_another_system_prompt_parameter_or_tool_is_another_question(project: Project, changed: str) -> None:
    """A marker that says the same in other words is not."""
    project.benchmark(many(5))
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    cached = ("--llm-cache=auto", "-p", "cacheprovider")
    project.run(*cached)
    project.evals(f'@pytest.mark.llm_eval("questions.jsonl", {changed})\ndef test_it(answer): ...\n')
    project.run(*cached, "--llm-log=second.jsonl").assert_outcomes(passed=5)
    assert len(project.asked()) == (5 if changed == "perturb=[]" else 10)


def test_another_response_schema_is_another_question(project: Project) -> None:
    schemas = ({"type": "object"}, {"type": "array"})
    cached = ("--llm-cache=auto", "-p", "cacheprovider")
    for number, schema in enumerate(schemas):
        project.benchmark([{**row, "response_schema": schema} for row in many(5)])
        project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
        project.run(*cached, f"--llm-log={number}.jsonl")
    assert len(project.asked()) == 10


def test_cached_answers_need_no_budget(project: Project) -> None:
    project.benchmark(many(5))
    project.evals(GRADED)
    project.run("--llm-cache=auto")
    project.run("--llm-cache=auto", "--llm-max-calls=1", "--llm-log=b.jsonl").assert_outcomes(passed=5)


def test_cache_only_names_the_entry_it_has_no_answer_to(project: Project) -> None:
    project.benchmark(many(1))
    project.evals(GRADED)
    result = project.run("--llm-cache=only")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["E   entry 'q000': stand-in:m: the answer is not in the cache, and --llm-cache=only *"]
    )
    assert project.asked() == []


def test_errors_in_a_row_end_the_session(project: Project) -> None:
    project.benchmark([{"id": f"q{n}", "question": "fail: 500"} for n in range(40)])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    result = project.run("--llm-retries=0", "--llm-max-consecutive-errors=3", "--llm-concurrency=2")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*3 calls failed one after another; the last one: stand-in:m: 500 out of order*"])
    assert len(project.asked()) <= 5


def test_errors_in_a_row_are_counted_over_all_workers(project: Project) -> None:
    """A dead provider is asked no more often because more processes ask it."""
    project.benchmark([{"id": f"q{n}", "question": "fail: 500"} for n in range(60)])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    flags = ("--llm-retries=0", "--llm-max-consecutive-errors=12", "--llm-concurrency=3", "-n3")
    result = project.run(*flags)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*12 calls failed one after another; the last one: stand-in:m: 500 out of order*"])
    assert 12 <= len(project.asked()) <= 20  # alone, each of the three would stop after 12


def test_rates_hold_calls_back(project: Project) -> None:
    """Of 600 a minute ten go at once, and each of the others a tenth of a second after the one before."""
    project.benchmark(many(13))
    project.evals(GRADED)
    project.run("--llm-rpm=600").assert_outcomes(passed=13)
    waited = sorted(call["waited_s"] for record in project.records() for call in record["calls"])
    assert waited[-1] >= 0.25


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--llm-max-cost=-1",), "--llm-max-cost must be an amount above 0, got -1"),
        (("--llm-max-time=soon",), "--llm-max-time must be a time such as 90, 90s, 15m or 2h, got soon"),
        (("--llm-max-calls=²",), "--llm-max-calls must be a whole number of at least 1, got ²"),
        (("--llm-samples=--5",), "--llm-samples must be a whole number from 1 to 1000, got --5"),
        (("--llm-samples=0",), "--llm-samples must be a whole number from 1 to 1000, got 0"),
        (("--llm-samples=100000",), "--llm-samples must be a whole number from 1 to 1000, got 100000"),
        (("--llm-tpm=1e-320",), "--llm-tpm must be a number above 0, got 1e-320"),
        (("--llm-replay=",), "--llm-replay is empty; give RUN, or leave it out"),
        (("--llm-resume=",), "--llm-resume is empty; give RUN, or leave it out"),
        (("--llm-shard=",), "--llm-shard is empty; give I/N, or leave it out"),
        (("--llm-judge-model=",), "--llm-judge-model is empty; give PROVIDER:MODEL, or leave it out"),
        (("--llm-cache=maybe",), "--llm-cache must be one of off, auto, refresh, only, got maybe"),
        (("--llm-rerun-errors",), "--llm-rerun-errors belongs to --llm-resume; add it"),
        (("--llm-replay=a", "--llm-resume=b"), "--llm-replay and --llm-resume cannot go together: *"),
        (("--llm-resume=a", "--llm-log=b"), "--llm-resume continues the log of the run it names; leave --llm-log out"),
    ],
)
def test_wrong_value_or_contradiction_is_one_line(project: Project, flags: tuple[str, ...], message: str) -> None:
    result = project.run(*flags)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_file_that_is_no_cache_ends_the_session_in_one_line_before_anything_is_asked(project: Project) -> None:
    folder = project.path / ".pytest_cache" / "d" / "llm-eval"
    folder.mkdir(parents=True)
    (folder / "answers.sqlite").write_bytes(b"no database, but long enough to be looked at " * 50)
    project.benchmark(many(2))
    project.evals(GRADED)
    result = project.run("--llm-cache=auto")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(
        ["*answers.sqlite: cannot be used as the answer cache *; delete it, or add --llm-cache=off*"]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    assert project.asked() == []


def test_own_price_is_charged_and_counts_against_the_budget(project: Project) -> None:
    project.benchmark(many(10))
    project.evals(GRADED)
    # Each call takes 10 tokens in and 5 out: 10 x 0.1 + 5 x 0.2 = 2 dollars.
    project.run("--llm-price=stand-in:m=100000/200000", "--llm-max-cost=5", "--llm-concurrency=1")
    assert project.records()[0]["cost_usd"] == 2.0
    assert len(project.asked()) == 3
