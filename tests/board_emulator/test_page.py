"""The page in a real headless browser: what a planner sees and does."""

# ruff: noqa: E501 - GraphQL documents stand on one line and are full of braces; tokens are the emulator's own
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from board_emulator.testing import EmulatorHandle, running_emulator

DEV, DEV_SUBITEMS, PROD = "9609317401", "9609317948", "9200517329"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LONG = "a name as long as they come, " * 8
NASTY = "<img src=x onerror=\"document.title='hacked'\"><b>bold</b> & 🚲"


def chrome() -> str:
    """Where the browser is: CHROME_BIN, or one of the usual names."""
    found = os.environ.get("CHROME_BIN") or next(
        filter(
            None,
            map(
                shutil.which,
                ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"),
            ),
        ),
        None,
    )
    if found is None:
        for path in ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                     r"C:\Program Files\Google\Chrome\Application\chrome.exe"):  # fmt: skip
            if os.path.exists(path):  # noqa: PTH110 - a path of another system
                return path
    assert found, "No Chrome or Chromium found: install one, or set CHROME_BIN to its path."
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chrome(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def filled() -> Iterator[EmulatorHandle]:
    """Two groups: a small one with everything odd in it, and one of 130 items."""
    with running_emulator() as board:
        people = board.people
        large = people.create_group(DEV, "RHONE FALL 2026")
        small = people.create_group(DEV, "GREYSON SPRING 2026")
        odd = [
            people.create_item(DEV, small.id, name, {"color_mkr5yf27": "SET", "numeric_mktb1d19": "1250.5"})
            for name in (NASTY, LONG)
        ]
        people.edit_item(odd[1].id, {"dropdown_mkr518fc": "CANCELLED", "long_text_mkr5p0cf": "<i>not markup</i>"})
        for size, quantity in (("S", "10"), ("XL", "15")):
            people.create_item(
                DEV_SUBITEMS,
                "topics",
                size,
                {"dropdown_mkrak7qp": size, "numeric_mkra7j8e": quantity},
                parent_id=odd[1].id,
            )
        for number in range(130):
            people.create_item(DEV, large.id, f"STYLE-{number:03}", {"text_mkr5wya6": f"JOO-{number}"})
        people.create_item(PROD, "topics", "a prod order")
        yield board


@contextmanager
def shown(
    browser: Browser, board: EmulatorHandle, width: int = 1280, scheme: Literal["dark", "light"] = "light"
) -> Iterator[Page]:
    """The page, at a width; any error in its console fails the test, any request to elsewhere too."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(board.base_url) else problems.append(request.url))
    page.goto(board.base_url)
    expect(page.locator("section").first).to_be_visible()
    yield page
    page.close()
    assert problems == []


def test_groups_stand_with_colour_count_and_quantity(browser: Browser, filled: EmulatorHandle) -> None:
    """Groups from top to bottom with their titles, colours, counts and sums."""
    with shown(browser, filled) as page:
        expect(page.locator("h2")).to_have_text(["GREYSON SPRING 2026", "RHONE FALL 2026", "Backlog"])
        expect(page.locator(".sum").first).to_have_text("2 items · qty 2,501")
        expect(page.locator("#counts")).to_have_text("132 items, 2 subitems in 3 groups")
        colors = page.locator("section .swatch").evaluate_all(
            "nodes => nodes.map(n => getComputedStyle(n).backgroundColor)"
        )
        assert len(set(colors)) == 3


def test_names_are_text_never_markup(browser: Browser, filled: EmulatorHandle) -> None:
    """HTML in names and cells is shown as typed; emoji and long names too, the full name in the tooltip."""
    with shown(browser, filled) as page:
        first = page.locator("tr.item .title").first
        expect(first).to_have_text(NASTY)
        assert page.locator("main img, main b, main i").count() == 0
        assert page.title() == "Customer Master Schedule (local)"
        second = page.locator("tr.item .title").nth(1)
        assert second.get_attribute("title") == LONG
        assert (box := second.bounding_box()) is not None
        assert box["width"] <= 340
        expect(page.get_by_role("cell", name="<i>not markup</i>")).to_be_visible()


#: What a browser paints for a colour, however the style sheet says it.
PAINTED = """node => {
    const brush = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    return [[null, "backgroundColor"], ["::before", "backgroundColor"], [null, "color"]].map(([part, name]) => {
        brush.fillStyle = getComputedStyle(node, part)[name];
        brush.fillRect(0, 0, 1, 1);
        return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_labels_show_their_colour_and_do_not_shout(
    browser: Browser, filled: EmulatorHandle, scheme: Literal["dark", "light"]
) -> None:
    """The label's own colour is a dot; behind the text is a tint of it, on which the text can be read."""
    with shown(browser, filled, scheme=scheme) as page:
        for text in ("SET", "CANCELLED"):
            back, dot, ink = page.locator(".pill", has_text=text).first.evaluate(PAINTED)
            assert dot == [223, 47, 74]
            assert max(back) - min(back) < 60
            assert abs(sum(back) - sum(ink)) > 400


def test_a_column_is_as_wide_in_every_group(browser: Browser, filled: EmulatorHandle) -> None:
    """Whatever stands in it: the eye runs down the board from group to group."""
    with shown(browser, filled) as page:
        expect(page.locator("section").nth(1).locator("tr.item").first).to_be_visible()
        widths = page.locator("section table").evaluate_all(
            "tables => tables.map(t => [...t.tHead.rows[0].cells].map(c => Math.round(c.getBoundingClientRect().width)))"
        )
        assert len(widths) == 2
        assert len(widths[0]) > 3
        assert widths[0] == widths[1]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_jump_list_leads_to_a_group(browser: Browser, filled: EmulatorHandle, width: int) -> None:
    """It names every group with its count, inside the window; a choice opens the group below the header."""
    with shown(browser, filled, width) as page:
        page.get_by_role("button", name="Collapse all").click()
        page.locator("#jump summary").click()
        links = page.locator("#jumps a")
        expect(links).to_have_text(["GREYSON SPRING 20262", "RHONE FALL 2026130", "Backlog0"])
        assert (box := page.locator("#jumps").bounding_box()) is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        links.nth(1).click()
        expect(page.locator("#jumps")).to_be_hidden()
        expect(page.get_by_role("button", name="RHONE FALL 2026")).to_be_focused()
        expect(page.locator("section").nth(1).locator("tr.item").first).to_be_visible()
        top = page.locator("section").nth(1).bounding_box()
        header = page.locator("header").bounding_box()
        assert top is not None
        assert header is not None
        assert top["y"] >= header["height"]
        page.locator("#jump summary").click()
        page.keyboard.press("Escape")
        expect(page.locator("#jumps")).to_be_hidden()


def test_the_board_has_the_name_of_its_target(browser: Browser, filled: EmulatorHandle) -> None:
    """`make run` is target local, and so is its board: nobody takes it for dev's."""
    with shown(browser, filled) as page:
        expect(page.locator("#boards button")).to_have_text(["local", "prod"])
        expect(page.locator("h1")).to_have_text("Customer Master Schedule (local)")


def test_subitems_open_and_close(browser: Browser, filled: EmulatorHandle) -> None:
    """The button says how many there are and of which item; it opens them with sizes and quantities."""
    with shown(browser, filled) as page:
        button = page.get_by_role("button", name="2 subitems of a name as long")
        expect(button).to_have_attribute("aria-expanded", "false")
        button.focus()
        page.keyboard.press("Enter")
        below = page.locator("tr.below table")
        expect(below.locator("tbody tr")).to_have_count(2)
        expect(below.locator("tbody tr").nth(1)).to_contain_text("XL")
        expect(below.locator("tbody td.numbers")).to_have_text(["10", "15"])
        expect(button).to_have_attribute("aria-expanded", "true")
        button.click()
        expect(below).to_have_count(0)


def test_search_finds_names_cells_and_nothing(browser: Browser, filled: EmulatorHandle) -> None:
    """Every word must be found, in the name or a cell; groups without a hit go; nothing found says so."""
    with shown(browser, filled) as page:
        search = page.get_by_label("Search items")
        search.fill("style-01 joo-1")
        expect(page.locator("#counts")).to_have_text("10 items, 0 subitems in 1 group match “style-01 joo-1”")
        expect(page.locator("tr.item")).to_have_count(10)
        search.fill("no such thing")
        expect(page.get_by_text("Nothing found.")).to_be_visible()
        search.fill("")
        expect(page.locator("#counts")).to_have_text("132 items, 2 subitems in 3 groups")


def test_long_groups_load_as_they_come_into_view(browser: Browser, filled: EmulatorHandle) -> None:
    """A group of 130 shows 50, then the rest while scrolling."""
    with shown(browser, filled) as page:
        rows = page.locator("section").nth(1).locator("tr.item")
        expect(rows).to_have_count(50)
        for seen in (50, 100):
            rows.last.scroll_into_view_if_needed()
            page.mouse.wheel(0, 3_000)
            expect(rows.nth(seen)).to_be_attached()  # the first row of the next piece
        expect(rows).to_have_count(130)
        expect(rows.last.locator(".title")).to_have_text("STYLE-129")


def test_groups_collapse(browser: Browser, filled: EmulatorHandle) -> None:
    """One by one with its head, or all at once; and open again."""
    with shown(browser, filled) as page:
        head = page.get_by_role("button", name="GREYSON SPRING 2026")
        head.click()
        expect(head).to_have_attribute("aria-expanded", "false")
        expect(page.locator("section").first.locator(".scroll")).to_be_hidden()
        page.get_by_role("button", name="Collapse all").click()
        expect(page.locator("section .scroll:visible")).to_have_count(0)
        page.get_by_role("button", name="Expand all").click()
        expect(page.locator("section").first.locator("tr.item").first).to_be_visible()


def test_the_board_can_be_switched(browser: Browser, filled: EmulatorHandle) -> None:
    """local and prod, with the address to share."""
    with shown(browser, filled) as page:
        page.get_by_role("button", name="prod").click()
        expect(page.locator("h1")).to_have_text("Customer Master Schedule")
        expect(page.locator("tr.item .title")).to_have_text(["a prod order"])
        assert page.url.endswith("?board=prod")
        page.reload()
        expect(page.get_by_role("button", name="prod")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("tr.item .title")).to_have_text(["a prod order"])


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "light"), (375, "dark")])
def test_the_page_fits_its_window(
    browser: Browser, filled: EmulatorHandle, width: int, scheme: Literal["dark", "light"]
) -> None:
    """At 1280 and 375 px nothing but the tables scrolls sideways, every button is reachable, text contrasts."""
    with shown(browser, filled, width, scheme) as page:
        expect(page.locator("tr.item").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for button in page.locator("header button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        back, ink = page.evaluate(
            "['backgroundColor', 'color'].map(n => getComputedStyle(document.body)[n].match(/\\d+/g).map(Number))"
        )
        assert abs(sum(back) - sum(ink)) > 400
        assert (sum(back) > sum(ink)) == (scheme == "light")


def test_ten_thousand_items_are_a_short_wait(browser: Browser) -> None:
    """A full board opens with the first rows only; the rest is counted, not loaded."""
    with running_emulator() as board:
        world = board.state
        with world.lock:
            dev = world.board(DEV)
            for number in range(10_000):
                world.create_item(dev, "topics", f"item {number}", [], "1")
            board.emulator.save()
        with shown(browser, board) as page:
            expect(page.locator("#counts")).to_have_text("10,000 items, 0 subitems in 1 group")
            expect(page.locator("tr.item").first).to_be_visible()
            assert page.locator("tr.item").count() <= 150


def test_the_page_changes_nothing(browser: Browser, filled: EmulatorHandle) -> None:
    """Its addresses answer GET only."""
    with shown(browser, filled) as page:
        for path in ("/", "/page/boards", f"/page/boards/{DEV}"):
            assert page.request.post(filled.base_url + path).status == 405
        assert page.request.get(f"{filled.base_url}/page/boards/1").status == 404
