"""The manifest: which version of a benchmark this is, and what each version changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pytest_llmeval.benchmark.checking.beside import check_own, path_beside, read_beside
from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.checking.mix import Mix, mix_of
from pytest_llmeval.benchmark.loading import Benchmark
from pytest_llmeval.errors import BenchmarkError

SHOWN = 10


class Release(BaseModel):
    """One version of the benchmark."""

    model_config = ConfigDict(frozen=True, extra="allow")

    version: str = Field(min_length=1)
    date: str
    """ISO 8601."""
    why: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    size: int | None = Field(default=None, ge=0)
    """How many entries it had, retired ones not counted; None in releases of before mixes were kept."""
    slices: dict[str, dict[str, int]] | None = None
    """Kind of slice to the name of a slice to its entries."""

    @property
    def mix(self) -> Mix | None:
        """Return its mix of slices, where it was kept."""
        return None if self.size is None or self.slices is None else Mix(self.size, self.slices)


class Manifest(BaseModel):
    """Lies beside the benchmark as ``NAME.manifest.json``; unknown keys are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    name: str
    hash: str
    """Of the content at the latest release."""
    releases: tuple[Release, ...] = Field(min_length=1)
    """The latest first."""
    entries: dict[str, str]
    """Id to hash of each entry at the latest release."""
    vocabulary: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field of the entries, such as ``tag``, to the values that it may have; fields that are not here may have any.
    People write it into the file."""

    @property
    def version(self) -> str:
        """Return the latest version."""
        return self.releases[0].version


def manifest_path(benchmark: Path) -> Path:
    """Return where the manifest of a benchmark lies."""
    return path_beside(benchmark, "manifest")


def read_manifest(benchmark: Path) -> Manifest | None:
    """Read the manifest beside a benchmark; None where there is none.

    Earlier versions cut a benchmark's name at its first dot. Such a file is read where it names this benchmark: others
    of the same beginning wrote into it too.

    Raises:
        BenchmarkError: For a file that is no manifest, or is that of another benchmark.
    """
    path, earlier = manifest_path(benchmark), benchmark.with_name(benchmark.name.partition(".")[0] + ".manifest.json")
    if path.exists():
        manifest = read_beside(path, Manifest, "manifest")
        check_own(path, benchmark, manifest.name)
        return manifest
    if earlier == path or not earlier.exists():
        return None
    manifest = read_beside(earlier, Manifest, "manifest")
    return manifest if manifest.name == benchmark.name else None


def differences(benchmark: Benchmark, manifest: Manifest | None) -> dict[str, tuple[str, ...]]:
    """Return the ids of entries added, removed and changed since the latest release, in the file's order."""
    before = manifest.entries if manifest else {}
    now = {entry.id: entry.hash for entry in benchmark.entries}
    return {
        "added": tuple(one for one in now if one not in before),
        "removed": tuple(one for one in before if one not in now),
        "changed": tuple(one for one in now if one in before and before[one] != now[one]),
    }


def changed_since(benchmark: Benchmark, manifest: Manifest) -> int:
    """Count the entries that were added, removed or changed since the latest release."""
    return 0 if manifest.hash == benchmark.hash else sum(map(len, differences(benchmark, manifest).values()))


def unreleased(benchmark: Benchmark, manifest: Manifest | None) -> list[Finding]:
    """Find what differs from the latest release; nothing for a benchmark without a manifest."""
    if manifest is None or manifest.hash == benchmark.hash:
        return []
    found = differences(benchmark, manifest)
    told = ", ".join(f"{len(ids)} {kind}" for kind, ids in found.items() if ids)
    ids = tuple(one for kind in found.values() for one in kind)[:SHOWN]
    text = f"{told} since version {manifest.version}; release them with --release VERSION --why TEXT"
    return [Finding("manifest", "warning", ids, text)]


def released(benchmark: Benchmark, manifest: Manifest | None, version: str, why: str, day: str) -> Manifest:
    """Return the manifest of a new version.

    Raises:
        BenchmarkError: Where the version is there already, or nothing has changed since the latest.
    """
    earlier: Sequence[Release] = manifest.releases if manifest else ()
    if any(one.version == version for one in earlier):
        raise BenchmarkError([f"version {version} of {benchmark.name} is released already; name the next one"])
    mix = mix_of(benchmark.entries)
    if manifest is not None and manifest.hash == benchmark.hash and manifest.releases[0].mix in (None, mix):
        raise BenchmarkError([f"{benchmark.name} has not changed since version {manifest.version}"])
    slices = {kind: dict(counts) for kind, counts in mix.counts.items()}
    found = differences(benchmark, manifest)
    release = Release(version=version, date=day, why=why, size=mix.size, slices=slices, **found)
    kept: dict[str, Any] = dict(manifest.model_extra or {}) if manifest else {}
    entries = {entry.id: entry.hash for entry in benchmark.entries}
    if manifest is not None and manifest.vocabulary:
        kept["vocabulary"] = manifest.vocabulary
    return Manifest(name=benchmark.name, hash=benchmark.hash, releases=(release, *earlier), entries=entries, **kept)


def manifest_text(manifest: Manifest) -> str:
    """Return what the file holds; releases that were read stay as they are, with no key more."""
    return json.dumps(manifest.model_dump(mode="json", exclude_unset=True), indent=2, ensure_ascii=False) + "\n"
