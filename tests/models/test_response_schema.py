"""JSON Schemas are read from a dict, a file or a model; what is none is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.response_schema import read_schema


def test_schema_is_read_from_a_dict_a_file_and_a_model(tmp_path: Path) -> None:
    class Invoice(BaseModel):
        total: int

    (tmp_path / "s.json").write_text(json.dumps({"type": "object"}))
    assert read_schema({"type": "array"}) == {"type": "array"}
    assert read_schema(tmp_path / "s.json") == {"type": "object"}
    assert read_schema(Invoice)["required"] == ["total"]


def test_schema_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="int is no pydantic model"):
        read_schema(int)
    with pytest.raises(ConfigurationError, match=r"absent\.json cannot be read: .*No such file"):
        read_schema(tmp_path / "absent.json")


def test_a_byte_order_mark_is_no_part_of_the_schema(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps({"type": "object"}), encoding="utf-8-sig")
    assert read_schema(tmp_path / "s.json") == {"type": "object"}


def test_a_schema_file_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    broken, no_object = tmp_path / "broken.json", tmp_path / "list.json"
    broken.write_text("{", encoding="utf-8")
    no_object.write_text("[1]", encoding="utf-8")
    for path, message in (
        (tmp_path / "nowhere.json", "nowhere.json cannot be read: .*No such file"),
        (broken, "broken.json cannot be read: Expecting property name"),
        (no_object, r"list.json must be a JSON object, got \[1\]"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            read_schema(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b" " * (1 << 20) + b"{}", r"schema \S+big.json is larger than 1 MiB; split it, or name another file$"),
        (b'{"a":' * 100_000, r"schema \S+big.json cannot be read: .*; give a dict, or the path of a JSON file$"),
    ],
)
def test_a_schema_file_of_no_bounds_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr("pytest_llmeval.bounded.LARGEST_WHOLE", 1 << 20)
    (tmp_path / "big.json").write_bytes(content)
    with pytest.raises(ConfigurationError, match=message):
        read_schema(tmp_path / "big.json")
