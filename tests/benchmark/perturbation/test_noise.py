"""Noise levels: one as ever, or several, each with variants of its own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.perturbation.noise import Noise
from pytest_llmeval.benchmark.perturbation.surroundings import malformed
from pytest_llmeval.benchmark.perturbation.variants import Variant, variants_of
from pytest_llmeval.benchmark.perturbation.wording import spacing, typos
from pytest_llmeval.errors import ConfigurationError

ENTRY = Entry(id="e", question="Which of these rivers flows through the largest number of European countries today?")


def made(kind: Noise) -> list[Variant]:
    return list(variants_of(ENTRY, [kind]))


def test_each_level_makes_variants_that_bear_it_in_id_and_settings() -> None:
    found = made(malformed(level=[0.05, 0.3], n=2))
    assert [one.entry.id for one in found] == ["e-malformed5", "e-malformed5-2", "e-malformed30", "e-malformed30-2"]
    assert [one.settings["level"] for one in found] == [0.05, 0.05, 0.3, 0.3]
    assert {one.kind for one in found} == {"malformed"}
    assert len({one.entry.question for one in found}) == 4


def test_one_level_makes_the_variants_it_always_made() -> None:
    (alone,), (listed,) = made(typos(rate=0.3)), made(typos(rate=[0.3]))
    assert (alone.entry.id, listed.entry.id) == ("e-typos", "e-typos30")
    assert alone.entry.question == listed.entry.question
    assert alone.settings == listed.settings == {"rate": 0.3, "seed": 0}


def test_more_noise_changes_more() -> None:
    few, many = made(typos(rate=[0.1, 1.0]))
    asked = ENTRY.question.split()
    changed = [
        sum(one != other for one, other in zip(asked, it.entry.question.split(), strict=True)) for it in (few, many)
    ]
    assert changed[0] < changed[1]


def test_a_text_too_short_to_tell_levels_apart_has_its_variant_at_each() -> None:
    short = Entry(id="s", question="Go on")
    assert len(list(variants_of(short, [malformed(level=[0.1, 0.2])]))) == 2


def test_a_level_given_twice_counts_once() -> None:
    assert len(made(spacing(rate=[0.5, 0.5]))) == 1


@pytest.mark.parametrize("levels", [[], [0.1, 0], [0.1, 2], ["much"], [[0.1]]])
def test_levels_that_are_no_shares_are_refused(levels: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"perturbations\.malformed: level must"):
        malformed(level=levels)
