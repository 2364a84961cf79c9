"""Texts by their meaning: vectors that a function of the user's makes, held against one another by their cosine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_llmeval.benchmark.checking.documents import passages_of
from pytest_llmeval.benchmark.checking.text_index import Match
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]

BATCH = 128
"""Texts that the function is given at once, at most."""
LEAST = 0.9
"""Cosine from which two texts mean the same, if nothing else is said; it differs from embedder to embedder."""
_ROWS = 512
"""Texts whose cosines with all others are computed at once: of 100,000 texts that takes 200 MB."""

Embed = Callable[[list[str]], Any]
"""Takes texts, and returns as many vectors: lists of numbers, or an array of numpy's."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """When texts mean the same."""

    name: str
    """The function's, as it was named."""
    embed: Embed
    least: float = LEAST
    """Cosine of their vectors from which on they do."""
    _known: dict[str, Vectors] = field(default_factory=dict, repr=False, compare=False)

    def known_vectors(self, texts: Sequence[str]) -> Vectors:
        """Return what `vectors` does, asking the function once for each text: embedding models have to be paid for.

        Raises:
            ConfigurationError: As `vectors` does.
        """
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self.vectors(new), strict=True))
        found = [self._known[text] for text in texts]
        self._check_lengths(map(len, found))
        return np.array(found) if found else self.vectors(())

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vector of each text, a row each, all of length 1.

        Raises:
            ConfigurationError: Where the function fails, or what it returns is not a vector for each text.
        """
        import numpy as np

        batches = [self._batch(list(texts[begin : begin + BATCH])) for begin in range(0, len(texts), BATCH)]
        self._check_lengths(batch.shape[1] for batch in batches)
        return np.concatenate(batches) if batches else np.zeros((0, 0), np.float32)

    def _batch(self, texts: list[str]) -> Vectors:
        import numpy as np

        told = self._told(texts)
        try:
            with np.errstate(over="ignore"):  # what is too large has no direction, as is told below
                made = np.asarray(told, dtype=np.float32)
        except (TypeError, ValueError, OverflowError):
            made = np.zeros(0, np.float32)
        if made.ndim != 2 or len(made) != len(texts) or not made.shape[1]:
            raise self.fault(f"must return a vector of numbers for each of {len(texts)} texts, {_got(told)}")
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            at = int(np.argmin(np.isfinite(lengths) & (lengths > 0)))
            raise self.fault(f"made a vector without a direction of {one_line(texts[at], 40)!r}")
        unit: Vectors = made / lengths
        return unit

    def _told(self, texts: list[str]) -> Any:
        try:
            told = self.embed(texts)
        except Exception as error:  # whatever the user's own code raises
            raise self.fault(f"failed ({type(error).__name__}: {one_line(str(error), 200)})") from error
        if iscoroutine(told):
            told.close()
            raise self.fault("got coroutine; it must not be async")
        return told

    def _check_lengths(self, lengths: Iterable[int]) -> None:
        told = sorted(set(lengths))
        if len(told) > 1:
            raise self.fault(f"made vectors of {told[0]} and of {told[1]} numbers")

    def fault(self, what: str) -> ConfigurationError:
        """Return the error that says what the function did."""
        return ConfigurationError(f"--embedder {self.name}: {what}")


def _got(told: object) -> str:
    sized = f" of {len(told)}" if isinstance(told, Sequence) else ""
    return f"got {type(told).__name__}{sized}"


def pairs_by_meaning(texts: Sequence[str], meaning: Meaning) -> Iterator[tuple[int, int, float]]:
    """Yield every pair of texts that mean the same: two positions, the smaller first, and their cosine."""
    import numpy as np

    vectors = meaning.known_vectors(texts)
    for begin in range(0, len(texts), _ROWS):
        cosines = vectors[begin : begin + _ROWS] @ vectors.T
        for row, other in zip(*np.nonzero(cosines >= meaning.least), strict=True):
            if begin + row < other:
                yield int(begin + row), int(other), _cosine(cosines[row, other])


def _cosine(computed: np.float32) -> float:
    return min(round(float(computed), 6), 1.0)  # single precision has about seven digits


class MeaningIndex:
    """Texts that are looked for in the passages of documents; passages are gathered, to be compared many at a time.

    Args:
        texts: What to look for.
        meaning: When it is found.
    """

    def __init__(self, texts: Sequence[str], meaning: Meaning) -> None:
        self._meaning = meaning
        self._vectors = meaning.known_vectors(texts)
        self._waiting: list[tuple[str, str]] = []

    def matches(self, name: str, text: str) -> Iterator[tuple[int, Match]]:
        """Take in a document; yield the texts that passages of it, or of earlier ones, mean, each by its place."""
        self._waiting += [(name, passage) for passage in passages_of(text)]
        while len(self._waiting) >= BATCH:
            yield from self._look()

    def rest(self) -> Iterator[tuple[int, Match]]:
        """Yield what is found in the passages that still wait."""
        if self._waiting:
            yield from self._look()

    def _look(self) -> Iterator[tuple[int, Match]]:
        import numpy as np

        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        if not len(self._vectors):
            return
        there = self._meaning.vectors([passage for _, passage in batch])
        if there.shape[1] != self._vectors.shape[1]:
            raise self._meaning.fault(f"made vectors of {self._vectors.shape[1]} and of {there.shape[1]} numbers")
        cosines = self._vectors @ there.T
        for place, passage in zip(*np.nonzero(cosines >= self._meaning.least), strict=True):
            yield int(place), Match(batch[passage][0], "by meaning", _cosine(cosines[place, passage]))
