"""The runbooks of the day: every command of a page, in its order, on a real target with a board of its own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from board_emulator.testing import EmulatorHandle, running_emulator
from tests.operations.ready import Ready
from tests.project import ROOT

pytestmark = pytest.mark.slow
_PROGRAMS = {
    "pipeline": "pipeline.cli", "monday-sync": "monday_sync.cli", "maintenance": "operations.maintenance.cli",
    "cutover": "operations.cutover.cli",
}  # fmt: skip


@dataclass
class Page:
    """A runbook, on a target that is ready."""

    ready: Ready

    def lines(self, name: str) -> list[str]:
        """The commands of a page, without their remarks."""
        text = (ROOT / "docs/operations" / name).read_text("utf-8")
        blocks = re.findall(r"```bash\n(.*?)```", text, re.S)
        return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]

    def run(self, line: str) -> tuple[int, str]:
        """Exit status and output of a command; its <placeholders> are what the page says they are."""
        program, *words = shlex.split(re.sub(r"<(\w+)>", lambda found: self._meant(str(found[1])), line))
        command: click.Command = import_module(_PROGRAMS[program]).main
        done = CliRunner().invoke(command, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.exception)
        return done.exit_code, done.output

    def codes(self, name: str) -> dict[str, int]:
        """What each command of a page ends with, where that is not 0."""
        ended = {line: self.run(line) for line in self.lines(name)}
        return {line: code for line, (code, _) in ended.items() if code}

    def _meant(self, word: str) -> str:
        sql = {
            "push": "select run_id from monday_sync_runs where kind = 'push' order by started_at desc",
            "order": 'select aag_order_number from "ORDER_LIST" order by 1',
        }[word]
        with self.ready.warehouse.session(read_only=True) as session:
            return str(session.rows(sql)[0][0])


@pytest.fixture
def page(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """With a board that may be changed."""
    with running_emulator(limits="pro") as board:
        monkeypatch.setenv("MONDAY_API_URL", board.url)
        yield Page(Ready(ready.folder, board))


def _items(board: EmulatorHandle) -> int:
    return sum(item.state == "active" and item.parent_id is None for item in board.state.all_items())


def test_the_daily_run(page: Page) -> None:
    """From the run to the rollback that is only shown: each command ends well and says what the page says."""
    said = {line: page.run(line) for line in page.lines("daily_run.md")}
    assert {line: code for line, (code, _) in said.items() if code} == {}
    assert len(said) == 10
    assert "All well: 358 changes on the board." in said["pipeline run"][1]
    assert "rows in    60 = 59 orders + 1 rejected row" in said["pipeline run"][1]
    assert "358 rows compared: 0 differences, 0 missing, 0 extra, 0 duplicates" in said["monday-sync verify"][1]
    assert "dry run" in said["monday-sync rollback <push> --dry-run"][1]
    assert _items(page.ready.board) == 59


def test_a_failed_run(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a run without a token that is good: status says so and ends with 1, the rest of the page leads out."""
    assert page.run("pipeline run")[0] == 0
    monkeypatch.setenv("MONDAY_API_TOKEN", "local-nobody")
    assert page.run("pipeline run")[0] == 1
    status, *rest = page.lines("failed_run.md")
    code, said = page.run(status)
    assert (code, "Failed in sync: The API does not accept the token." in said) == (1, True)
    monkeypatch.setenv("MONDAY_API_TOKEN", "local")
    ended = {line: page.run(line) for line in rest}
    assert {line: code for line, (code, _) in ended.items() if code} == {}
    assert "0 items and 0 subitems are due again (0 had been given up)." in ended["monday-sync retry"][1]
    assert ended["pipeline status"][1].startswith("all well")
    assert _items(page.ready.board) == 59


def test_a_new_board(page: Page) -> None:
    """Three orders as test data, then all of the scope, then the test data come off again."""
    page.ready.edit("boards/prod.yml", "policy:", "scope: {customers: [GREYSON]}\npolicy:")
    said = {line: page.run(line) for line in page.lines("new_board.md")}
    assert {line: code for line, (code, _) in said.items() if code} == {}
    assert "has 0 of 10000 items." in said["monday-sync check"][1]
    assert "bulk import with subitems: proven" in said["monday-sync check --deep"][1]
    assert "this push adds 32" in said["monday-sync plan"][1]
    assert re.search(r"items +3 ", said["monday-sync push --customer GREYSON --limit 3 --test-data"][1])
    assert (
        "22 rows compared: 0 differences, 0 missing, 0 extra, 0 duplicates; 166 rows" in said["monday-sync verify"][1]
    )
    assert _items(page.ready.board) == 32 - 3


def test_the_preflight(page: Page) -> None:
    """Every command of the page ends well on a target that is ready; the page is written."""
    page.ready.prove_a_backup()
    page.ready.deliver_an_alert()
    assert page.codes("preflight.md") == {}
    assert (page.ready.folder / "data/reports/preflight.html").exists()


def test_the_statements_on_the_page_are_those_that_are_run() -> None:
    """The page shows both statements as they stand in their files."""
    text = (ROOT / "docs/operations/preflight.md").read_text("utf-8")
    shown = re.findall(r"```sql\n(.*?)```", text, re.S)
    files = sorted((ROOT / "operations/cutover/preflight/statements").glob("*.sql"))
    assert sorted(shown) == sorted(path.read_text("utf-8") for path in files)


def test_every_runbook_is_in_the_index() -> None:
    """The index names each page, and each link of it leads to one."""
    folder = ROOT / "docs/operations"
    linked = set(re.findall(r"\]\(([\w]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert linked == {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert all(Path(folder / name).is_file() for name in linked)
