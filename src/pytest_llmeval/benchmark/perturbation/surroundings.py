"""Perturbations that put something around the question: a template, idle talk, a claim, rubbish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from random import Random
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.drawn import TextPerturbation
from pytest_llmeval.benchmark.perturbation.noise import Levels, Noise
from pytest_llmeval.benchmark.perturbation.perturbation import (
    Draft,
    Perturbation,
    asked_text,
    asking,
    check_count,
)

TEMPLATES = (
    "Question: {question}\nAnswer:",
    "Q: {question}\nA:",
    "<question>\n{question}\n</question>",
    "Hi! {question} Thank you!",
    "## Question\n\n{question}\n\n## Answer",
    "Please answer the following. {question}",
)
IDLE = (
    "My neighbour painted her fence green last week.",
    "The bus was ten minutes late this morning.",
    "I had soup for lunch.",
    "It has been raining since Tuesday.",
    "My cousin collects old postcards.",
    "The lift in our building is being repaired.",
    "There is a market in our street on Saturdays.",
    "I left my umbrella at the office.",
)
"""Sentences without numbers, questions or facts that an answer could use."""
_RUBBISH = ("{", "}}", '"', "'", "</", "<br>", "&nbsp;", "\\n", "%s", "$$", "```", "[[", "\u200b", "Ã©", "\ufffd")


@dataclass(frozen=True)
class Template(TextPerturbation):
    """Sets the question in a frame that says nothing about it.

    Args:
        templates: Texts with ``{question}`` in them, from which ``n`` different ones are drawn.
    """

    default_name: ClassVar[str] = "template"

    _: KW_ONLY
    templates: Sequence[str] = TEMPLATES

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.templates, str) or not self.templates:
            raise self.fault("templates must be a list of texts with {question} in them")
        for one in self.templates:
            if not isinstance(one, str) or one.count("{question}") != 1:
                raise self.fault(f"a template holds {{question}} once, got {one!r}")

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  only the text counts
        """Choose a frame."""
        return random.choice(self.templates).replace("{question}", text)


@dataclass(frozen=True)
class Distractors(TextPerturbation):
    """Puts sentences before the question that have nothing to do with it.

    Used several times with different ``k``, it shows how the drop grows with the number of sentences.

    Args:
        k: How many sentences, at least 1.
        sentences: From which they are drawn without repeats.
    """

    default_name: ClassVar[str] = "distractors"

    k: int = 1
    _: KW_ONLY
    sentences: Sequence[str] = IDLE

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self, k=self.k)
        if isinstance(self.sentences, str) or len(self.sentences) < self.k:
            raise self.fault(f"sentences must be a list of at least {self.k}; k={self.k} are drawn without repeats")

    @property
    def kind(self) -> str:
        """Return the name, with the number of sentences where there are several."""
        return self.name or self.default_name + (f"-{self.k}" if self.k != 1 else "")

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  only the text counts
        """Draw the sentences."""
        return " ".join([*random.sample(list(self.sentences), self.k), text])


@dataclass(frozen=True)
class Malformed(Noise):
    """Strews stray markup, quotes and broken characters between the words, as careless copying does.

    Args:
        level: For how many of the gaps between words, as a share above 0 and up to 1, at least one gap; or several
            shares, each with variants of its own.
    """

    default_name: ClassVar[str] = "malformed"
    axis: ClassVar[str] = "level"

    _: KW_ONLY
    level: Levels = 0.1

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  only the text counts
        """Strew it in; every word of the text stays whole."""
        words = text.split(" ")
        gaps = set(random.sample(range(len(words)), max(1, round(self.strength * len(words)))))
        told = ([random.choice(_RUBBISH), word] if at in gaps else [word] for at, word in enumerate(words))
        return " ".join(piece for pieces in told for piece in pieces)


@dataclass(frozen=True)
class Leading(TextPerturbation):
    """Lets the user suggest an answer: the same question as a leading one.

    Args:
        claim: The field of the entry that holds what the user suggests: ``gold_answer`` for a right suggestion, a field
            of the metadata, such as ``wrong_answer``, for a wrong one. Entries without it get no variant.
        wording: With ``{claim}`` in it; follows the question.
    """

    default_name: ClassVar[str] = "leading"

    claim: str = "wrong_answer"
    _: KW_ONLY
    wording: str = "I think it is {claim}, right?"

    def __post_init__(self) -> None:
        super().__post_init__()
        if "{claim}" not in self.wording:
            raise self.fault(f"wording must hold {{claim}}, got {self.wording!r}")

    @property
    def kind(self) -> str:
        """Return the name, which tells whether the suggestion is right."""
        return self.name or f"{self.default_name}-{'right' if self.claim == 'gold_answer' else 'wrong'}"

    def rewritten(self, text: str, entry: Entry, random: Random) -> str | None:  # noqa: ARG002  nothing is drawn
        """Add the suggestion."""
        claim = entry.field(self.claim)
        claim = claim[0] if isinstance(claim, list | tuple) and claim else claim
        if claim is None or claim == "" or isinstance(claim, dict | list | tuple):
            return None
        return f"{text}\n\n{self.wording.replace('{claim}', str(claim))}"


@dataclass(frozen=True)
class Listed(Perturbation):
    """Asks the wordings that the entry itself lists, such as paraphrases written by people or a model beforehand.

    Args:
        of: The field of the metadata with a list of texts; each becomes a variant, at most ``n`` where that is given.
    """

    default_name: ClassVar[str] = "paraphrases"

    of: str = "paraphrases"
    _: KW_ONLY
    n: int = field(default=1_000, repr=False)

    def __post_init__(self) -> None:
        check_count(self, n=self.n)
        super().__post_init__()

    def drafts(self, entry: Entry) -> Iterator[Draft]:
        """Yield one variant for each different wording."""
        told: Any = entry.metadata.get(self.of) or ()
        texts = (told,) if isinstance(told, str) else tuple(told) if isinstance(told, list | tuple) else ()
        if not all(isinstance(one, str) and one.strip() for one in texts):
            raise self.fault(f"entry {entry.id!r}: {self.of} must be a list of texts, got {told!r}")
        original = asked_text(entry)
        wordings = [one for one in dict.fromkeys(texts) if one != original]
        for number, text in enumerate(wordings[: self.n] if original is not None else (), 1):
            yield Draft(asking(entry, text), self.kind + (str(number) if number > 1 else ""), self.settings)


distractors = Distractors
leading = Leading
listed = Listed
malformed = Malformed
template = Template
