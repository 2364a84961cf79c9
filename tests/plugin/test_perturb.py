"""Perturbed variants in a run: items, records and figures of their own, with every way of running evals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from tests.plugin.conftest import Project
from tests.plugin.test_again import comparable, read
from tests.plugin.test_items import collected

EVAL = """
from pytest_llmeval import perturbations

@pytest.mark.llm_eval("questions.jsonl", graders=[graders.contains()], perturb={perturb}{more})
def test_it(entry, answer, grade):
    assert_grade(grade)
"""
SHOUT = """
def shout(entry, random):
    return entry.question.upper()
"""
IDS = ["fr", "fr-case", "fr-shout", "jp", "jp-case", "jp-shout"]


def perturbed(project: Project, perturb: str = "['case', shout]", more: str = "", rows: int = 2) -> None:
    """Questions that are echoed: the original holds the gold answer; in capitals it is not found with case=True."""
    names = ("fr", "jp", "de", "it", "es", "pt")[:rows]
    project.benchmark(
        {
            "id": name,
            "question": f"Tell {name}: Code{number} Please",
            "gold_answer": "ell",
            "category": f"c{number % 2}",
        }
        for number, name in enumerate(names)
    )
    source = EVAL.format(perturb=perturb, more=more).replace("graders.contains()", "graders.contains(case=True)")
    project.evals(SHOUT + source)


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_each_variant_is_an_item_and_a_record_with_its_parent(project: Project, way: tuple[str, ...]) -> None:
    perturbed(project)
    result = project.run(*way)
    result.assert_outcomes(passed=4, failed=2)
    records = {record["question_id"]: record for record in project.records()}
    assert sorted(records) == sorted(IDS)
    assert records["fr"]["parent_id"] is None
    assert records["fr"]["perturbation"] is None
    assert records["fr-case"]["parent_id"] == "fr"
    assert records["fr-case"]["question"] == "tell fr: Code0 please"
    assert records["fr-case"]["perturbation"] == {
        "kind": "case",
        "settings": {"seed": 0, "to": "lower"},
        "same_gold": True,
    }
    assert records["fr-shout"]["perturbation"]["settings"] == {"function": "shout", "seed": 0}
    assert records["fr-shout"]["nodeid"] == "test_evals.py::test_it[fr-shout]"
    result.stdout.fnmatch_lines(
        [
            "llm-eval: stand-in:m · 2 entries, 6 trials · no repository",
            "llm-note: 4 of 6 trials are of perturbed variants (2 case, 2 shout), in no main figure",
            "stand-in:m · 2 of 2 fully correct · 100 % *",
            "  perturbed variants: 4 trials, in no figure above",
            "  case  * 100 % * 100 % * 0.0 * 100 %",
            "  shout *   0 % * 100 % * 100.0 * 0 %",
            "  all kinds *",
        ]
    )


def test_items_stand_behind_their_original_in_a_stable_order(project: Project) -> None:
    perturbed(project)
    assert collected(project) == [f"test_it[{name}]" for name in IDS]


@pytest.mark.parametrize(
    ("args", "kept"),
    [
        (("-k", "case"), ["fr-case", "jp-case"]),
        (("-k", "fr and not shout"), ["fr", "fr-case"]),
        (("-m", "not llm_perturbed"), ["fr", "jp"]),
        (("-m", "llm_perturbed(kind='shout')"), ["fr-shout", "jp-shout"]),
        (("-m", "llm_perturbed(to='lower')"), ["fr-case", "jp-case"]),
        (("-m", "c1"), ["jp", "jp-case", "jp-shout"]),
        (("-m", "llm_entry(id='fr-case')", "--strict-markers"), ["fr-case"]),
    ],
)
def test_variants_are_selected_as_other_items_are(project: Project, args: tuple[str, ...], kept: list[str]) -> None:
    perturbed(project)
    assert collected(project, *args) == [f"test_it[{name}]" for name in kept]


def test_a_run_of_variants_alone_has_no_main_figure(project: Project) -> None:
    perturbed(project)
    result = project.run("-m", "llm_perturbed")
    result.stdout.fnmatch_lines(["stand-in:m · nothing measured in 0 trials", "  perturbed variants: 4 trials*"])


def test_every_sample_of_a_variant_is_asked(project: Project) -> None:
    perturbed(project, perturb="'case'", rows=1)
    names = ["fr", "fr-s2", "fr-case", "fr-case-s2"]
    assert collected(project, "--llm-samples=2") == [f"test_it[{name}]" for name in names]
    project.run("--llm-samples=2", "--llm-param=temperature=1")
    told = [(record["question_id"], record["sample"]) for record in project.records()]
    assert sorted(told) == [("fr", 1), ("fr", 2), ("fr-case", 1), ("fr-case", 2)]


def test_a_quota_is_counted_for_each_variant(project: Project) -> None:
    perturbed(project, perturb="[shout]", more=', samples=2, require="1/2"', rows=1)
    result = project.run("--llm-param=temperature=1")
    result.stdout.fnmatch_lines(["test_evals.py::test_it?fr-shout?: 0 of 2 passed, 1/2 required"])


def test_variants_come_from_the_cache_the_second_time(project: Project) -> None:
    perturbed(project)
    project.run("--llm-cache=auto")
    assert len(project.asked()) == 6
    project.run("--llm-cache=auto")
    assert len(project.asked()) == 6


def test_variants_are_replayed_and_graded_anew(project: Project) -> None:
    perturbed(project)
    project.run("--llm-log=first.jsonl")
    perturbed(project, perturb="['case', shout]", more=", system_prompt=None")
    project.run("--llm-replay=first.jsonl", "--llm-log=again.jsonl", model=None).assert_outcomes(passed=4, failed=2)
    assert len(project.asked()) == 6
    first, again = (read(project.path / f"{name}.jsonl") for name in ("first", "again"))
    kept = ("question_id", "parent_id", "perturbation", "answer", "grade")
    assert [[row[name] for name in kept] for row in sorted(again, key=lambda row: row["question_id"])] == [
        [row[name] for name in kept] for row in sorted(first, key=lambda row: row["question_id"])
    ]


def test_a_variant_that_is_drawn_otherwise_is_not_replayed(project: Project) -> None:
    perturbed(project, perturb="perturbations.typos(rate=1)")
    project.run("--llm-log=first.jsonl")
    perturbed(project, perturb="perturbations.typos(rate=1, seed=1)")
    result = project.run("--llm-replay=first.jsonl", "-rs", model=None)
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines(["*entry 'fr-typos' has changed since the replayed run*"])


def test_a_run_that_was_cut_off_goes_on_with_its_variants(project: Project) -> None:
    perturbed(project)
    whole = project.run("--llm-log=whole.jsonl")
    project.run("-x", "--llm-log=cut.jsonl", "--llm-concurrency=1")
    assert 0 < len(read(project.path / "cut.jsonl")) < 6
    project.run("--llm-resume=cut.jsonl")
    drop = ("request_hash",)
    cut, full = (comparable(read(project.path / f"{name}.jsonl")) for name in ("cut", "whole"))
    assert [{k: v for k, v in row.items() if k not in drop} for row in cut] == [
        {k: v for k, v in row.items() if k not in drop} for row in full
    ]
    assert whole.ret == 1


def test_variants_go_with_their_originals_into_samples_and_shards(project: Project) -> None:
    perturbed(project, rows=6)
    for part in ("--llm-sample=2", "--llm-shard=1/2"):
        chosen = collected(project, part)
        originals = [name for name in chosen if name.count("-") == 0]
        assert 0 < len(originals) < 6
        assert len(chosen) == 3 * len(originals)


def test_variants_of_several_models_stand_side_by_side(project: Project) -> None:
    perturbed(project)
    result = project.run("--llm-model=stand-in:other")
    assert "test_it[m-fr-case]" in collected(project, "--llm-model=stand-in:other")
    result.stdout.fnmatch_lines(["perturbed variants, in no figure above", "  drop shout *100.0*100.0*"])


def test_the_limit_of_the_marker_counts_originals(project: Project) -> None:
    perturbed(project, more=", limit=1")
    assert collected(project) == ["test_it[fr]", "test_it[fr-case]", "test_it[fr-shout]"]


def test_variants_of_an_entry_with_a_schema_file_carry_the_schema(project: Project) -> None:
    (project.path / "s.json").write_text('{"type": "object"}')
    project.benchmark([{"id": "a", "question": "Please answer", "response_schema": "s.json"}])
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl", perturb="case")
def test_it(entry):
    assert entry.response_schema == {"type": "object"}
""")
    project.run().assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("perturb", "said"),
    [
        ("'typo'", "*llm_eval's perturb knows no kind 'typo'; it knows typos, case, *"),
        ("['case', 'case']", "*llm_eval's perturb holds 'case' twice*"),
        ("'order'", "*perturb='order' changes none of the 2 entries; leave it out"),
        ("lambda entry, random: 1 / 0", "*paraphrase: <lambda> crashed on entry 'fr': ZeroDivisionError*"),
        ("lambda entry: 'x'", "*must take two arguments: entry and random"),
        ("perturbations.distractors(name='x')", None),
    ],
)
def test_a_perturbation_that_cannot_be_is_one_line_at_collection(
    project: Project, perturb: str, said: str | None
) -> None:
    perturbed(project, perturb=perturb)
    result = project.run()
    if said is None:
        assert "fr-x" in str(project.records())
        return
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([said])
    assert "Traceback" not in result.stdout.str()


