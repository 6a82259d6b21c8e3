"""The page in a real browser: on a telephone and on a desk, by day in the dark, with nobody and with many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from monitoring.page import render_page
from monitoring.page.view import broken_page
from tests.browsing import launched, shown
from tests.monitoring.pages import NOW, name_of, view_of

_CONTRAST = """all => all.filter(one =>
  !one.closest('svg') && one.getClientRects().length && one.innerText.trim()
).map(one => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  let ground = one, back = parse(getComputedStyle(one).backgroundColor);
  while (back.length > 3 && back[3] === 0 && (ground = ground.parentElement)) {
    back = parse(getComputedStyle(ground).backgroundColor);
  }
  const light = rgb => rgb.slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const [a, b] = [light(parse(getComputedStyle(one).color)), light(back)].sort((x, y) => y - x);
  return [(a + 0.05) / (b + 0.05), one.className];
}).sort((one, other) => one[0] - other[0])[0]"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Pages of 0, 46 and 500 customers."""
    found = {}
    for customers in (0, 46, 500):
        found[customers] = tmp_path_factory.mktemp("pages") / f"{customers}.html"
        found[customers].write_text(render_page(view_of(customers)), encoding="utf-8")
    return found


def unfold(page: Page) -> None:
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


@pytest.mark.parametrize("customers", [0, 46, 500])
def test_nothing_is_wider_than_its_window(browser: Browser, pages: dict[int, Path], customers: int) -> None:
    """At 360 pixels only the table of runs scrolls sideways in its frame; at 1280 nothing does; the state is first."""
    beyond = (
        "[...document.querySelectorAll('body *')].filter(one => !one.closest('.scroll, svg') && "
        "one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 80)).slice(0, 3)"
    )
    with shown(browser, pages[customers], width=360) as page:
        heading = page.locator("h1").bounding_box()
        assert heading is not None
        assert heading["y"] < 200
        unfold(page)
        assert (page.evaluate("document.documentElement.scrollWidth"), page.evaluate(beyond)) == (360, [])
        wider = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
        assert page.locator(".customers .scroll").evaluate_all(wider) == 0
        page.set_viewport_size({"width": 1280, "height": 900})
        clipped = page.locator(".scroll").evaluate_all(
            "all => all.filter(o => o.scrollWidth > o.clientWidth + 1).length"
        )
        assert (page.evaluate("document.documentElement.scrollWidth"), page.evaluate(beyond), clipped) == (1280, [], 0)


def test_words_stand_out_by_day_and_in_the_dark(browser: Browser, pages: dict[int, Path]) -> None:
    """Every text but a faded zero has a contrast of 4.5 to what is behind it, in both lights."""
    words = "p, b, h1, h2, h3, li, span, small, td, th, summary, code, a, em, figcaption, button"
    with shown(browser, pages[46], width=900) as page:
        grounds = set()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            least, where = page.locator(words).evaluate_all(_CONTRAST)
            assert least >= 4.5, (scheme, where)
            grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert len(grounds) == 2


def test_every_picture_is_drawn(browser: Browser, pages: dict[int, Path]) -> None:
    """A column for each run that leads to its report where there is one; in each chart a dot for each known figure."""
    with shown(browser, pages[46], width=1280) as page:
        assert page.locator("svg.runs g").count() == 30
        assert page.locator("svg.runs a").count() == 20
        tall = page.locator("svg.runs rect:not(.hit)").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect())"
        )
        assert all(1 < one["width"] < 45 and one["height"] > 0 for one in tall)
        dots = page.locator("svg.trend").evaluate_all("all => all.map(one => one.querySelectorAll('.dot').length)")
        assert dots == [27, 26, 27, 27, 27, 27, 27]
        assert page.get_by_role("img", name=re.compile(r"^API calls that were not refused: 99.9 %. 26 of 30")).count()


def test_customers_open_and_are_sorted(browser: Browser, pages: dict[int, Path]) -> None:
    """By trouble at first, the calm ones folded; by orders and by name after a click, all of them in one list."""
    with shown(browser, pages[46], width=1280) as page:
        names = page.locator(".customers .row .name")
        assert names.first.inner_text() == "CUSTOMER 019"
        page.locator(".customers .row summary").first.click()
        assert page.locator(".customers .row .opened").first.get_by_text("2 more:").is_visible()
        assert page.get_by_text("39 customers without trouble").is_visible()
        page.get_by_role("button", name="orders").click()
        assert names.all_inner_texts()[:2] == ["CUSTOMER 045", "CUSTOMER 044"]
        assert names.count() == 46
        page.get_by_role("button", name="orders").click()
        assert names.first.inner_text() == "CUSTOMER 000"
        page.get_by_role("button", name="trouble").click()
        assert names.first.inner_text() == "CUSTOMER 019"
        assert names.all_inner_texts().count(name_of(3)) == 1


def test_without_scripts_the_page_is_whole(browser: Browser, pages: dict[int, Path], tmp_path: Path) -> None:
    """Rows stand by trouble and open; a page of which nothing is known says so."""
    with shown(browser, pages[46], width=360, scripts=False) as page:
        assert page.locator(".customers .row .name").first.inner_text() == "CUSTOMER 019"
        page.locator(".customers .row summary").first.click()
        assert page.locator(".customers .row .opened").first.is_visible()
        assert not page.locator(".customers .head").is_visible()
    path = tmp_path / "broken.html"
    path.write_text(render_page(broken_page("prod", "The server is gone.", now=NOW)), encoding="utf-8")
    with shown(browser, path, width=360, scripts=False) as page:
        assert page.locator("h1").inner_text() == "Nobody knows how things stand: The server is gone."
