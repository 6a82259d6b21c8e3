"""The program `cutover` as people type it: the commands of its runbooks, what it prints, how it ends."""

from __future__ import annotations

import json
import re

import pytest

from operations.cutover.rules import load_rules
from tests.operations.cutover_quay import Quay
from tests.operations.typed_lines import run, with_stand_ins
from tests.project import ROOT

_DOCS = ROOT / "docs/operations"
#: Told by the tests of the take-over and of the preflight, which other programs' data decide.
_ELSEWHERE = ("cutover preflight", "cutover take-over", "make ")


@pytest.fixture
def typed(quay: Quay, monkeypatch: pytest.MonkeyPatch) -> Quay:
    """The commands work with stand-ins for dbt; a preflight passed; places for backups are declared."""
    with_stand_ins(monkeypatch)
    (quay.folder / "operations").mkdir()
    for name in ("backup.yml", "cutover.yml"):
        (quay.folder / "operations" / name).write_text((ROOT / "operations" / name).read_text("utf-8"), "utf-8")
    quay.day.write("preflight", "done")
    return quay


def lines(page: str) -> list[str]:
    """The commands of a runbook, in their order."""
    blocks = re.findall(r"```bash\n(.*?)```", (_DOCS / page).read_text("utf-8"), re.S)
    found = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in found if line and not line.startswith(_ELSEWHERE)]


def test_the_runbook_of_a_cutover(typed: Quay) -> None:
    """Every command of the page, in its order, ends well, and says what is next."""
    said = dict.fromkeys(lines("cutover.md"), "")
    assert len(said) >= 8
    for line in said:
        code, said[line] = run(line)
        assert code == 0, (line, said[line])
    assert "`cutover go` would refuse" in said["cutover status"]
    assert "came back as it was" in said["cutover rehearse"]
    assert "read back field by field: all as they should be" in said["cutover trial --customer GREYSON --limit 5"]
    assert "Production is prod" in said['cutover go --approved-by "Jane Doe"']
    assert "As before go" in said["cutover rollback"]


def test_the_runbook_of_a_rollback(typed: Quay) -> None:
    """After a go the first command goes back; the next ones find nothing more of the trial."""
    typed.secure()
    assert run("cutover go --approved-by 'Jane Doe'")[0] == 0
    plain, to_trial = lines("rollback.md")[:2]
    assert (plain, to_trial) == ("cutover rollback", "cutover rollback --to trial")
    assert run(plain)[0] == 0
    assert run(to_trial)[0] == 0
    assert run("cutover rollback") == (0, "There is nothing to take back: everything is as before go. "
                                          "`--to trial` and `--to take-over` go further.\n")  # fmt: skip
    assert run(to_trial) == (0, "There is nothing to take back: everything is as before trial.\n")


def test_status_as_json(typed: Quay) -> None:
    """Phase, schedule, each step with its age, and what go would refuse for."""
    code, said = run("cutover status --json")
    found = json.loads(said)
    assert (code, found["phase"], found["schedule"]) == (0, "before go", "dev")
    assert found["next"] == "cutover rehearse"
    assert len(found["refusals"]) == 3
    assert [step["outcome"] for step in found["steps"] if step["name"] == "preflight"] == ["done"]


def test_a_refusal_is_one_object_with_json(typed: Quay) -> None:
    """What go lacks stands in `error`, and nothing was done."""
    code, said = run("cutover go --json")
    assert code == 2
    assert "nobody approved it" in json.loads(said[said.index("{") : said.rindex("}") + 1])["error"]


def test_wrong_use(typed: Quay) -> None:
    """Half of a trial, two things at once, a step that there is not."""
    for line in ("cutover trial", "cutover trial --customer A", "cutover trial --cleanup --keep x",
                 "cutover trial --keep ' '",
                 "cutover rollback --to nowhere"):  # fmt: skip
        assert run(line)[0] == 2


def test_the_limits_are_those_of_the_file(typed: Quay) -> None:
    """The file of the project says what the page shows; a mistake in it names the key."""
    (shown,) = re.findall(r"```yaml\n(fresh:.*?)```", (_DOCS / "cutover.md").read_text("utf-8"), re.S)
    rules = load_rules(typed.folder)
    (typed.folder / "operations/cutover.yml").write_text(shown, "utf-8")
    assert load_rules(typed.folder) == rules
    for text, words in (("fresh: {trial: soon}", "fresh.trial"), ("watch: {failed_share: 2}", "watch.failed_share"),
                        ("watch: {verdict: failed}", "watch.verdict"), ("fresh: {preflight: 0h}", "as 24h or 7d"),
                        ("frsh: {}", "frsh")):  # fmt: skip
        (typed.folder / "operations/cutover.yml").write_text(text, "utf-8")
        code, said = run("cutover status")
        assert (code, words in said) == (2, True), said
