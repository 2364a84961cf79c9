"""Every fault of a benchmark, word by word as the user reads it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.benchmark.loading import benchmark_from_entries, load_benchmark
from pytest_llmeval.errors import BenchmarkError, ConfigurationError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "evals").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faults(name: str, content: str | bytes | None = None, **options: Any) -> list[str]:
    path = Path("evals") / name
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BenchmarkError) as caught:
        load_benchmark(path, **options)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return list(caught.value.faults)


def of_entry(**fields: Any) -> list[str]:
    """Return the faults of an entry without the place, which is always the same."""
    found = faults("a.jsonl", json.dumps({"id": "a", "question": "q", **fields}))
    return [text.removeprefix("evals/a.jsonl:1: ") for text in found]


NO_QUESTION = 'has no \'question\'; add it, or map a column with columns={"question": "..."}'


def of_entries(*entries: Any, **options: Any) -> list[str]:
    with pytest.raises(BenchmarkError) as caught:
        benchmark_from_entries(entries, **options)
    return list(caught.value.faults)


def test_all_faults_of_a_file_are_told_together_in_the_order_of_its_lines() -> None:
    text = "\n".join(
        [
            '{"id": "sum-1", "question": "1+1?"}',
            '{"id": "sum-2", "question": "1+2?", "weight": -1, "status": "new"}',
            '{"id": "sum-3"}',
            "",
            '{"id": "sum-1", "question": "1+3?"}',
            '{"id": "sum-6", "question": ',
        ]
    )
    assert faults("arith.jsonl", text) == [
        "evals/arith.jsonl:2: entry 'sum-2': 'weight' must be a number of at least 0, got -1",
        "evals/arith.jsonl:2: entry 'sum-2': 'status' must be one of active, quarantined, retired, got 'new'",
        f"evals/arith.jsonl:3: entry 'sum-3' {NO_QUESTION}",
        "evals/arith.jsonl:5: id 'sum-1' is already the id of line 1; ids must differ",
        "evals/arith.jsonl:6: broken JSON: Expecting value at column 29",
    ]


ROLES = "a list of objects, each with a role"
CRITERIA = "a list of texts, or of lists of texts"
TAGS = "a list of texts, text with commas, or an object of texts"


@pytest.mark.parametrize(
    ("field", "value", "takes", "got"),
    [
        ("question", 7, "text, and not blank", "7"),
        ("question", " ", "text, and not blank", "' '"),
        ("question", ["x"], "text, and not blank", "['x']"),
        ("category", ["x"], "text", "['x']"),
        ("criteria", ["a", {"x": 1}, True], CRITERIA, "{'x': 1}"),
        ("expected_files", ["a", 1, 2], "a list of texts", "1"),
        ("expected_tools", [["x"]], "a list of names, or of objects with a name", "['x']"),
        ("response_schema", [1], "a JSON Schema object, or the path of one", "[1]"),
        ("weight", "heavy", "a number of at least 0", "'heavy'"),
        ("weight", float("inf"), "a number of at least 0", "inf"),
        ("messages", "hi", ROLES, "'hi'"),
        ("messages", [{"content": "x"}], ROLES, "[{'content': 'x'}]"),
        ("tags", [{"a": 1}], TAGS, "{'a': 1}"),
        ("system_prompt", {"a": "x" * 99}, "text", f"{{'a': '{'x' * 52}…"),
    ],
)
def test_a_wrong_type_says_field_what_it_takes_and_what_it_got(field: str, value: Any, takes: str, got: str) -> None:
    assert of_entry(**{field: value}) == [f"entry 'a': {field!r} must be {takes}, got {got}"]


@pytest.mark.parametrize("value", ["", " ", [1], True])
def test_an_id_that_cannot_be_used_does_not_name_its_entry(value: Any) -> None:
    assert of_entry(id=value) == [f"entry: 'id' must be text or a number, and not blank, got {value!r}"]


def test_messages_without_a_users_text_say_so() -> None:
    assert of_entry(question=None, messages=[{"role": "system", "content": "x"}]) == [
        "entry 'a' has 'messages' without text of a user, and no 'question'; add one of them"
    ]


def test_an_entry_without_id_and_question_is_told_by_its_place() -> None:
    assert faults("a.jsonl", "{}\n") == [f"evals/a.jsonl:1: entry {NO_QUESTION}"]


def test_an_id_given_three_times_is_told_twice_and_both_times_names_the_first() -> None:
    row = '{"id": "a", "question": "q"}\n'
    assert faults("a.jsonl", row * 3) == [
        "evals/a.jsonl:2: id 'a' is already the id of line 1; ids must differ",
        "evals/a.jsonl:3: id 'a' is already the id of line 1; ids must differ",
    ]


def test_two_entries_of_the_same_content_without_ids_are_duplicates() -> None:
    assert faults("a.csv", "prompt,ideal,category\nq,1,x\nr,1,x\nq,1,y\n") == [
        "evals/a.csv:4: the entry is a duplicate of line 2; remove one, or give both an 'id'"
    ]


def test_an_id_that_takes_the_name_made_for_another_is_told() -> None:
    made = benchmark_from_entries([{"question": "q"}]).entries[0].id
    rows = [{"question": "q"}, {"id": made, "question": "r"}]
    told = [f"entries[1]: id '{made}' is already the id of entries[0]; ids must differ"]
    assert of_entries(*rows) == of_entries(*reversed(rows)) == told


def test_a_broken_cell_is_told_with_its_entry() -> None:
    assert faults("a.csv", 'id,question,criteria\na,q,"[1, x]"\n') == [
        "evals/a.csv:2: entry 'a': 'criteria' looks like JSON and is not: Expecting value: line 1 column 5 (char 4)"
    ]


def test_faults_beyond_fifty_are_counted() -> None:
    found = faults("a.jsonl", "oops\n" * 53)
    assert len(found) == 51
    assert found[49:] == [
        "evals/a.jsonl:50: broken JSON: Expecting value at column 1",
        "evals/a.jsonl: and 3 more",
    ]
    assert len(faults("b.jsonl", "oops\n" * 50)) == 50


def test_a_column_that_no_entry_has_is_one_fault() -> None:
    text = "id,prompt_txt\na,q\nb,r\n"
    assert faults("a.csv", text, columns={"question": "prompt_text", "id": "id"}) == [
        "evals/a.csv: no entry has the column 'prompt_text' that columns names for 'question'; there are id, prompt_txt"
    ]


def test_a_column_whose_cells_are_all_empty_is_there() -> None:
    Path("evals/a.csv").write_text("question,kind\nq,\n", encoding="utf-8")
    assert load_benchmark(Path("evals/a.csv"), columns={"category": "kind"}).entries[0].category is None


def test_columns_of_an_unknown_field_are_an_error_before_the_file_is_read() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^columns names 'qestion', which is no field of an entry; did you mean"
    ):
        load_benchmark(Path("evals/none.jsonl"), columns={"qestion": "x"})


def test_a_missing_file_suggests_near_names_or_what_is_there() -> None:
    for name in ("arith.jsonl", "b.csv", "c.yaml.gz", "d.json", "notes.txt"):
        (Path("evals") / name).touch()
    Path("evals/folder.json").mkdir()
    assert faults("arth.jsonl") == ["evals/arth.jsonl: no such file; did you mean 'arith.jsonl'?"]
    assert faults("zzzz") == [
        "evals/zzzz: no such file; benchmark files there: arith.jsonl, b.csv, c.yaml.gz and 1 more"
    ]


def test_a_missing_file_in_a_folder_without_any_and_in_no_folder_says_so() -> None:
    assert faults("a.jsonl") == ["evals/a.jsonl: no such file; no benchmark file is there"]
    assert faults("none/a.jsonl") == ["evals/none/a.jsonl: no such file; there is no directory 'none'"]


def test_a_directory_names_the_files_in_it() -> None:
    Path("evals/b.jsonl").touch()
    with pytest.raises(BenchmarkError) as caught:
        load_benchmark(Path("evals"))
    assert str(caught.value) == "evals: a directory, not a benchmark file; benchmark files there: b.jsonl"


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.txt", "'.txt'"), ("a.xlsx.gz", "'.xlsx'"), ("a", "'without a suffix'")]
)
def test_an_unknown_format_lists_the_known_ones(name: str, suffix: str) -> None:
    known = ".jsonl, .ndjson, .json, .yaml, .yml, .csv, .tsv"
    assert faults(name, "x") == [f"evals/{name}: unknown format {suffix}; use one of {known} (also with .gz)"]


def test_a_file_that_cannot_be_read_says_why() -> None:
    assert faults("a" * 300 + ".jsonl") == [f"evals/{'a' * 300}.jsonl: cannot be read: File name too long"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.yaml", "a.csv", "a.jsonl.gz"])
def test_an_empty_file_is_one_fault(name: str) -> None:
    assert faults(name, "") == [f"evals/{name}: the file is empty; it needs at least one entry"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "\n \n"),
        ("a.json", "[]"),
        ("a.yaml", "# none yet\n"),
        ("a.csv", "id,question\n"),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0)),
    ],
)
def test_a_file_without_entries_is_one_fault_whatever_columns_are_mapped(name: str, content: str | bytes) -> None:
    assert faults(name, content, columns={"question": "x"}) == [f"evals/{name}: no entries; it needs at least one"]


def test_a_damaged_packed_file_is_told() -> None:
    assert faults("a.jsonl.gz", b"plain") == [
        "evals/a.jsonl.gz: not a whole gzip file (Not a gzipped file (b'pl')); compress it again"
    ]


def test_faults_of_listed_entries_are_told_by_their_place() -> None:
    assert of_entries({"id": "a", "question": "q"}, "q", None, {"id": "a", "question": "q"}, {"id": "e"}) == [
        "entries[1]: an entry must be an Entry or a dict, got text",
        "entries[2]: an entry must be an Entry or a dict, got null",
        "entries[3]: id 'a' is already the id of entries[0]; ids must differ",
        f"entries[4]: entry 'e' {NO_QUESTION}",
    ]
    assert of_entries(name="mine") == ["mine: no entries; it needs at least one"]
    assert of_entries(object()) == ["entries[0]: an entry must be an Entry or a dict, got a object"]


def test_values_that_json_cannot_hold_are_told() -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    mixed, *endless, numbered = of_entries(
        {"id": "a", "question": "q", "x": {1: 1, "b": 2}},
        {"id": "a", "question": "q", "x": loop},
        {"id": "a", "question": "q", "x": deep},
        {"question": "q", 5: 1},
    )
    said = "entry 'a' holds what JSON cannot: "
    assert mixed == f"entries[0]: {said}'<' not supported between instances of 'str' and 'int'"
    assert [text.partition(said)[0] for text in endless] == ["entries[1]: ", "entries[2]: "]
    assert numbered == "entries[3]: entry: 'metadata' must be an object with text keys, got 5"
