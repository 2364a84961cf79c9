"""What the tests hold of the candidate: stand-ins for its functions and objects, whose every use is a question."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from pytest_llmeval.grading.code.inside.values import Unreadable, decode, decode_error, encode, encode_error
from pytest_llmeval.grading.code.inside.wire import Broken, Wire


class Gone(BaseException):
    """The candidate can no longer be asked; no ``except Exception`` of a test may take that for an answer."""


class Link:
    """The tests' end of the wire.

    Args:
        wire: To the candidate.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        wire.handle = self._answer
        self._callbacks: dict[int, Callable[..., Any]] = {}
        self._count = itertools.count(1)
        self._held: dict[int, Remote] = {}
        self.broken: str | None = None
        """Why the candidate can no longer be asked; None while it can."""

    def ask(self, *question: object) -> Any:
        """Ask the candidate.

        Raises:
            Gone: Where it can no longer be asked.
            Exception: What it raised.
        """
        return self._value(self._said(*question)[0])

    def _said(self, *question: object) -> tuple[Any, list[Any]]:
        if self.broken is not None:
            raise Gone(self.broken)
        try:
            answer = self._wire.ask(*question)
            match answer:
                case ["ok", value, list(changed)]:
                    return value, changed
                case ["raise", told]:
                    error = decode_error(told)
                case _:
                    raise Unreadable("no answer")
        except (Broken, Unreadable) as fault:
            raise self._give_up(fault) from None
        raise error

    def _give_up(self, fault: Exception) -> Gone:
        self.broken = str(fault) if isinstance(fault, Broken) else "it spoke no sense"
        return Gone(self.broken)

    def _value(self, data: Any) -> Any:
        try:
            return decode(data, self._resolve)
        except (Unreadable, RecursionError) as fault:
            raise self._give_up(Unreadable(str(fault))) from None

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call one of the candidate's functions; arguments it changes are changed here too."""
        given = [self.sent(one) for one in args]
        value, changed = self._said("call", number, given, [[name, self.sent(one)] for name, one in kwargs.items()])
        for place, now in changed:
            if isinstance(place, int) and 0 <= place < len(args):
                _refill(args[place], self._value(now))
        return self._value(value)

    def sent(self, value: object) -> Any:
        """Make a value ready to be sent."""
        return encode(value, self._export)

    def _export(self, value: object) -> Any:
        if isinstance(value, Remote):
            return ["handle", object.__getattribute__(value, "_number")]
        if not callable(value):
            raise TypeError(f"a test passes a {type(value).__name__}, which cannot be sent to the candidate")
        number = next(self._count)
        self._callbacks[number] = value
        return ["callback", number]

    def _resolve(self, tag: str, data: Any) -> Any:
        if tag != "handle" or not isinstance(data, int):
            raise Unreadable("no value")
        return self._held.setdefault(data, Remote(self, data))

    def _answer(self, question: list[Any]) -> list[Any]:
        """Call a function that a test has passed to the candidate; nothing else can be asked of this side."""
        match question:
            case ["back", int(number), list(args)] if number in self._callbacks:
                try:
                    return ["ok", self.sent(self._callbacks[number](*(self._value(one) for one in args)))]
                except Exception as error:
                    return ["raise", encode_error(error)]
            case _:
                raise Broken("it spoke no sense")


def _refill(old: Any, new: Any) -> None:
    if isinstance(old, list | bytearray) and isinstance(new, list | bytearray):
        old[:] = new
    elif isinstance(old, dict | set) and isinstance(new, dict | set):
        old.clear()
        old.update(new)


class Remote:
    """An object of the candidate's; equal to itself alone, whatever the candidate's own idea of equality is."""

    __slots__ = ("_link", "_number")

    def __init__(self, link: Link, number: int) -> None:
        object.__setattr__(self, "_link", link)
        object.__setattr__(self, "_number", number)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it over there."""
        link: Link = object.__getattribute__(self, "_link")
        return link.call(object.__getattribute__(self, "_number"), args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _asked(self, "get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        _asked(self, "set", name, object.__getattribute__(self, "_link").sent(value))

    def __getitem__(self, key: Any) -> Any:
        return _asked(self, "item", object.__getattribute__(self, "_link").sent(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        sent = object.__getattribute__(self, "_link").sent
        _asked(self, "put", sent(key), sent(value))

    def __len__(self) -> int:
        return int(_asked(self, "len"))

    def __bool__(self) -> bool:
        return _asked(self, "bool") is True

    def __str__(self) -> str:
        return str(_asked(self, "str"))

    def __repr__(self) -> str:
        return str(_asked(self, "repr"))

    def __iter__(self) -> Iterator[Any]:
        found = _asked(self, "iter")
        if not isinstance(found, Remote):
            raise TypeError("what the candidate returned cannot be iterated")
        while True:
            match _asked(found, "next"):
                case (True, value):
                    yield value
                case _:
                    return


def _asked(remote: Remote, verb: str, *args: object) -> Any:
    link: Link = object.__getattribute__(remote, "_link")
    return link.ask(verb, object.__getattribute__(remote, "_number"), *args)
