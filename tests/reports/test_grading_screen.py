from __future__ import annotations

import pytest

from pytest_llmeval.reports.grading_screen import (
    GRADES,
    LABELS,
    Page,
    Progress,
    end_keys,
    grade_keys,
    label_keys,
    page,
)
from pytest_llmeval.reports.lines import line, width_of


def screen(lines: int, offset: int = 0, *, height: int = 24, message: str | None = "hello") -> Page:
    card = [line(f"line {number}") for number in range(lines)]
    progress = Progress("anna", 3, 12, skipped=1, blind=True)
    return page(progress, card, grade_keys(80), width=80, height=height, offset=offset, message=message)


@pytest.mark.parametrize("lines", [1, 18, 100])
def test_it_is_as_high_as_the_terminal(lines: int) -> None:
    found = screen(lines)
    assert len(found.lines) == 24
    assert max(width_of(one.text) for one in found.lines) <= 80


def test_a_question_has_the_last_line() -> None:
    assert len(screen(5, message=None).lines) == 23


def test_progress_stands_above() -> None:
    first = screen(1).lines[0].text
    assert first.startswith(" █████░░░░░░░░░░░░░░░ 3 of 12 graded · 1 skipped")
    assert first.endswith("anna · blind")


def test_a_long_card_tells_what_is_below() -> None:
    found = screen(100)
    assert " 82 more lines: space " in found.lines[20].text
    assert found.step == 17
    assert " 1 more line: space " in screen(19).lines[20].text


def test_the_end_of_a_long_card_tells_the_way_back() -> None:
    found = screen(100, offset=1000)
    assert found.offset == 82
    assert found.lines[19].text == " line 99"
    assert " b back " in found.lines[20].text


def test_nothing_is_above_the_first_line() -> None:
    assert screen(100, offset=-5).offset == 0


def test_a_tiny_terminal_still_shows_some_lines() -> None:
    found = screen(100, height=5)
    assert [one.text for one in found.lines[2:5]] == [" line 0", " line 1", " line 2"]


def test_every_grade_and_label_has_its_key() -> None:
    told = "\n".join(one.text for one in [*grade_keys(80), *label_keys("wrong", 80), *end_keys(80)])
    for key, name in [*GRADES.items(), *LABELS.items()]:
        assert f"{key} {(name or 'none of these').replace('_', ' ')}" in told
    assert list(GRADES) == ["c", "p", "u", "w"]
    assert list(LABELS) == ["1", "2", "3", "4", "5", "6", "0"]
    assert "wrong, because of" in told


def test_keys_stand_out() -> None:
    first = grade_keys(80)[0]
    assert [segment.text for segment in first.segments if "bold" in segment.styles] == ["c", "p", "u", "w"]
