"""Batches from inside pytest: what is sent, what is waited for, and how a run comes back to what it has sent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.models.batches.waiting import Pace, Progress
from pytest_llmeval.plugin.batch_run import BatchRun
from pytest_llmeval.plugin.batch_screen import BatchScreen
from pytest_llmeval.runs.sidecar import RunInfo, write_sidecar
from tests.loopback.batches import BatchScript
from tests.loopback.outcomes import Fail, Lapse, Outcome, Say
from tests.loopback.scenario import Received
from tests.loopback.server import LoopbackServer
from tests.plugin.conftest import GRADED, Project, command_of, heed_ctrl_c
from tests.plugin.test_again import cut
from tests.plugin.test_running import ROOT, many

SINGLE = ("/v1/chat/completions", "/v1/messages")
CREATE = ("/v1/batches", "/v1/messages/batches")
USAGE = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}


def obey(received: Received) -> Outcome:
    """Say what the question says to say, fail where it says so."""
    order, _, rest = received.text.partition(": ")
    match order:
        case "fail":
            return Fail(int(rest), "not like this")
        case "lapse":
            return Lapse("expired")
        case "dear":
            return Say(rest, usage=USAGE)
    return Say(rest)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchRun, "pace", Pace(0.01, 1.0, 0.01))
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key-0123456789")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "anthropic-key-0123456789")


class Vendor:
    """A server that takes batches, and the flags that send a run to it."""

    def __init__(self, server: LoopbackServer, provider: str = "openai") -> None:
        self.server = server
        self.provider = provider

    @property
    def flags(self) -> tuple[str, ...]:
        base = self.server.base_url if self.provider == "openai" else self.server.origin
        return ("--llm-batch", f"--llm-base-url={base}", "--llm-retries=0")

    def run(self, project: Project, *args: str, model: str = "m") -> pytest.RunResult:
        return project.run(*self.flags, *args, model=f"{self.provider}:{model}")

    def resume(self, project: Project, *args: str) -> pytest.RunResult:
        return project.run(*self.flags, "--llm-resume", *args, model=None)

    @property
    def sent(self) -> int:
        """How many batches were made."""
        return sum(one.method == "POST" and one.path in CREATE for one in self.server.requests)

    @property
    def asked(self) -> list[str]:
        """Return the questions that were asked one by one."""
        return [one.text for one in self.server.requests if one.path in SINGLE]

    @property
    def batched(self) -> list[str]:
        """Return the questions that went up in batches, in order."""
        found: list[str] = []
        for one in self.server.requests:
            if one.path == "/v1/files":
                found += [json.loads(line)["body"]["messages"][-1]["content"] for line in one.body["file"].splitlines()]
            if one.path == "/v1/messages/batches":
                found += [item["params"]["messages"][-1]["content"] for item in one.body["requests"]]
        return found


@pytest.fixture(params=["openai", "anthropic"])
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    with LoopbackServer(obey, batches=BatchScript(polls=2)) as server:
        yield Vendor(server, request.param)


@pytest.fixture
def openai() -> Iterator[Vendor]:
    with LoopbackServer(obey, batches=BatchScript(polls=1)) as server:
        yield Vendor(server)


def texts(project: Project) -> dict[str, str | None]:
    return {record["question_id"]: record["answer"] for record in project.records()}


def test_all_questions_go_as_one_batch_and_each_trial_gets_its_own_answer(project: Project, vendor: Vendor) -> None:
    project.benchmark(many(12))
    project.evals(GRADED)
    result = vendor.run(project)
    result.assert_outcomes(passed=12)
    assert vendor.sent == 1
    assert vendor.asked == []
    assert texts(project) == {row["id"]: row["gold_answer"] for row in many(12)}
    for record in project.records():
        assert (record["cached"], record["latency_s"], record["attempts"]) == (False, None, None)
    (batch,) = project.sidecar()["batches"]
    prefix = {"openai": "batch_1", "anthropic": "msgbatch_1"}[vendor.provider]
    assert batch == {"provider": vendor.provider, "model": "m", "id": prefix, "requests": 12}
    assert project.sidecar()["complete"] is True
    result.stdout.fnmatch_lines(
        [f"llm-batch: 12 requests sent in 1 batch ({prefix})", "llm-batch: 12 of 12 done, over", "*12 passed*"]
    )


def test_item_that_failed_is_an_error_of_its_trial_alone(project: Project, vendor: Vendor) -> None:
    rows = [{"id": n, "question": n, "gold_answer": "x"} for n in ("fail: 400", "fail: 401", "lapse: x")]
    project.benchmark([*rows, *many(2)])
    project.evals(GRADED)
    vendor.run(project).assert_outcomes(passed=2, errors=3)
    errors = {record["question_id"]: record["error"] for record in project.records()}
    assert "not like this" in errors["fail: 400"]
    assert "not like this" in errors["fail: 401"]
    assert "expired before this request's turn" in errors["lapse: x"]
    assert errors["q000"] is None
    assert vendor.asked == []


def test_price_is_that_of_batches(project: Project, openai: Vendor) -> None:
    project.benchmark([{"id": "a", "question": "dear: x", "gold_answer": "x"}])
    project.evals(GRADED)
    openai.run(project, model="gpt-4o-mini").assert_outcomes(passed=1)
    assert project.records()[0]["cost_usd"] == pytest.approx(0.15 / 2)  # $0.15 a million tokens in


def test_each_model_gets_batches_of_its_own(project: Project, openai: Vendor) -> None:
    project.benchmark(many(3))
    project.evals(GRADED)
    openai.run(project, "--llm-model=openai:n", "--llm-samples=2").assert_outcomes(passed=12)
    told = [(batch["model"], batch["requests"]) for batch in project.sidecar()["batches"]]
    assert sorted(told) == [("m", 6), ("n", 6)]
    assert openai.asked == []


def test_equal_requests_of_two_tests_are_sent_and_paid_once(project: Project, openai: Vendor) -> None:
    project.benchmark([{"id": "a", "question": "dear: x", "gold_answer": "x"}])
    project.evals(GRADED, "test_a.py")
    project.evals(GRADED, "test_b.py")
    openai.run(project, model="gpt-4o-mini").assert_outcomes(passed=2)
    assert len(openai.batched) == 1
    assert sorted(record["cost_usd"] for record in project.records()) == [0.0, pytest.approx(0.075)]


def test_what_the_tests_ask_beyond_their_question_is_asked_as_ever(project: Project, openai: Vendor) -> None:
    project.benchmark(many(2))
    project.evals("""
