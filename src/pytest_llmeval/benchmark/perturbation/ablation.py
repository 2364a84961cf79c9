"""Perturbation of the evidence: what the answer rests on is taken away, or only a part of it is left.

A variant says in its metadata, under `FIELD`, what became of its evidence, so that graders know what to expect of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from random import Random
from typing import Any, ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.drawn import DrawnPerturbation
from pytest_llmeval.benchmark.perturbation.perturbation import Draft, Perturbation, asked_text, asking

FIELD = "ablation"
"""The key of a variant's metadata: ``{"evidence": "absent" or "weak", ...}``; entries of a file may bear it too."""
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_GAP = re.compile(r"\n\s*\n\s*\n+")


@dataclass(frozen=True)
class Ablation(Perturbation):
    """A kind that changes what an entry's answer rests on.

    That is its ``context_files``, of these the ``expected_files`` where some of them are expected ones; or, where
    ``evidence`` names a field of the metadata, the text or the texts that it holds, which are taken out of the question
    wherever they stand in it, and out of the field for tasks of one's own that read it.

    Conversations with ``turns`` get no variant, nor do entries without evidence.

    Args:
        evidence: A field of the metadata; None for the context files.
    """

    evidence: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.evidence is not None and (not isinstance(self.evidence, str) or not self.evidence.strip()):
            raise self.fault(f"evidence must name a field of the entries, got {self.evidence!r}")

    def texts(self, entry: Entry) -> list[str]:
        """Return the texts that the named field holds; none where it is empty.

        Raises:
            ConfigurationError: Where it holds anything else.
        """
        told: Any = entry.metadata.get(self.evidence or "") or []
        texts = [told] if isinstance(told, str) else told
        if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
            raise self.fault(f"entry {entry.id!r}: {self.evidence} must be a text or a list of texts, got {told!r}")
        return [one for one in texts if one.strip()]

    def with_texts(self, entry: Entry, texts: Mapping[str, str], ablation: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changes that put other texts in the place of some; an empty one goes whole."""
        asked = asked_text(entry) or ""
        for old, new in texts.items():
            asked = asked.replace(old, new, 1)
        kept = [one for one in texts.values() if one]
        single = isinstance(entry.metadata.get(self.evidence or ""), str)
        told = ("".join(kept) if single else kept) if self.evidence else None
        changes = dict(asking(entry, _GAP.sub("\n\n", asked).strip())) if asked_text(entry) is not None else {}
        return {**changes, "metadata": {self.evidence: told, FIELD: dict(ablation)}}


@dataclass(frozen=True)
class WithoutEvidence(Ablation):
    """Asks without what the answer rests on: now the right thing is to abstain, or to ask for it.

    Args:
        retrieved: Whether the task itself finds the evidence. Then the variant names in
            ``entry.metadata["ablation"]["removed"]`` the expected files, and the task must leave them out.
    """

    default_name: ClassVar[str] = "without-evidence"

    _: KW_ONLY
    retrieved: bool = False

    def drafts(self, entry: Entry) -> Iterator[Draft]:
        """Yield the one variant, with all of it taken away."""
        changes = self._without(entry)
        if changes is not None:
            yield Draft(changes, self.kind, self.settings)

    def _without(self, entry: Entry) -> Mapping[str, Any] | None:
        if entry.turns:
            return None
        if self.evidence is not None:
            texts = self.texts(entry)
            return self.with_texts(entry, dict.fromkeys(texts, ""), _told("absent", ())) if texts else None
        removed = entry.expected_files if self.retrieved else supporting_files(entry)
        if not removed:
            return None
        kept = tuple(one for one in entry.context_files if one not in removed)
        return {"context_files": kept, "expected_files": (), "metadata": {FIELD: _told("absent", removed)}}


@dataclass(frozen=True)
class WeakEvidence(Ablation, DrawnPerturbation):
    """Asks with a part of what the answer rests on: now it is right to answer rightly, to abstain, or to ask.

    Lines are left out of files, texts of a list, sentences of a single text; of one sentence its last words.

    Args:
        keep: The share that is left, above 0 and below 1; at least one piece stays, and at least one goes.
    """

    default_name: ClassVar[str] = "weak-evidence"

    _: KW_ONLY
    keep: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.keep, bool) or not isinstance(self.keep, int | float) or not 0 < self.keep < 1:
            raise self.fault(f"keep must lie above 0 and below 1, got {self.keep!r}")

    def changed(self, entry: Entry, random: Random) -> Mapping[str, Any] | None:
        """Draw what is left."""
        if entry.turns:
            return None
        lot = random.getrandbits(32)
        if self.evidence is None:
            files = supporting_files(entry)
            told = {**_told("weak", ()), "cut": list(files), "keep": self.keep, "lot": lot}
            return {"metadata": {FIELD: told}} if files else None
        texts = self.texts(entry)
        if not texts:
            return None
        if len(texts) == 1:
            return self.with_texts(entry, {texts[0]: weakened(texts[0], self.keep, lot)}, _told("weak", ()))
        left = set(_drawn(len(texts), self.keep, Random(lot)))  # noqa: S311  variants, not secrets
        return self.with_texts(
            entry, {text: text if at in left else "" for at, text in enumerate(texts)}, _told("weak", ())
        )


def _told(state: str, removed: tuple[str, ...]) -> dict[str, Any]:
    return {"evidence": state, "removed": list(removed)}


def supporting_files(entry: Entry) -> tuple[str, ...]:
    """Return the context files an answer rests on: the expected ones among them, else all.

    None where the entry brings a conversation of its own, for then they are not shown.
    """
    if entry.messages:
        return ()
    expected = tuple(one for one in entry.context_files if any(_same(one, file) for file in entry.expected_files))
    return expected or entry.context_files


def _same(one: str, other: str) -> bool:
    """Compare paths of which one may start from the benchmark's folder, the other from the repository's root."""
    a, b = (path.replace("\\", "/").removeprefix("./") for path in (one, other))
    return a == b or a.endswith(f"/{b}") or b.endswith(f"/{a}")


def shown_text(entry: Entry, name: str, text: str) -> str:
    """Return what of a context file's text an entry shows: all, unless it is a variant with weak evidence."""
    told = entry.metadata.get(FIELD)
    if not isinstance(told, Mapping) or name not in (told.get("cut") or ()):
        return text
    return weakened(text, float(told["keep"]), int(told["lot"]))


def weakened(text: str, keep: float, lot: int) -> str:
    """Leave a share of a text, its pieces in their order: of its lines, else its sentences, else its first words.

    Args:
        text: The text.
        keep: The share, above 0 and below 1.
        lot: Another one leaves other pieces.

    Example:
        >>> weakened("One. Two. Three. Four.", 0.5, 1)
        'Two. Three.'
        >>> weakened("The port is 8080", 0.5, 1)
        'The port'
    """
    lines = [one for one in text.splitlines() if one.strip()]
    sentences = _SENTENCES.split(text.strip())
    pieces, joint = (lines, "\n") if len(lines) > 1 else (sentences, " ")
    if len(pieces) > 1:
        return joint.join(pieces[at] for at in _drawn(len(pieces), keep, Random(lot)))  # noqa: S311  no secret
    words = text.split()
    return " ".join(words[: _left(len(words), keep)]) if len(words) > 1 else ""


def _drawn(count: int, keep: float, random: Random) -> list[int]:
    return sorted(random.sample(range(count), _left(count, keep)))


def _left(count: int, keep: float) -> int:
    return min(max(1, round(keep * count)), count - 1)


weak_evidence = WeakEvidence
without_evidence = WithoutEvidence
