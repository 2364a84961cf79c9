"""The two ends of the wire, in two threads of one process: what tests ask of a candidate, and what comes back."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from pytest_llmeval.grading.code.inside.candidate import Servant
from pytest_llmeval.grading.code.inside.examiner import Examiner
from pytest_llmeval.grading.code.inside.program import Program
from pytest_llmeval.grading.code.inside.remote import Gone, Link, Remote
from pytest_llmeval.grading.code.inside.suites import BadTests, Result
from pytest_llmeval.grading.code.inside.wire import LONGEST, Broken, Wire

CODE = """
class Point:
    def __init__(self, x, y=0):
        self.x, self.y = x, y
    def __len__(self):
        return 2
    def __getitem__(self, place):
        return (self.x, self.y)[place]
    def __setitem__(self, place, value):
        self.x = value
    def __repr__(self):
        return f"Point({self.x}, {self.y})"
    def moved(self, by):
        return Point(self.x + by, self.y)
    def __iter__(self):
        return iter((self.x, self.y))
    def __bool__(self):
        return self.x > 0

origin = Point(0)
limit = 7

def same(value):
    return value

def fill(numbers, mapping, items, raw):
    numbers.append(4)
    mapping["a"] = numbers
    items.clear()
    raw.extend(b"x")

def twice(function, value):
    return function(function(value))

def forever():
    n = 0
    while True:
        yield n
        n += 1

def failing(kind):
    raise kind

def endless():
    one = []
    one.append(one)
    return one

def keep(numbers):
    numbers.append(numbers)

class OddError(KeyError):
    pass

def odd():
    raise OddError("here")

def leave():
    raise SystemExit(3)
