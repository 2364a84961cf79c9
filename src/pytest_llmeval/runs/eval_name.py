"""Which eval a record belongs to: the test function, and what else it is parametrized by."""

from __future__ import annotations

from functools import lru_cache

from pytest_llmeval.runs.record import Record


def eval_of(record: Record) -> str:
    """Return the test function as pytest names it, with the record's test case; empty for logs without node ids.

    Two records of one entry, model and sample are of the same trial only where this is the same.

    Example:
        >>> record = Record.model_construct(nodeid="evals/test_a.py::test_a[q-short]", test_case="short")
        >>> eval_of(record)
        'evals/test_a.py::test_a[short]'
    """
    function = function_of(record.nodeid or "")
    return f"{function}[{record.test_case}]" if record.test_case else function


@lru_cache(maxsize=16)  # several figures ask it of each record
def function_of(nodeid: str) -> str:
    """Return the test function of an item, without its parameters.

    Example:
        >>> function_of("a[b]/test_c.py::TestD::test_e[q-1]")
        'a[b]/test_c.py::TestD::test_e'
    """
    path, colons, name = nodeid.partition("::")  # a folder's name may hold brackets
    return path + colons + name.partition("[")[0]


class EvalNames:
    """Names evals as short as tells them apart: ``test_x``, else ``TestA::test_x``, else with the file.

    Args:
        evals: All that are to be told apart, as `eval_of` gives them.

    Example:
        >>> names = EvalNames(["t.py::TestA::test_x", "t.py::TestB::test_x[short]", "t.py::test_y"])
        >>> names.of("t.py::TestB::test_x[short]", "q-1"), names.of("t.py::test_y", "q-1"), names.of("", "q-1")
        ('TestB::test_x[q-1-short]', 'test_y[q-1]', 'q-1')
    """

    def __init__(self, evals: set[str]) -> None:
        functions = sorted({function_of(one) for one in evals})
        self._short = {one: _shortest(one, functions) for one in functions}

    def of(self, test: str, question_id: str) -> str:
        """Return what an entry is called in one eval; its id alone where no eval is named."""
        if not test:
            return question_id
        function = function_of(test)
        case = test.removeprefix(function).removeprefix("[").removesuffix("]")
        return f"{self._short[function]}[{question_id}{f'-{case}' if case else ''}]"


def _shortest(function: str, functions: list[str]) -> str:
    parts = function.split("::")
    for kept in range(1, len(parts)):
        tail = "::".join(parts[-kept:])
        if sum(one == tail or one.endswith(f"::{tail}") for one in functions) == 1:
            return tail
    return function
