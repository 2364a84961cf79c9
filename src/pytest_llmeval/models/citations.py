"""Which files, and which of their lines, a text cites: tokens that look like paths, URLs left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s<>\"'`)\]]*|\bwww\.[^\s<>\"'`)\]]*", re.IGNORECASE)
_LETTER = r"[^\W\u2e80-\u9fff\uac00-\ud7af]"  # but those of scripts that set no space between words
_TOKEN = re.compile(rf"(?<!{_LETTER})(?<![@./\\~-])(?:[A-Za-z]:)?(?:{_LETTER}|[.+~/\\-])+(?!{_LETTER}|[@(])")
_EXTENSION = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,7})$")
_LINES = re.compile(
    r"::?(?P<a>\d+)(?:[-–](?P<b>\d+))?|#L(?P<c>\d+)(?:-L?(?P<d>\d+))?"
    r"|[`*\"']{0,3},? ?\(?(?:at )?lines? (?P<e>\d+)(?: ?(?:-|–|to|and) ?(?P<f>\d+))?"
)
_HOST = re.compile(r"^(?:[\w-]+\.)+(?:com|org|net|io|dev|ai|edu|gov|app|co)$", re.IGNORECASE)

FILE_EXTENSIONS = frozenset(
    "adoc bash bat c cc cfg cjs conf cpp cs css csv cxx dart dockerfile env erb ex exs fish go gql gradle "
    "graphql gz h hpp hs htm html http ini ipynb java jinja jinja2 js json jsonc jsonl jsx kt kts less "
    "lock log lua m md mdx mjs ml mm php pl plist po properties proto ps1 py pyi pyx r rb rs rst sass "
    "scala scss sh sql svelte svg swift tex tf toml ts tsv tsx txt vue xml yaml yml zig zsh".split()
)
"""Endings that make a word without a folder a file: ``record.py`` is one, ``answer.text`` is not."""
BARE_NAMES = frozenset(
    "Makefile Dockerfile LICENSE Jenkinsfile Procfile Rakefile Gemfile CODEOWNERS .gitignore .gitattributes "
    ".editorconfig .dockerignore .pre-commit-config.yaml".split()
)
"""Files known by their whole name."""
PRODUCTS = frozenset("node.js vue.js next.js react.js express.js nuxt.js d3.js three.js ember.js angular.js".split())
"""What looks like a file and is the name of a library."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A file a text names, with the lines it names of it."""

    path: str
    first_line: int | None = None
    """From 1; None where it names the file alone."""
    last_line: int | None = None

    def __str__(self) -> str:
        if self.first_line is None:
            return self.path
        more = f"-{self.last_line}" if self.last_line not in (None, self.first_line) else ""
        return f"{self.path}:{self.first_line}{more}"


def citations_in(text: str) -> tuple[Citation, ...]:
    """Find the files a text cites, with line numbers, in order of first appearance, without repeats.

    Lines are read as ``a.py:12``, ``a.py:12-20``, ``a.py#L3-L9`` and ``a.py, lines 3 to 9``.

    Example:
        >>> [str(one) for one in citations_in("See `src/a/b.py:12-20` and README.md (line 3).")]
        ['src/a/b.py:12-20', 'README.md:3']
    """
    text = _URL.sub(" ", text)
    return tuple(dict.fromkeys(_with_lines(path, text, end) for path, end in _found(text)))


def cited_files(text: str) -> tuple[str, ...]:
    """Find the paths of files in a text, in order of first appearance, without repeats.

    Line numbers (``a.py:12-20``, ``a.py#L3``, ``a.py::test``) are left off, ``./`` too, and backslashes become slashes.

    Example:
        >>> cited_files("See `src/a/b.py:12-20`, README.md and https://example.org/x.py.")
        ('src/a/b.py', 'README.md')
    """
    return tuple(dict.fromkeys(path for path, _ in _found(_URL.sub(" ", text))))


def _found(text: str) -> Iterator[tuple[str, int]]:
    """Yield each path with the place where it ends."""
    for match in _TOKEN.finditer(text):
        path = _as_path(match.group())
        if path:
            yield path, match.end()


def _with_lines(path: str, text: str, end: int) -> Citation:
    lines = _LINES.match(text, end)
    numbers = [int(number[:9]) for number in lines.groups() if number] if lines else []
    return Citation(path, numbers[0], max(numbers)) if numbers else Citation(path)


def _as_path(token: str) -> str | None:
    path = token.replace("\\", "/").rstrip("./-+~") if token not in BARE_NAMES else token
    while path.startswith("./"):
        path = path[2:]
    folder, slash, name = path.rpartition("/")
    if name in BARE_NAMES:
        return path
    ending = _EXTENSION.search(name)
    if ending is None or ending.start() == 0 or name.lower() in PRODUCTS or "//" in path:
        return None
    if slash:
        return None if _HOST.match(folder.partition("/")[0]) else path
    return path if ending.group(1).lower() in FILE_EXTENSIONS else None