def test_an_id_that_is_taken_is_told(project: Project) -> None:
    project.benchmark([{"id": "a", "question": "Please answer"}, {"id": "a-case", "question": "x"}])
    project.evals('@pytest.mark.llm_eval("questions.jsonl", perturb="case")\ndef test_it(answer): ...\n')
    project.run().stdout.fnmatch_lines(
        ["*the case variant of entry 'a' would be called 'a-case', as another entry is*"]
    )


def test_a_provider_s_error_on_a_variant_is_in_no_rate(project: Project) -> None:
    project.benchmark([{"id": "a", "question": "say: Please"}])
    project.evals("""
@pytest.mark.llm_eval("questions.jsonl", perturb=lambda entry, random: "fail: 400")
def test_it(answer): ...
""")
    result = project.run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["stand-in:m · 1 of 1 passed*", "  not in any rate      1 error"])


def test_the_dry_run_counts_variants(project: Project) -> None:
    perturbed(project)
    project.run("--llm-dry-run").stdout.fnmatch_lines(["stand-in:m      6 *"])
    assert project.asked() == []


def test_summarize_and_compare_keep_variants_apart(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    perturbed(project)
    project.run("--llm-log=a.jsonl")
    log = str(project.path / "a.jsonl")
    capsys.readouterr()
    assert main(["summarize", log]) == 0
    assert "perturbed variants: 4 trials, in no figure above" in capsys.readouterr().out
    assert main(["summarize", "--json", log]) == 0
    (model,) = json.loads(capsys.readouterr().out)["runs"][0]["models"]
    told: dict[str, Any] = {kind["kind"]: kind["drop"]["value"] for kind in model["variants"]["kinds"]}
    assert (model["records"], told) == (2, {"case": 0.0, "shout": 1.0})
    assert main(["summarize", "--by", "perturbation", log]) == 0
    assert "    shout  0 of 2" in capsys.readouterr().out
    main(["compare", log, log])
    assert "4 of perturbed variants, in no verdict" in capsys.readouterr().out


def test_the_sidecar_counts_variants_apart(project: Project) -> None:
    perturbed(project)
    project.run()
    totals = project.sidecar()["totals"]
    assert (totals["records"], totals["variants"]["records"], totals["trials"]) == (2, 4, 6)
    assert project.sidecar()["complete"]
    assert Path(project.path / "questions.jsonl").exists()


EVIDENCE = """
from pytest_llmeval import perturbations, probes

@pytest.mark.llm_eval(
    "questions.jsonl",
    graders=probes.grounded(grader=graders.contains()),
    perturb=[perturbations.without_evidence(), perturbations.weak_evidence()],
)
def test_it(grade):
    assert_grade(grade)
"""


@pytest.mark.parametrize("way", [(), ("-n2",)], ids=["plain", "-n 2"])
def test_without_its_evidence_a_model_should_abstain(project: Project, way: tuple[str, ...]) -> None:
    """The model repeats what it is shown; shown nothing, it says what the question tells it to."""
    (project.path / "port.md").write_text("It is 8080.\nIt is 8080.\n")
    rows = [("honest", "I don't know."), ("liar", "It is 9000."), ("wise", "It is 8080.")]
    project.benchmark(
        {"id": name, "question": f"say: {said}", "gold_answer": "8080", "context_files": ["port.md"]}
        for name, said in rows
    )
    project.evals(EVIDENCE)
    result = project.run(*way)
    grades = {record["question_id"]: record["grade"] for record in project.records()}
    assert {name: grades[f"{name}-without-evidence"] for name, _ in rows} == {
        "honest": "fully_correct",
        "liar": "wrong",
        "wise": "unsupported",
    }
    assert {grades[f"{name}{kind}"] for name, _ in rows for kind in ("", "-weak-evidence")} == {"fully_correct"}
    shown = [record for record in project.records() if record["question_id"] == "wise-weak-evidence"]
    assert shown[0]["calls"][0]["messages"][0]["content"].count("8080") == 2
    result.stdout.fnmatch_lines(
        [
            "  taken away, 3 entries",
            "    hallucinates       33 % *",
            "    more than with it  +33.3 *points, p 1.000  3 paired",
            "    abstains or asks   33 % *",
            "    right from memory  33 % *",
        ]
    )


def test_noise_levels_are_an_axis_and_a_task_that_breaks_is_not_graceful(project: Project) -> None:
    project.benchmark(
        [{"id": name, "question": f"Tell {name} what is asked here", "gold_answer": "T"} for name in "ab"]
    )
    project.evals("""
from pytest_llmeval import perturbations

def task(entry, llm):
    if entry.id.endswith("malformed60"):
        raise KeyError("no such city")
    return "I don't know." if entry.id == "b-malformed10" else "T"

@pytest.mark.llm_eval(
    "questions.jsonl", graders=graders.exact_match(), perturb=perturbations.malformed(level=[0.1, 0.6]), task=task
)
def test_it(grade): ...
""")
    result = project.run()
    result.assert_outcomes(passed=4, errors=2)
    records = {record["question_id"]: record for record in project.records()}
    assert [name for name, record in records.items() if record["crashed"]] == ["a-malformed60", "b-malformed60"]
    assert records["a-malformed10"]["perturbation"]["settings"] == {"level": 0.1, "seed": 0}
    result.stdout.fnmatch_lines(
        [
            "  graceful             2 of 4 · 50 % [[]*  valid, or says it cannot tell",
            "  not graceful         2 crashed",
            "  by noise level *",
            "  malformed              0.1 * 50 % [[]*  2 of 2 · 100 % *",
            "  malformed              0.6               –  0 of 2 · 0 % *",
            "  not in any rate      2 error",
        ]
    )


def test_a_provider_s_error_is_no_crash_of_the_task(project: Project) -> None:
    project.benchmark([{"id": "a", "question": "fail: 400"}])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_it(answer): ...\n')
    project.run().assert_outcomes(errors=1)
    assert [record["crashed"] for record in project.records()] == [False]
