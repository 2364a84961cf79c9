"""Which part of a benchmark is run."""

from __future__ import annotations

import doctest
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.benchmark import sampling
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.benchmark.sampling import Sample, Shard, choose_sample, in_shard
from pytest_llmeval.errors import ConfigurationError

ENTRIES = st.lists(
    st.builds(
        Entry,
        id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=4).filter(str.strip),
        question=st.just("q"),
        category=st.none() | st.sampled_from(["a", "b", "c"]),
    ),
    max_size=40,
    unique_by=lambda entry: entry.id,
)
SHARES = st.builds(Sample, share=st.floats(0.001, 1))
COUNTS = st.builds(Sample, count=st.integers(1, 50))


def many(size: int, category: str | None = None, start: int = 0) -> list[Entry]:
    return [Entry(id=f"{category}-{number}", question="q", category=category) for number in range(start, start + size)]


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.id for entry in entries]


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(sampling).failed == 0


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("1", Sample(count=1)),
        ("050", Sample(count=50)),
        ("10%", Sample(share=0.1)),
        ("0.5%", Sample(share=0.005)),
        ("100%", Sample(share=1.0)),
    ],
)
def test_a_sample_is_a_count_or_a_share(text: str, sample: Sample) -> None:
    assert Sample.parse(text) == sample


BAD_SAMPLES = [
    "0",
    "0%",
    "0.0%",
    "101%",
    "100.1%",
    "abc",
    "",
    "%",
    "-5",
    "-5%",
    "1.5",
    "10 %",
    "nan%",
    "1e2%",
    "٣",
    "5\n",
]


