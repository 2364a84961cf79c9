"""Code that would rather be graded well than be right: none of its ways leads to a verdict."""

from __future__ import annotations

import pytest

from tests.grading.code.rig import run

WRONG = "\ndef f(x):\n    return -1\n"


TRICKS = {
    "prints that it passed": "print('passed')",
    "prints a verdict": """print('{"tests": [["hidden", "all", null]], "broken": null, "end": null}')""",
    "writes an answer to every descriptor": """
import os
for n in range(3, 64):
    try:
        os.write(n, b'\\x00\\x00\\x00\\x12["answer", "passed"]')
    except OSError:
        pass
""",
    "writes a verdict to every descriptor": """
import os
for n in range(3, 64):
    try:
        os.write(n, b'{"tests": [["hidden", "all", null]]}')
    except OSError:
        pass
""",
    "ends with status 0": "import os; os._exit(0)",
    "calls sys.exit": "import sys; sys.exit(0)",
    "raises SystemExit": "raise SystemExit",
    "raises KeyboardInterrupt": "raise KeyboardInterrupt",
    "replaces AssertionError": "import builtins; builtins.AssertionError = BaseException",
    "patches the assert": """
import builtins
class Never(Exception):
    def __new__(cls, *args):
        return None
builtins.AssertionError = AssertionError = Never
""",
    "patches json": "import json; json.dumps = json.loads = lambda *a, **k: 'passed'",
    "empties sys.modules": """
import sys
for name in list(sys.modules):
    sys.modules[name] = None
""",
    "searches the heap for the tests": """
import gc
for one in gc.get_objects():
    if type(one) is dict and 'check' in one:
        one['check'] = print
""",
    "climbs its frames": """
import sys
frame = sys._getframe()
while frame:
    frame.f_globals['Examiner'] = frame.f_globals['encode'] = None
    frame = frame.f_back
""",
    "brings a check of its own": "check = lambda candidate: None",
    "ends at exit": "import atexit, os; atexit.register(os._exit, 0)",
    "ends from a thread": """
import os, threading
threading.Thread(target=os._exit, args=(0,)).start()
""",
    "hangs up": "import os; os.close(3)",
    "falls over its stack": """
import sys
sys.setrecursionlimit(10 ** 8)
def deep(n):
    return deep(n + 1)
deep(0)
""",
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_wrong_answer_stays_wrong_whatever_it_does_besides(trick: str) -> None:
    outcome = run(trick + WRONG)
    assert (outcome.passed, outcome.rate()) == (False, 0.0)


LIKE_ALL = """
class Right({base}):
    __hash__ = None
    def __eq__(self, other):
        return True
    def __call__(self, x):
        return self
"""


@pytest.mark.parametrize("base", ["object", "int", "list", "str", "float", "dict"])
def test_an_object_that_equals_everything_equals_nothing_over_there(base: str) -> None:
    right = LIKE_ALL.format(base=base)
    assert run(f"{right}def f(x):\n    return Right()\n").rate() == 0.0
    assert run(f"{right}f = Right()\n").rate() == 0.0


def test_an_object_says_no_more_than_its_answers() -> None:
    forged = (
        "class Yes:\n    def __bool__(self):\n        return True\n    def __len__(self):\n        return 10 ** 9\n"
    )
    assert run(forged + "def f(x):\n    return Yes()", ["assert f(1) is True", "assert f(1) == 2"]).rate() == 0.0


def test_expecting_an_exception_is_not_met_by_ending_the_process() -> None:
    expects = [
        "try:\n    f(-1)\nexcept Exception:\n    pass\nelse:\n    assert False",
        "try:\n    f(-1)\nexcept:\n    pass",
    ]
    outcome = run("import os\ndef f(x):\n    os._exit(0)\n", expects)
    assert (outcome.rate(), outcome.ended) == (0.0, "it ended itself with exit status 0")
    assert run("def f(x):\n    raise ValueError\n", expects).passed


def test_tests_and_expected_values_are_nowhere_in_its_memory() -> None:
    code = (
        "import gc\ndef f(x):\n    texts = [one for one in gc.get_objects() if isinstance(one, (str, list, dict))]\n"
        "    return any('sekrit' + '-marker' in repr(one) for one in texts if one is not texts)\n"
    )
    tests = ["assert f(1) is False, 'sekrit-marker'"]
    assert run(code, tests, entry_point=None).passed


def test_a_callback_can_be_called_and_nothing_else() -> None:
    code = "def f(g):\n    g.__code__ = (lambda *args: 2).__code__\n    return g(1)\n"
    changed = ["mine = lambda x: x + 7\ntry:\n    f(mine)\nexcept Exception:\n    pass\nassert mine(1) == 8"]
    assert run(code, changed, entry_point=None).passed
    assert run("def f(g):\n    return g(1)\n", ["assert f(lambda x: x + 1) == 2", "assert f(len) == 2"]).rate() == 0.5