async def own(entry, llm):
    return await llm.acomplete("say: of my own")

@pytest.mark.llm_eval("questions.jsonl")
def test_more(answer, llm):
    assert llm.complete("say: more").text == "more"

@pytest.mark.llm_eval("questions.jsonl", task=own)
def test_own(answer): ...

@pytest.mark.llm_eval(entries=[{"id": "skipped", "question": "say: nothing"}])
@pytest.mark.skipif("True")
def test_skipped(answer): ...
""")
    openai.run(project).assert_outcomes(passed=4, skipped=1)
    assert openai.batched == ["say: 0", "say: 1"]
    assert sorted(openai.asked) == ["say: more"] * 2 + ["say: of my own"] * 2


def test_question_that_cannot_be_asked_fails_in_its_own_test(project: Project, openai: Vendor) -> None:
    project.benchmark([{"id": "gone", "question": "q", "context_files": ["gone.md"]}, *many(1)])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...')
    result = openai.run(project)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*context file gone.md does not exist in *"])
    assert openai.batched == ["say: 0"]


def test_answers_of_the_cache_are_not_sent_and_those_of_batches_are_kept(project: Project, openai: Vendor) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    cached = ("--llm-cache=auto", "-p", "cacheprovider")
    openai.run(project, *cached, "--llm-log=a.jsonl").assert_outcomes(passed=2)
    project.benchmark(many(3))
    openai.run(project, *cached, "--llm-log=b.jsonl").assert_outcomes(passed=3)
    assert openai.batched == ["say: 0", "say: 1", "say: 2"]
    result = openai.run(project, *cached, "--llm-log=c.jsonl")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["llm-batch: nothing is left to send"])
    assert openai.asked == []


def test_provider_without_batches_is_refused_before_anything_is_sent(
    project: Project, openai: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("OPENAI_BASE_URL", openai.server.base_url)
    project.benchmark(many(2))
    project.evals(GRADED)
    result = project.run("--llm-batch", "--llm-model=openai:m")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*stand-in: takes no batches; leave out --llm-batch, or use a model of openai or *"])
    assert openai.server.requests == []
    assert project.logs() == []


def test_more_requests_than_calls_are_refused_before_anything_is_sent(project: Project, openai: Vendor) -> None:
    project.benchmark(many(5))
    project.evals(GRADED)
    result = openai.run(project, "--llm-max-calls=4")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*--llm-batch would send 5 requests and --llm-max-calls=4 allows 4; *"])
    assert openai.server.requests == []
    assert project.logs() == []
    openai.run(project, "--llm-max-calls=5").assert_outcomes(passed=5)


def test_calls_beyond_the_batch_count_on_top_of_it(project: Project, openai: Vendor) -> None:
    project.benchmark(many(3))
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer, llm):\n    llm.complete("say: " + answer.text)\n'
    )
    openai.run(project, "--llm-max-calls=3").assert_outcomes(passed=3)
    project.evals(
        '@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer, llm):\n    llm.complete("say: more")\n'
    )
    openai.run(project, "--llm-max-calls=4", "--llm-log=b.jsonl").assert_outcomes(passed=1, skipped=2)
    assert openai.asked == ["say: more"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("-n2",), "--llm-batch needs all evals in one process; leave -n and --dist out, or add -n0"),
        (("--llm-cache=only",), "--llm-cache=only asks nobody, so there is nothing for --llm-batch to send; *"),
        (("--llm-replay=a",), "--llm-replay asks nobody, so there is nothing for --llm-batch to send; *"),
    ],
)
def test_flags_that_cannot_go_together_are_one_line(project: Project, flags: tuple[str, ...], message: str) -> None:
    result = project.run("--llm-batch", *flags)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


@pytest.mark.parametrize("flag", ["--collect-only", "--setup-plan"])
def test_nothing_is_sent_where_no_test_runs(project: Project, openai: Vendor, flag: str) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    assert openai.run(project, flag).ret == pytest.ExitCode.OK
    assert openai.server.requests == []


def test_batch_that_fails_as_a_whole_is_an_error_of_each_trial_and_can_be_sent_again(project: Project) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    with LoopbackServer(obey, batches=BatchScript(polls=0, fate="failed", note="too many at once")) as server:
        Vendor(server).run(project).assert_outcomes(errors=2)
    assert all("the batch failed: line 1: too many at once" in record["error"] for record in project.records())
    with LoopbackServer(obey, batches=BatchScript(polls=0)) as server:
        vendor = Vendor(server)
        vendor.resume(project, f"--llm-resume={project.logs()[0]}", "--llm-rerun-errors").assert_outcomes(passed=2)
        assert vendor.sent == 1
        assert vendor.asked == []
    assert [batch["requests"] for batch in project.sidecar()["batches"]] == [2, 2]


def test_provider_that_refuses_the_batch_ends_the_run_in_one_line(project: Project) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    with LoopbackServer(obey, batches=BatchScript(faults={"create": Fail(401, "wrong key")})) as server:
        result = Vendor(server).run(project)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*! Interrupted: openai:m: *wrong key* !*"])
    result.stdout.no_fnmatch_line("*come back*")
    assert project.sidecar()["batches"] == []


def test_polls_that_cannot_succeed_end_the_run_and_tell_the_way_back(project: Project) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    with LoopbackServer(obey, batches=BatchScript(faults={"state": Fail(403, "not yours")})) as server:
        result = Vendor(server).run(project)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    log = f"llm-runs/{project.logs()[0].name}"
    result.stdout.fnmatch_lines([f"*not yours*; the batch goes on, come back with --llm-batch --llm-resume={log} !*"])
    assert project.records() == []
    assert project.sidecar()["complete"] is False


def test_batch_that_cannot_be_written_down_is_named(
    project: Project, openai: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(log: Path, info: RunInfo) -> Path:
        if info.batches:
            raise RunLogError(f"{log.name}: cannot be written (No space left on device)")
        return write_sidecar(log, info)

    monkeypatch.setattr("pytest_llmeval.plugin.desk.write_sidecar", full)
    project.benchmark(many(2))
    project.evals(GRADED)
    result = openai.run(project)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*cannot be written (No space left on device) (batch batch_1 is under way)*"])


def command(vendor: Vendor, *args: str) -> list[str]:
    return command_of(*vendor.flags, *args)


def start(project: Project, vendor: Vendor, *args: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.Popen(
        command(vendor, *args),
        cwd=project.path,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
        start_new_session=True,
    )


def await_polling(vendor: Vendor, process: subprocess.Popen[str]) -> None:
    """Wait until the run has asked how its batch is."""
    paths = tuple(f"{path}/" for path in CREATE)
    until(lambda: any(one.path.startswith(paths) for one in vendor.server.requests) or process.poll() is not None)
    assert process.poll() is None


def until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    assert condition()


@pytest.fixture(params=["openai", "anthropic"])
def slow(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    """A server whose batches are over with the third poll: the killed run makes the first of them."""
    with LoopbackServer(obey, batches=BatchScript(polls=2)) as server:
        yield Vendor(server, request.param)


def test_killed_run_comes_back_to_its_batch_and_sends_no_second_one(project: Project, slow: Vendor) -> None:
    project.benchmark(many(6))
    project.evals(GRADED)
    with start(project, slow, f"--llm-model={slow.provider}:m") as process:
        await_polling(slow, process)
        os.killpg(process.pid, signal.SIGKILL)
    (log,) = project.logs()
    assert log.read_bytes() == b""
    (batch,) = project.sidecar()["batches"]
    assert batch["requests"] == 6

    result = slow.resume(project)
    result.assert_outcomes(passed=6)
    assert slow.sent == 1
    assert slow.asked == []
    assert project.logs() == [log]
    assert project.sidecar()["batches"] == [batch]
    assert project.sidecar()["complete"] is True
    assert {record["run_id"] for record in project.records()} == {project.sidecar()["run_id"]}
    result.stdout.fnmatch_lines([f"llm-batch: waiting for 1 batch ({batch['id']}), sent before"])


def test_interrupt_leaves_the_batch_and_tells_the_way_back(project: Project, slow: Vendor) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    with start(project, slow, f"--llm-model={slow.provider}:m") as process:
        await_polling(slow, process)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    log = f"llm-runs/{project.logs()[0].name}"
    way = f"stopped by Ctrl-C; the batch goes on, come back with --llm-batch --llm-resume={log}"
    assert f"Interrupted: {way}" in output
    assert "Traceback" not in output
    assert not any(one.path.endswith("/cancel") for one in slow.server.requests)
    slow.resume(project, f"--llm-resume={log}").assert_outcomes(passed=2)
    assert slow.sent == 1


def sent_but_unanswered(project: Project, batches: list[dict[str, Any]]) -> None:
    """Leave of a finished run what a kill while waiting would have left."""
    (log,) = project.logs()
    cut(log, 0, "")
    sidecar = log.with_suffix(".run.json")
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), "batches": batches}))


def test_resumed_run_sends_what_no_batch_has_answered(project: Project, openai: Vendor) -> None:
    project.benchmark(many(3))
    project.evals(GRADED)
    openai.run(project, "-k", "q000 or q001")
    sent_but_unanswered(project, project.sidecar()["batches"])
    openai.resume(project).assert_outcomes(passed=3)
    assert openai.batched == ["say: 0", "say: 1", "say: 2"]
    assert [batch["requests"] for batch in project.sidecar()["batches"]] == [2, 1]


def test_batch_that_is_gone_is_sent_again(project: Project, openai: Vendor) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    openai.run(project)
    sent_but_unanswered(project, [{"provider": "openai", "model": "m", "id": "batch_99", "requests": 2}])
    result = openai.resume(project)
    result.assert_outcomes(passed=2)
    assert openai.sent == 2
    result.stdout.fnmatch_lines(
        ["llm-batch: openai:batch_99: the provider does not know this batch*; what was in it *"]
    )


def test_errors_of_a_batch_stay_unless_asked_for_again(project: Project, openai: Vendor) -> None:
    project.benchmark([{"id": "bad", "question": "fail: 400", "gold_answer": "x"}, *many(1)])
    project.evals(GRADED)
    openai.run(project)
    batches = project.sidecar()["batches"]
    sent_but_unanswered(project, batches)
    openai.resume(project).assert_outcomes(passed=1, errors=1)
    assert openai.sent == 1
    sent_but_unanswered(project, batches)
    openai.resume(project, "--llm-rerun-errors").assert_outcomes(passed=1, errors=1)
    assert openai.batched == ["fail: 400", "say: 0", "fail: 400"]


def test_resuming_without_the_flag_keeps_the_batches_and_says_what_it_costs(project: Project, openai: Vendor) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    openai.run(project)
    batches = project.sidecar()["batches"]
    sent_but_unanswered(project, batches)
    result = project.run("--llm-resume", f"--llm-base-url={openai.server.base_url}", model=None)
    result.assert_outcomes(passed=2)
    assert len(openai.asked) == 2
    assert project.sidecar()["batches"] == batches
    result.stdout.fnmatch_lines(["llm-note: this run has sent batches; add --llm-batch to take their answers, or *"])


def test_finished_run_does_not_look_for_its_batches_again(project: Project, openai: Vendor) -> None:
    project.benchmark(many(2))
    project.evals(GRADED)
    openai.run(project)
    before = len(openai.server.requests)
    openai.resume(project, f"--llm-resume={project.logs()[0]}").assert_outcomes(passed=2)
    assert len(openai.server.requests) == before


class Terminal:
    """Notes what is written, and how."""

    def __init__(self, *, isatty: bool) -> None:
        self.isatty = isatty
        self.written: list[str] = []

    def write_line(self, line: str) -> None:
        self.written.append(line)

    def rewrite(self, line: str, **markup: bool) -> None:
        assert markup == {"erase": True}
        self.written.append(f"\r{line}")


def shown(terminal: Terminal, steps: list[tuple[float, int]], width: int = 80) -> list[str]:
    """Show a batch that has so many requests done at such a time; it is over with the tenth."""
    now = [0.0]
    screen = BatchScreen(terminal, width=width, clock=lambda: now[0])  # type: ignore[arg-type]
    for now[0], done in steps:
        screen.show(Progress(1, int(done == 10), 10, done, 0, now[0]))
    screen.say("then")
    return terminal.written


def test_terminal_shows_one_line_that_is_written_over() -> None:
    written = shown(Terminal(isatty=True), [(2.0, 1), (4.0, 2)])
    assert written == [
        "\rllm-batch: 1 of 10 done, waiting for 2.0 s",
        "\rllm-batch: 2 of 10 done, waiting for 4.0 s",
        "",
        "llm-batch: then",
    ]
    narrow = shown(Terminal(isatty=True), [(2.0, 1)], width=30)
    assert len(narrow[0]) <= 30


def test_log_of_a_build_gets_a_line_every_half_minute_and_the_last_one() -> None:
    written = shown(Terminal(isatty=False), [(0.0, 1), (2.0, 2), (29.0, 3), (30.0, 4), (40.0, 5), (41.0, 10)])
    assert [line.split(" done")[0] for line in written] == [
        "llm-batch: 1 of 10",
        "llm-batch: 4 of 10",
        "llm-batch: 10 of 10",
        "llm-batch: then",
    ]


def test_no_terminal_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    screen = BatchScreen(None, width=80)
    screen.say("x")
    screen.show(Progress(1, 0, 1, 0, 0, 0.0))
    screen.end_line()
    assert capsys.readouterr() == ("", "")
