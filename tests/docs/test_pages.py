"""How pages are read, and when shown output counts as printed."""

from __future__ import annotations

import pytest

from tests.docs.expected import missing_line
from tests.docs.pages import Page, anchor, pages
from tests.docs.runner import FILES, PageRun, assignments, dialogues, shell_lines

SAMPLE = """\
# Title, with `code`

A file `notes.txt`, then `data/rows.jsonl`:

```jsonl
{"id": 1}
```

See [there](other.md#part) and ![no](picture.png).

````text
```python
not read
```
````

```python
# tests/test_a.py
# [not a link](x)
```
"""


def test_blocks_know_language_name_and_line() -> None:
    found = Page("p.md", SAMPLE).blocks
    assert [(one.language, one.name, one.line) for one in found] == [
        ("jsonl", "data/rows.jsonl", 5),
        ("text", None, 11),
        ("python", "tests/test_a.py", 17),
    ]
    assert found[0].text == '{"id": 1}\n'


def test_links_and_headings_are_read_outside_of_blocks() -> None:
    sample = Page("p.md", SAMPLE)
    assert sample.links == ["other.md#part"]
    assert sample.anchors == {"title-with-code"}
    assert anchor("Tasks: your own system") == "tasks-your-own-system"


@pytest.mark.parametrize("language", ["", "bash", "py", "yml"])
def test_a_block_in_a_language_that_nobody_executes_is_a_fault(language: str, pytester: pytest.Pytester) -> None:
    page = Page("p.md", f"```{language}\nx\n```\n")
    with pytest.raises(pytest.fail.Exception, match="is not executed; mark it as text"):
        PageRun(page, pytester).all_blocks()


@pytest.mark.parametrize("language", FILES)
def test_a_file_without_a_name_is_a_fault(language: str, pytester: pytest.Pytester) -> None:
    with pytest.raises(pytest.fail.Exception, match="names its file"):
        PageRun(Page("p.md", f"```{language}\nx\n```\n"), pytester).all_blocks()


def test_a_file_that_nothing_uses_is_a_fault(pytester: pytest.Pytester) -> None:
    with pytest.raises(AssertionError, match=r"nothing uses helper\.py"):
        PageRun(Page("p.md", "```python\n# helper.py\n```\n"), pytester).all_blocks()


def test_a_command_that_nobody_knows_is_a_fault(pytester: pytest.Pytester) -> None:
    with pytest.raises(pytest.fail.Exception, match="do not know how to run 'frobnicate now'"):
        PageRun(Page("p.md", "```sh\nfrobnicate now\n```\n"), pytester).all_blocks()


def test_an_output_that_is_not_printed_is_a_fault(pytester: pytest.Pytester) -> None:
    text = "```python\n# say.py\nprint('yes')\n```\n```console\n$ python say.py\nno\n```\n"
    with pytest.raises(AssertionError, match=r"python say\.py does not print 'no'"):
        PageRun(Page("p.md", text), pytester).all_blocks()


def test_an_eval_that_fails_is_a_fault_unless_its_report_is_shown(pytester: pytest.Pytester) -> None:
    text = "```python\n# test_no.py\ndef test_no():\n    assert False\n```\n"
    with pytest.raises(AssertionError, match=r"pytest test_no.py --llm-model=\S+ ended with 1"):
        PageRun(Page("p.md", text), pytester).all_blocks()
    PageRun(
        Page("p.md", text + "```console\n$ pytest test_no.py\n...\nE       assert False\n```\n"), pytester
    ).all_blocks()


def test_an_eval_that_asks_nobody_for_want_of_a_model_is_a_fault(pytester: pytest.Pytester) -> None:
    code = (
        "import pytest\n@pytest.mark.llm_eval(entries=[{'id': 'a', 'question': 'Why?'}])\ndef test_why(answer): ...\n"
    )
    text = f"```python\n# test_why.py\n{code}```\n```sh\npytest test_why.py%s\n```\n"
    with pytest.raises(AssertionError, match=r"p.md:7: pytest test_why.py asks nobody; name the model"):
        PageRun(Page("p.md", text % ""), pytester).all_blocks()
    PageRun(Page("p.md", text % " --llm-model=offline:closed-book"), pytester).all_blocks()


def test_numbers_bars_and_runs_may_differ_and_words_may_not() -> None:
    shown = "x 3 of 40 · 8 % ██▌\nlog llm-runs/20261121T055801Z-161f47.jsonl\n"
    assert missing_line(shown, "x 12 of 1,040 · 8.5 %\nlog llm-runs/20270101T000000Z-abcdef.jsonl\n") is None
    assert missing_line("x 3 of 40", "x 3 from 40") == "x 3 of 40"


def test_shown_lines_follow_each_other_unless_dots_stand_between() -> None:
    assert missing_line("a\nc", "a\nb\nc") == "c"
    assert missing_line("a\n...\nc", "a\nb\nc") is None
    assert missing_line("a ... d", "a b c d") is None
    assert missing_line("c\n...\na", "a\nb\nc") == "a"


def test_commands_are_taken_apart() -> None:
    assert list(dialogues("$ one\nout\n$ two\n")) == [("one", "out"), ("two", "")]
    assert list(shell_lines("# why\na \\\n  b\n\nc\n")) == ["a    b", "c"]
    assert assignments(["A=1", "pytest", "-k", "a=b"]) == ({"A": "1"}, ["pytest", "-k", "a=b"])


def test_pages_are_found() -> None:
    assert {"README.md", "docs/write-an-eval.md"} <= {one.name for one in pages()}
