"""Samples of one question, and how many of them must pass; parts of a benchmark."""

import pytest

from tests.plugin.conftest import Project
from tests.plugin.test_items import collected
from tests.plugin.test_running import many

FLAKY = """
@pytest.mark.llm_eval("questions.jsonl"{more})
def test_it(entry, answer, request):
    sample = int(request.node.name.rpartition("-s")[2].rstrip("]")) if "-s" in request.node.name else 1
    assert sample <= entry.metadata["passing"]
"""


def flaky(project: Project, passing: list[int], more: str = "") -> None:
    project.benchmark([{"id": f"q{n}", "question": f"say: {n}", "passing": p} for n, p in enumerate(passing)])
    project.evals(FLAKY.format(more=more))


def test_each_sample_is_an_item_and_a_record_and_the_first_keeps_its_id(project: Project) -> None:
    flaky(project, [3])
    assert collected(project, "--llm-samples=3") == ["test_it[q0]", "test_it[q0-s2]", "test_it[q0-s3]"]
    project.run("--llm-samples=3").assert_outcomes(passed=3)
    assert sorted(record["sample"] for record in project.records()) == [1, 2, 3]
    assert len({record["request_hash"] for record in project.records()}) == 3


def test_flag_wins_over_the_marker(project: Project) -> None:
    flaky(project, [3], ", samples=2")
    assert len(collected(project)) == 2
    assert len(collected(project, "--llm-samples=4")) == 4


def test_samples_at_temperature_0_are_warned_about_once(project: Project) -> None:
    flaky(project, [3, 3])
    shown = project.run("--llm-samples=2").stdout.str()
    assert shown.count("llm-note: samples at temperature 0 are most likely alike") == 1
    warm = project.run("--llm-samples=2", "--llm-param=temperature=1").stdout.str()
    assert "llm-note" not in warm
    assert "llm-note" not in project.run().stdout.str()


def test_five_samples_are_five_calls_and_none_the_second_time(project: Project) -> None:
    flaky(project, [5])
    again = ("--llm-samples=5", "--llm-param=temperature=1", "--llm-cache=auto")
    project.run(*again)
    assert len(project.asked()) == 5
    project.run(*again)
    assert len(project.asked()) == 5


def test_summary_shows_pass_at_k_and_flips(project: Project) -> None:
    flaky(project, [1, 3])
    project.run("--llm-samples=3").stdout.fnmatch_lines(
        ["  pass@1  * 67 %*", "  pass@3  * 100 %*", "  pass^3  * 50 %*", "  flip rate  * 25 %*"]
    )


@pytest.mark.parametrize(("passing", "ret", "way"), [([2, 3], 0, ()), ([1, 3], 1, ()), ([1, 3], 1, ("-n2",))])
def test_k_of_n_decides_by_entry(project: Project, passing: list[int], ret: int, way: tuple[str, ...]) -> None:
    flaky(project, passing, ', samples=3, require="2/3"')
    result = project.run(*way)
    assert result.ret == ret
    result.assert_outcomes(passed=sum(passing), xfailed=6 - sum(passing))
    if ret:
        result.stdout.fnmatch_lines(
            ["*1 below their quota of samples*", "test_evals.py::test_it?q0?: 1 of 3 passed, 2/3 required"]
        )
    assert sorted(record["outcome"] for record in project.records()).count("failed") == 6 - sum(passing)


@pytest.mark.parametrize(
    "case", ["", "@pytest.mark.parametrize('style', ['kurz', 'länger'])\n"], ids=["alone", "cases"]
)
def test_samples_of_an_entry_whose_id_is_not_ascii_count_together(project: Project, case: str) -> None:
    project.benchmark([{"id": "größe", "question": "say: 1", "passing": 1}])
    source = FLAKY.format(more=', samples=3, require="1/3"').replace("@pytest", f"{case}@pytest", 1)
    project.evals(source.replace("answer, ", "answer, style, ") if case else source)
    assert project.run().ret == 0
    project.evals((project.path / "test_evals.py").read_text().replace("1/3", "2/3"))
    result = project.run()
    assert result.ret == 1
    told = [line for line in result.outlines if "2/3 required" in line]
    assert told == [
        f"test_evals.py::test_it[größe{one}]: 1 of 3 passed, 2/3 required"
        for one in (("-kurz", "-l\\xe4nger") if case else ("",))
    ]


def test_errors_are_not_tolerated_by_a_quota(project: Project) -> None:
    project.benchmark([{"id": "q", "question": "fail: 400", "passing": 3}])
    project.evals(FLAKY.format(more=', samples=3, require="2/3"'))
    result = project.run()
    result.assert_outcomes(errors=3)
    assert result.ret == 1


def test_part_of_the_samples_cannot_decide(project: Project) -> None:
    flaky(project, [1], ', samples=3, require="2/3"')
    result = project.run("-k", "not s3")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["test_evals.py::test_it?q0?: 1 of 2 passed, 2/3 required (cannot decide)"])


def test_shards_together_hold_each_entry_once(project: Project) -> None:
    project.benchmark(many(30))
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(entry): ...\ndef test_other(): ...\n')
    parts = [collected(project, f"--llm-shard={number}/3") for number in (1, 2, 3)]
    evals = [name for part in parts for name in part if name != "test_other"]
    assert sorted(evals) == sorted(f"test_it[q{number:03}]" for number in range(30))
    assert all("test_other" in part for part in parts)


def test_sample_of_entries_is_stratified_and_the_same_every_time(project: Project) -> None:
    rows = [{**row, "category": "rare" if number < 6 else "common"} for number, row in enumerate(many(60))]
    project.benchmark(rows)
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(entry): ...\n')
    first = collected(project, "--llm-sample=10")
    assert len(first) == 10
    assert first == collected(project, "--llm-sample=10")
    assert first != collected(project, "--llm-sample=10", "--llm-seed=1")
    assert any(f"q00{number}" in name for name in first for number in range(6))
    project.run("--llm-sample=10%").stdout.re_match_lines([r"collected 60 items / 5\d deselected / \d+ selected"])


@pytest.mark.parametrize("flag", ["--llm-sample=0", "--llm-sample=many", "--llm-shard=0/3", "--llm-shard=half"])
def test_part_that_cannot_be_read_is_one_line(project: Project, flag: str) -> None:
    result = project.run(flag)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: {flag.partition('=')[0]} must be such as *" if "shard" in flag else "ERROR: --llm-sample must be *"]
    )


def test_shard_is_named_in_the_sidecar(project: Project) -> None:
    project.benchmark(many(9))
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    project.run("--llm-shard=1/3")
    assert project.sidecar()["shard"] == "1/3"
