"""Files become benchmarks: the shapes that load, ids, hashes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.loading import benchmark_from_entries, load_benchmark
from pytest_llmeval.errors import BenchmarkError


def written(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def ids(*rows: Mapping[str, Any]) -> list[str]:
    return [entry.id for entry in benchmark_from_entries(rows).entries]


def test_code_problems_with_unit_tests_load_as_they_are(tmp_path: Path) -> None:
    row = {
        "task_id": "Shop/0",
        "prompt": 'def total(prices):\n    """Add the prices up."""\n',
        "canonical_solution": "    return sum(prices)\n",
        "test": "def check(candidate):\n    assert candidate([1, 2]) == 3\n",
        "entry_point": "total",
    }
    [entry] = load_benchmark(written(tmp_path / "code.jsonl.gz", [row])).entries
    assert entry == Entry(
        id="Shop/0",
        question=row["prompt"],
        gold_answer=row["canonical_solution"],
        metadata={"test": row["test"], "entry_point": "total"},
    )


def test_word_problems_with_worked_answers_load_as_they_are(tmp_path: Path) -> None:
    row = {"question": "Ann has 70 figs and finds 2. How many?", "answer": "70 + 2 = <<70+2=72>>72\n#### 72"}
    [entry] = load_benchmark(written(tmp_path / "sums.jsonl", [row])).entries
    assert (entry.question, entry.gold_answer, entry.metadata) == (row["question"], row["answer"], {})
    assert entry.id == f"q-{entry.hash[:8]}"


def test_conversations_with_ideal_answers_load_as_they_are(tmp_path: Path) -> None:
    talk = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital of Peru?"}]
    rows: list[dict[str, Any]] = [{"input": talk, "ideal": ["Lima", "Lima, Peru"]}, {"input": "2+2?", "ideal": "4"}]
    first, second = load_benchmark(written(tmp_path / "samples.jsonl", rows)).entries
    assert (first.question, first.messages, first.gold_answer) == (
        "Capital of Peru?",
        tuple(talk),
        ["Lima", "Lima, Peru"],
    )
    assert (second.question, second.messages, second.gold_answer) == ("2+2?", (), "4")


def test_an_entry_needs_nothing_but_a_question() -> None:
    assert benchmark_from_entries([{"question": "q"}]).entries[0].gold_answer is None


def test_every_field_of_an_entry_can_be_given_in_every_format(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "question": "Where is it read?",
        "gold_answer": "In loading.py",
        "key_points": ["loading.py", "reads"],
        "expected_files": ["a.py", "b.py"],
        "expected_tools": ["grep"],
        "response_schema": {"type": "object"},
        "tags": ["x", "y"],
        "weight": 2.5,
        "status": "quarantined",
        "messages": [{"role": "user", "content": "Where is it read?"}],
        "note": "n",
    }
    cells = {**row, "key_points": "loading.py; reads", "expected_files": "a.py;b.py", "expected_tools": "grep"}
    cells |= {name: json.dumps(row[name]) for name in ("response_schema", "messages")} | {"tags": "x, y"}
    table = [",".join(cells), ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells.values())]
    texts = {
        "a.jsonl": json.dumps(row),
        "a.ndjson": json.dumps(row),
        "a.json": json.dumps({"entries": [row]}),
        "a.yaml": json.dumps([row]),
        "a.yml": "questions:\n- " + json.dumps(row),
        "a.csv": "\n".join(table),
        "a.tsv": "\n".join(table).replace('","', '"\t"').replace(",", "\t", len(cells) - 1),
    }
    read = {}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        read[name] = load_benchmark(tmp_path / name)
    expected = benchmark_from_entries([row])
    assert {name: one.entries for name, one in read.items()} == dict.fromkeys(texts, expected.entries)
    assert {one.hash for one in read.values()} == {expected.hash}


def test_empty_cells_are_fields_not_given(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,question,category,weight,tags,note\na,q,,,,\n,r,,0.5,x,n\n", encoding="utf-8")
    first, second = load_benchmark(path).entries
    assert first == Entry(id="a", question="q")
    assert (second.weight, second.tags, second.metadata) == (0.5, ("x",), {"note": "n"})
    assert second.id.startswith("q-")


def test_columns_name_the_column_of_a_field(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [{"prompt_text": "q", "prompt": "p", "n": 5}, {"prompt": "r"}])
    first, second = load_benchmark(path, columns={"question": "prompt_text", "id": "n"}).entries
    assert (first.id, first.question, first.metadata) == ("5", "q", {"prompt": "p"})
    assert second.question == "r"


def test_columns_leave_entries_alone() -> None:
    whole = Entry(id="a", question="q", metadata={"text": "other"})
    mixed = benchmark_from_entries([whole, {"text": "t"}], columns={"question": "text"})
    assert mixed.entries[0] is whole
    assert mixed.entries[1].question == "t"
    assert benchmark_from_entries([whole], columns={"question": "text"}).entries == (whole,)


def test_entries_are_read_once_from_any_iterable() -> None:
    found = benchmark_from_entries(({"id": n, "question": "q"} for n in range(2)), name="mine")
    assert [entry.id for entry in found.entries] == ["0", "1"]
    assert found.described() == {"name": "mine", "path": None, "entries": 2, "hash": found.hash}


def test_an_id_made_from_content_is_the_same_in_another_order_file_and_slice() -> None:
    a, b = {"question": "a", "answer": "1"}, {"question": "b", "answer": "2"}
    one, two = ids(a, b)
    assert ids({"prompt": "b", "ideal": "2", "category": "c"}, a) == [two, one]
    assert [len(one), one[:2]] == [10, "q-"]
    assert ids({**a, "answer": "3"}) != [one]


def test_content_ids_that_would_clash_are_given_all_their_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {"a": "12345678aaaaaaaa", "b": "12345678bbbbbbbb", "c": "99999999cccccccc"}
    monkeypatch.setattr(Entry, "hash", property(lambda entry: hashes[entry.question]))
    rows = [{"question": name} for name in "abc"]
    assert ids(*rows) == ["q-12345678aaaaaaaa", "q-12345678bbbbbbbb", "q-99999999"]
    assert ids(*rows[::-1]) == ["q-99999999", "q-12345678bbbbbbbb", "q-12345678aaaaaaaa"]


def test_ids_are_kept_as_they_are() -> None:
    assert ids({"id": " a/b [1] é", "question": "q"}, {"id": "A", "question": "q"}, {"id": "a", "question": "q"}) == [
        " a/b [1] é",
        "A",
        "a",
    ]


def test_the_hash_changes_with_ids_and_content_and_not_with_order_or_slices() -> None:
    a, b = {"id": "a", "question": "q"}, {"id": "b", "question": "r"}
    hashes = [
        benchmark_from_entries(rows).hash
        for rows in (
            [a, b],
            [b, a],
            [{**a, "category": "c"}, b],
            [{**a, "id": "x"}, b],
            [{**a, "question": "z"}, b],
            [a],
        )
    ]
    assert hashes[0] == hashes[1] == hashes[2]
    assert len(set(hashes)) == 4


def test_a_benchmark_knows_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evals").mkdir()
    path = written(
        tmp_path / "evals/a.jsonl", [{"id": "a", "question": "q"}, {"id": "b", "question": "q", "status": "retired"}]
    )
    monkeypatch.chdir(tmp_path)
    found = load_benchmark(path)
    assert (found.name, found.path, len(found.entries)) == ("a.jsonl", path, 2)
    assert found.described() == {"name": "a.jsonl", "path": "evals/a.jsonl", "entries": 2, "hash": found.hash}
    monkeypatch.chdir(tmp_path / "evals")
    assert load_benchmark(path).shown == "a.jsonl"
    assert load_benchmark(path, shown="../evals/a.jsonl").shown == "../evals/a.jsonl"
    monkeypatch.chdir("/")
    assert load_benchmark(Path(str(path)[1:])).shown == str(path)[1:]


def test_a_path_outside_the_working_folder_is_shown_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    with pytest.raises(BenchmarkError, match="^" + str(tmp_path / "none.jsonl") + ": no such file"):
        load_benchmark(tmp_path / "none.jsonl")


def test_nothing_of_a_given_mapping_is_changed() -> None:
    row = {"input": [{"role": "user", "content": "q"}], "tags": {"risk": "low"}, "metadata": {"a": 1}, "b": 2}
    before = json.dumps(row)
    benchmark_from_entries([row])
    assert json.dumps(row) == before