@pytest.mark.parametrize("text", BAD_SAMPLES)
def test_a_sample_of_nothing_or_of_more_than_all_is_an_error(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Sample.parse(text)
    assert str(caught.value) == (
        f"--llm-sample must be a count of at least 1, such as 50, or a share above 0% and up to 100%, got {text!r}"
    )


@pytest.mark.parametrize(
    "text", ["0/5", "6/5", "x", "", "2", "2/", "/5", "0/0", "-1/5", "2/5/7", " 2/5", "1.0/2", "٢/٥"]
)
def test_a_shard_that_does_not_exist_is_an_error(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Shard.parse(text)
    assert str(caught.value) == (f"--llm-shard must be such as 2/5, the second of five (1/5 to 5/5), got {text!r}")


@given(st.integers(1, 50).flatmap(lambda count: st.tuples(st.integers(1, count), st.just(count))))
def test_every_shard_from_the_first_to_the_last_can_be_named(shard: tuple[int, int]) -> None:
    assert Shard.parse(f"{shard[0]}/{shard[1]}") == Shard(*shard)


@given(st.text(), st.integers(1, 12))
def test_all_shards_together_hold_each_entry_exactly_once(entry_id: str, count: int) -> None:
    assert [in_shard(entry_id, Shard(index, count)) for index in range(1, count + 1)].count(True) == 1


def test_shards_are_of_about_the_same_size_in_a_sample_too() -> None:
    sampled = choose_sample(many(20_000), Sample(share=0.2))
    sizes = Counter(next(i for i in range(1, 6) if in_shard(entry.id, Shard(i, 5))) for entry in sampled)
    # The standard deviation of a shard's size is 25.
    assert all(abs(size - len(sampled) / 5) < 125 for size in sizes.values())
    assert len(sizes) == 5


def test_what_is_chosen_is_the_same_on_every_machine() -> None:
    # Results of an earlier run: a change of the hash would make old samples and shards useless.
    assert ids(choose_sample(many(12, "x"), Sample(count=4))) == ["x-0", "x-4", "x-6", "x-7"]
    assert [number for number in range(12) if in_shard(f"x-{number}", Shard(1, 3))] == [0, 1, 2, 5]


@given(ENTRIES, SHARES | COUNTS, st.integers())
def test_the_chosen_stand_in_the_order_of_the_file_and_do_not_depend_on_it(
    entries: list[Entry], sample: Sample, seed: int
) -> None:
    chosen = choose_sample(entries, sample, seed)
    assert list(chosen) == [entry for entry in entries if entry in chosen]
    assert set(ids(choose_sample(reversed(entries), sample, seed))) == set(ids(chosen))


@given(ENTRIES, SHARES, st.integers())
def test_a_share_takes_from_every_category(entries: list[Entry], sample: Sample, seed: int) -> None:
    chosen = choose_sample(entries, sample, seed)
    assert {entry.category for entry in chosen} == {entry.category for entry in entries}


@given(ENTRIES, st.integers(0, 40), SHARES, st.integers())
def test_a_file_that_grows_keeps_its_share(entries: list[Entry], old: int, sample: Sample, seed: int) -> None:
    before = choose_sample(entries[:old], sample, seed)
    after = choose_sample(entries, sample, seed)
    stayed = {entry.id for entry in after} & {entry.id for entry in entries[:old]}
    assert stayed <= set(ids(before))
    # Only the stand-in of a category may have given its place to one with a lower lot.
    for entry in before:
        of_its_category = [one for one in before if one.category == entry.category]
        assert entry.id in stayed or len(of_its_category) == 1


def test_a_share_of_a_thick_category_keeps_exactly_the_old_ones() -> None:
    old = many(500, "a")
    before, after = (choose_sample(entries, Sample(share=0.1)) for entries in (old, [*many(300, "a", 500), *old]))
    assert [entry for entry in after if entry in old] == list(before)
    assert 25 < len(before) < 75
    assert len(after) > len(before)


def test_the_whole_is_all_and_so_is_more_than_all() -> None:
    entries = (*many(20, "a"), *many(3))
    assert choose_sample(entries, Sample(share=1.0)) == entries
    assert choose_sample(entries, Sample(count=23)) == entries
    assert choose_sample(entries, Sample(count=99)) == entries


@pytest.mark.parametrize("sample", [Sample(share=0.5), Sample(count=3)])
def test_of_nothing_nothing_is_chosen(sample: Sample) -> None:
    assert choose_sample([], sample) == ()


@given(ENTRIES, COUNTS, st.integers())
def test_a_count_is_divided_by_the_sizes_of_the_categories(entries: list[Entry], sample: Sample, seed: int) -> None:
    chosen = choose_sample(entries, sample, seed)
    assert sample.count is not None
    assert len(chosen) == min(sample.count, len(entries))
    sizes, taken = (Counter(entry.category for entry in some) for some in (entries, chosen))
    for category, size in sizes.items():
        assert abs(taken[category] - len(chosen) * size / len(entries)) < 1


def test_the_largest_remainders_get_what_is_left_over() -> None:
    entries = [*many(53, "a"), *many(24, "b"), *many(23, "c")]
    taken = Counter(entry.category for entry in choose_sample(entries, Sample(count=10)))
    # Quotas of 5.3, 2.4 and 2.3.
    assert taken == {"a": 5, "b": 3, "c": 2}


def test_of_equal_remainders_the_seed_prefers_one() -> None:
    entries = [*many(10, "a"), *many(10, "b"), *many(10, "c")]
    preferred = {choose_sample(entries, Sample(count=1), seed)[0].category for seed in range(30)}
    assert preferred == {"a", "b", "c"}


def test_a_larger_count_holds_the_smaller_one_of_a_category() -> None:
    few, more = (set(ids(choose_sample(many(50, "a"), Sample(count=count)))) for count in (7, 20))
    assert few < more


@pytest.mark.parametrize("sample", [Sample(share=0.3), Sample(count=30)])
def test_another_seed_chooses_others(sample: Sample) -> None:
    entries = many(100)
    assert choose_sample(entries, sample, 1) == choose_sample(entries, sample, 1)
    assert choose_sample(entries, sample, 1) != choose_sample(entries, sample, 2)
