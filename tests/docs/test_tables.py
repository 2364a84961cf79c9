"""Tables that repeat the code say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import doc_tables


def test_tables_are_up_to_date() -> None:
    late = [path.name for path, _ in doc_tables.outdated()]
    assert late == [], "run: python -m tools.doc_tables"


def test_every_table_stands_on_a_page() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in doc_tables.DOCS.glob("*.md"))
    assert [name for name in doc_tables.TABLES if f"<!-- table: {name} -->" not in text] == []


@pytest.mark.parametrize("name", [name for name in doc_tables.TABLES if name != "providers"])
def test_no_cell_of_a_table_is_empty(name: str) -> None:
    assert [line for line in doc_tables.TABLES[name]().splitlines() if "|  |" in line] == []


def test_an_outdated_page_is_told_and_mended(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- table: spellings -->\nold\n<!-- end of table -->\nAfter\n", encoding="utf-8")
    ((path, fresh),) = doc_tables.outdated(tmp_path)
    assert path == page
    assert fresh.startswith("Before\n<!-- table: spellings -->\n| field | also read from |\n")
    assert fresh.endswith("<!-- end of table -->\nAfter\n")
    page.write_text(fresh, encoding="utf-8")
    assert list(doc_tables.outdated(tmp_path)) == []


def test_types_are_told_in_words() -> None:
    assert doc_tables.type_of({"anyOf": [{"type": "number"}, {"type": "null"}]}) == "number or null"
    assert doc_tables.type_of({"type": "array", "items": {"$ref": "#/$defs/Call"}}) == "list of Call"
    assert doc_tables.type_of({"enum": ["a", "b"], "type": "string"}) == "`a`, `b`"


def test_bars_in_a_cell_do_not_end_it() -> None:
    assert doc_tables.table(["a"], [["N|P%"]]).splitlines()[-1] == "| N\\|P% |"
