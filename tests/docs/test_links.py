"""Links lead somewhere."""

from __future__ import annotations

import pytest

from tests.docs.pages import HOME_PAGES, REPOSITORY, Page, page, pages


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in pages()])
def test_links_between_pages_resolve(one: Page) -> None:
    for link in one.links:
        if not link.startswith("https://"):
            target, _, wanted = link.partition("#")
            path = (REPOSITORY / one.name).parent / target if target else REPOSITORY / one.name
            assert path.exists(), f"{one.name}: {link}"
            if wanted:
                assert wanted in page(str(path.resolve().relative_to(REPOSITORY))).anchors, f"{one.name}: {link}"


def test_every_page_is_reached_from_the_readme() -> None:
    reached = set(page("README.md").links)
    assert {one.name for one in pages() if one.name != "README.md"} - reached == set()


def test_home_pages_are_there() -> None:
    assert set(HOME_PAGES) <= {one.name for one in pages()}