"""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    mine, its = socket.socketpair()
    with mine, its:
        yield mine, its


@pytest.fixture
def link(ends: tuple[socket.socket, socket.socket]) -> Iterator[Link]:
    mine, its = ends
    wire = Wire(its)
    wire.handle = Servant(wire, Program("", (), CODE, (), True)).handle
    thread = threading.Thread(target=lambda: _served(wire))
    thread.start()
    made = Link(Wire(mine, time.monotonic() + 60))
    made.ask("load")
    yield made
    mine.close()
    its.shutdown(socket.SHUT_RDWR)
    thread.join()


def _served(wire: Wire) -> None:
    with suppress(Broken):
        wire.serve()


def named(link: Link, name: str) -> Any:
    return link.ask("name", name)


def test_objects_are_used_as_if_they_were_here(link: Link) -> None:
    point = named(link, "Point")(3, y=4)
    assert isinstance(point, Remote)
    assert (point.x, point[1], len(point), list(point), bool(point)) == (3, 4, 2, [3, 4], True)
    assert (repr(point), str(point)) == ("Point(3, 4)", "Point(3, 4)")
    assert point.moved(2).x == 5
    point.y = 9
    point[0] = 8
    assert list(point) == [8, 9]
    assert not named(link, "origin")
    assert named(link, "limit") == 7


def test_an_object_is_itself_and_nothing_else(link: Link) -> None:
    point = named(link, "Point")(1)
    assert named(link, "same")(point) is point
    assert named(link, "Point")(1) != point
    assert not hasattr(point, "__deepcopy__")


def test_changed_arguments_are_changed_here(link: Link) -> None:
    given: list[Any] = [[1], {"b": 1}, {1}, bytearray(b"a")]
    assert named(link, "fill")(*given) is None
    assert given == [[1, 4], {"b": 1, "a": [1, 4]}, set(), bytearray(b"ax")]


def test_a_test_may_pass_functions(link: Link) -> None:
    assert named(link, "twice")(lambda x: x * 3, 2) == 18
    with pytest.raises(RuntimeError, match="no"):
        named(link, "twice")(_refuse, 1)


def _refuse(_: object) -> None:
    raise ValueError("no")


def test_what_is_neither_data_nor_function_cannot_be_passed(link: Link) -> None:
    with pytest.raises(TypeError, match="a test passes a object, which cannot be sent"):
        named(link, "same")(object())


def test_iterators_are_asked_one_by_one(link: Link) -> None:
    endless = iter(named(link, "forever")())
    assert [next(endless) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("kind", [ValueError, KeyError, IndexError, ZeroDivisionError, StopIteration])
def test_exceptions_arrive(link: Link, kind: type[Exception]) -> None:
    # A class is no plain data; it is found by its name over there.
    with pytest.raises(kind):
        named(link, "failing")(link.ask("get", _number(named(link, "__builtins__")[kind.__name__]), "__call__")("why"))


def _number(remote: Remote) -> int:
    number: int = object.__getattribute__(remote, "_number")
    return number


def test_exceptions_of_its_own_arrive_as_the_nearest_of_pythons(link: Link) -> None:
    with pytest.raises(KeyError) as caught:
        named(link, "odd")()
    assert type(caught.value).__name__ == "OddError"
    with pytest.raises(Exception, match="3") as ended:
        named(link, "leave")()
    assert type(ended.value).__name__ == "SystemExit"


def test_values_that_hold_themselves_are_refused(link: Link) -> None:
    with pytest.raises(ValueError, match="nested more than 200 levels deep"):
        named(link, "endless")()
    assert named(link, "keep")([1]) is None


def test_what_is_not_there_is_an_attribute_error(link: Link) -> None:
    with pytest.raises(AttributeError):
        named(link, "nothing")
    with pytest.raises(TypeError):
        list(named(link, "same"))


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\x00\x00\x03abc",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x02{}",
        b'\x00\x00\x00\x06["ask"]',
        b'\x00\x00\x00\x08["ask"] ',
        b"",
    ],
)
def test_a_wire_that_speaks_no_sense_is_broken_for_good(ends: tuple[socket.socket, socket.socket], said: bytes) -> None:
    mine, its = ends
    its.sendall(said)
    its.shutdown(socket.SHUT_WR)
    link = Link(Wire(mine, time.monotonic() + 60))
    with pytest.raises(Gone):
        link.ask("load")
    assert link.broken in ("it spoke no sense", "it ended")
    with pytest.raises(Gone):
        link.ask("load")


def framed(text: str) -> bytes:
    return struct.pack("!I", len(text)) + text.encode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('["answer", "passed"]', "it spoke no sense"),
        ('["answer", ["ok", ["int", 5], []]]', "it spoke no sense"),
        ('["answer", ["ok", ["handle", "x"], []]]', "it spoke no sense"),
        ('["answer", ["raise", 5]]', "it spoke no sense"),
        ('["ask", "back", 1, []]', "it spoke no sense"),
        ('["ask", "load"]', "it spoke no sense"),
        ('["violation", "fly"]', "it tried to fly"),
        ("[" * 100000, "it spoke no sense"),
    ],
)
def test_an_answer_of_another_shape_ends_the_asking(
    ends: tuple[socket.socket, socket.socket], text: str, why: str
) -> None:
    mine, its = ends
    its.sendall(framed(text))
    link = Link(Wire(mine, time.monotonic() + 60))
    with pytest.raises(Gone):
        link.ask("load")
    assert link.broken == why


def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_agreed(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    for deadline in (time.monotonic() - 1, time.monotonic() + 0.01):
        link = Link(Wire(ends[0], deadline))
        with pytest.raises(Gone):
            link.ask("load")
        assert link.broken == "it did not answer in time"


def test_a_full_wire_is_not_waited_for_either(ends: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(Broken, match="in time"):
        Wire(ends[0], time.monotonic() + 0.05).tell("x" * (8 << 20))


def test_a_wire_without_another_end_is_broken(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()
    with pytest.raises(Broken):
        Wire(ends[0]).ask("anything")


def test_a_message_longer_than_allowed_becomes_an_error(ends: tuple[socket.socket, socket.socket]) -> None:
    received: list[Any] = []
    thread = threading.Thread(target=lambda: received.append(Wire(ends[1])._receive()))
    thread.start()
    Wire(ends[0]).tell("answer", "x" * (LONGEST + 1))
    thread.join()
    assert received == [["answer", ["raise", ["OverflowError", "OverflowError", "a value is too large"]]]]


def test_a_wire_that_nobody_answers_at_refuses_questions(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[0].sendall(framed('["ask", "back"]'))
    with pytest.raises(Broken):
        Wire(ends[1]).serve()


EXAM: dict[str, Any] = {"entry_point": None, "prompt": "", "setup": [], "suites": []}


def results(link: Link, **exam: Any) -> list[Result]:
    return Examiner(link, {**EXAM, **exam}).results()


def errors(found: list[Result]) -> list[str | None]:
    return [one.error for one in found]


def test_every_assert_is_a_check_and_a_failed_one_keeps_no_other_from_running(link: Link) -> None:
    check = """
def near(a, b):
    assert abs(a - b) < 1

def check(candidate):
    assert candidate(1) == 2
    assert candidate(2) == 2, "two"
    for n in range(3):
        assert candidate(n) != 1
    if False:
        assert candidate(9) == 8
    near(candidate(5), 5)
"""
    found = results(link, entry_point="same", suites=[["hidden", check]])
    assert [one.name for one in found] == [
        "assert candidate(1) == 2",
        "assert candidate(2) == 2, 'two'",
        "assert candidate(n) != 1",
    ]
    assert errors(found) == ["got 1", None, "got 1"]


def test_what_is_not_reached_has_failed(link: Link) -> None:
    check = "def check(candidate):\n    assert candidate(1) == 1\n    candidate()\n    assert candidate(2) == 2\n"
    found = results(link, entry_point="same", suites=[["hidden", check]])
    assert [error and error.split(":")[0] for error in errors(found)] == [None, "was not reached", "TypeError"]


def test_a_check_without_asserts_passes_where_it_comes_to_its_end(link: Link) -> None:
    near = "def near(a, b):\n    assert a == b\n\ndef check(candidate):\n    near(candidate(1), {})\n"
    assert errors(results(link, entry_point="same", suites=[["hidden", near.format(1)]])) == [None]
    assert errors(results(link, entry_point="same", suites=[["hidden", near.format(2)]])) == [
        "the assertion does not hold"
    ]


def test_a_text_without_check_counts_its_asserts(link: Link) -> None:
    text = "import math\nassert math.floor(same(1.5)) == 1\nassert same(2)\nclass T:\n    assert True\n"
    assert errors(results(link, suites=[["hidden", text]])) == [None, None]


def test_lists_count_each_text(link: Link) -> None:
    found = results(
        link, setup=["p = Point(3)"], suites=[["visible", ["assert p.x == 3", "x = 1\nassert p.x == x", "nope"]]]
    )
    assert errors(found) == [None, "got 3", "NameError: name 'nope' is not defined"]


def test_modules_are_pythons_own_even_where_the_candidate_brings_its_own(link: Link) -> None:
    link.ask("get", _number(named(link, "same")), "__globals__")["math"] = 5
    assert errors(results(link, suites=[["hidden", ["assert math.isclose(same(1), 2)"]]])) == [
        "the assertion does not hold"
    ]


def test_helpers_of_the_prompt_are_its_own_and_its_classes_the_candidates(link: Link) -> None:
    prompt = "class Point: pass\n\ndef helper(x):\n    return 2 * x\n\ndef same(value):\n    '''Return it.'''\n"
    tests = ["assert helper(same(2)) == 4", "assert Point(1).x == 1"]
    assert errors(results(link, prompt=prompt, entry_point="same", suites=[["hidden", tests]])) == [None, None]


def test_a_missing_entry_point_and_a_broken_setup_fail_every_test(link: Link) -> None:
    suites = [["visible", ["assert add(1, 2) == 3"]], ["hidden", "def check(candidate):\n    pass\n"]]
    assert errors(results(link, entry_point="add", suites=suites)) == ["NameError: the answer defines no add"] * 2
    assert errors(results(link, setup=["1 / 0"], suites=suites)) == ["ZeroDivisionError: division by zero"] * 2


def test_what_cannot_be_shown_does_not_hide_the_failure(link: Link) -> None:
    test = "class Mute:\n    def __repr__(self):\n        raise ValueError\nmute = Mute()\nassert mute == 1"
    found = results(link, suites=[["hidden", ["assert same(1) == 2", test]], ["hidden", "m = 1\nassert m == 2\n"]])
    assert errors(found) == ["got 1", "got what cannot be shown", "got 1"]


@pytest.mark.parametrize(
    ("exam", "said"),
    [
        ({"suites": [["hidden", "assert ("]]}, "the hidden tests are no Python: SyntaxError"),
        ({"suites": [["visible", ["return"]]]}, "a visible test is no Python: SyntaxError"),
        ({"suites": [["hidden", "x = 1"]]}, "the hidden tests define no check(candidate) and make no assert"),
        ({"setup": ["("]}, "the setup is no Python"),
        ({"prompt": "import nothing_of_this_name\ndef same(x):\n    pass\n"}, "the prompt cannot be executed"),
    ],
)
def test_tests_that_cannot_be_run_are_told_apart_from_failures(link: Link, exam: dict[str, Any], said: str) -> None:
    with pytest.raises(BadTests) as caught:
        results(link, **exam)
    assert said in str(caught.value)


def test_an_end_in_the_middle_fails_what_is_left_even_where_a_test_expects_exceptions(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    mine, its = ends
    ok = '["answer", ["ok", null, []]]'
    handle = framed('["answer", ["ok", ["handle", 1], []]]')
    its.sendall(framed(ok) + 2 * handle + framed('["violation", "fly"]'))
    link = Link(Wire(mine, time.monotonic() + 60))
    check = "def check(candidate):\n    try:\n        candidate(1)\n    except:\n        pass\n    assert True\n"
    found = results(link, entry_point="f", suites=[["hidden", check], ["hidden", ["assert f(1)"]]])
    assert errors(found) == ["it tried to fly"] * 3


def test_ctrl_c_is_nobodys_failure(link: Link) -> None:
    with pytest.raises(KeyboardInterrupt):
        results(link, suites=[["hidden", ["raise KeyboardInterrupt"]]])
