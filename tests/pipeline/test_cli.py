"""The command line: what it accepts, what it prints, how it ends."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result

from pipeline import Stage, Status, cli, run
from tests.pipeline.mornings.calm import set_up
from warehouse import load_target, open_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, pretended_stages: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a profile, a small dbt project, and stages that only pretend."""
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    shutil.copytree(ROOT / "boards", tmp_path / "boards")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1 as x")
    (tmp_path / "dbt_project.yml").write_text("name: small\nprofile: order_list\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def test_a_run_prints_its_summary_and_its_json(project: Path) -> None:
    """The same run as text for people, or as the whole report in one object."""
    assert "All well" in invoke("run").stdout
    result = invoke("run", "--json", "--only", "load")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["stages"][0]["name"], document["exit_code"]) == (0, "load", 0)
    assert "load: Done." in result.stderr


def test_history_and_report_lead_back_to_a_run(project: Path) -> None:
    """`history` lists the runs, `report` finds the page of one or of the last."""
    first = json.loads(invoke("run", "--json").stdout)["run_id"]
    assert first in invoke("history").stdout
    assert [run["run_id"] for run in json.loads(invoke("history", "--json").stdout)] == [first]
    assert "latest.html" in invoke("report").stdout
    assert f"{first}/report.html" in invoke("report", "--run", first).stdout
    assert json.loads(invoke("report", "--json").stdout)["run_id"] == first


def test_status_ends_as_the_last_run_did(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its word, verdict, To do and exit status are the run's; without the report the To do is not known."""
    bad = {"load": lambda _: Stage("load", Status.ATTENTION, message="1 rejected.")}
    invoke("run")
    assert invoke("status").exit_code == 0
    monkeypatch.setattr(cli, "run", functools.partial(run, stages=bad))
    invoke("run", "--only", "load")
    result = invoke("status", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"]) == (1, 1)
    assert (document["word"], document["status"]) == ("needs attention", "attention")
    assert document["verdict"] == "Needs attention: 1 rejected."
    assert [finding["found"] for finding in document["to_do"]] == ["1 rejected."]
    assert "to do:" in invoke("status").stdout
    shutil.rmtree(project / "data" / "reports" / document["run_id"])
    assert json.loads(invoke("status", "--json").stdout)["to_do"] is None


def test_rejects_are_listed_with_their_place(project: Path) -> None:
    """As a table and as JSON; before the first build that is said, and not that there are none."""
    assert "Nothing was built yet" in invoke("rejects").stdout
    assert json.loads(invoke("rejects", "--json").stdout) is None
    warehouse = open_warehouse(load_target("local"))
    with warehouse.session() as session:
        set_up(session)
    (row,) = json.loads(invoke("rejects", "--customer", "greyson", "--json").stdout)
    assert (row["file"], row["row"], row["reason_code"]) == ("GREYSON ORDER LIST (M3).xlsx", 12, "no_order_number")
    text = invoke("rejects").stdout
    assert "GREYSON ORDER LIST (M3).xlsx" in text
    assert "3 rejects." in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["status"], "There was no run yet"),
        (["run", "--target", "nowhere"], "There is no target 'nowhere'"),
        (["run", "--only", "sync", "--select", "A*"], "--select has no effect with --only sync"),
        (["run", "--limit-files", "0"], "not in the range"),
        (["report"], "There is no report"),
        (["history", "--target", "nowhere"], "There is no target"),
        (["doctor", "--target", "nowhere"], "There is no target"),
    ],
)
def test_wrong_use_is_exit_status_2(project: Path, arguments: list[str], says: str) -> None:
    """Nothing is done, and the sentence says what is wrong."""
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert not (project / "data" / "reports").exists()


def test_a_report_that_is_not_there_names_those_that_are(project: Path) -> None:
    """A mistyped run id is answered with the last ones."""
    run_id = json.loads(invoke("run", "--json").stdout)["run_id"]
    result = invoke("report", "--run", "mistyped")
    assert (result.exit_code, run_id in result.stderr) == (2, True)


def test_the_doctor_finds_a_fresh_folder_fit_to_run(project: Path) -> None:
    """Nothing landed and nothing built is a warning that names the hint, not a defect."""
    result = invoke("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 0
    checked = ("profile", "dbt project", "database", "board file", "disk")
    assert [findings[name]["verdict"] for name in checked] == ["ok"] * 5
    assert findings["raw tables"]["verdict"] == "warning"


def test_the_doctor_names_what_is_missing(project: Path) -> None:
    """A database that is none and a board file that is gone are both found, each with its hint."""
    (project / "data").mkdir()
    (project / "data" / "order_list.duckdb").write_text("no database")
    shutil.rmtree(project / "boards")
    result = invoke("doctor")
    assert result.exit_code == 2
    assert "missing   database" in result.stdout
    assert "missing   board" in result.stdout
    assert "-> Restore it" in result.stdout


def test_the_doctor_looks_where_a_run_will_write(project: Path) -> None:
    """A report folder that cannot be made is missing, with the cause; the other places are looked at as well."""
    (project / "file").touch()
    listed = json.loads(invoke("doctor", "--json", "--reports", "file/reports").stdout)
    findings = {finding["check"]: finding for finding in listed}
    assert findings["reports"]["verdict"] == "missing"
    assert "a file stands where a folder must be" in findings["reports"]["found"]
    assert (findings["writing beside the database"]["verdict"], findings["dbt's folder"]["verdict"]) == ("ok", "ok")
    assert not (project / "data").exists(), "the doctor changes nothing"


def test_the_doctor_finds_tables_that_a_run_could_not_write(project: Path) -> None:
    """A table of ours that was changed, and one of somebody else's under our name: each as the run would refuse it."""
    assert invoke("run", "--json").exit_code != 2
    with duckdb.connect(str(project / "data" / "order_list.duckdb")) as connection:
        connection.execute("alter table pipeline_runs drop column sentence")
        connection.execute("create or replace table monday_sync_items as select 1 as id")
    result = invoke("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 2
    assert "pipeline_runs lacks sentence" in findings["tables of pipeline"]["found"]
    assert "monday_sync_items was not made by this project" in findings["tables of monday_sync"]["found"]
    assert findings["tables of loader"]["verdict"] == "ok"


def test_a_file_where_the_reports_go_is_found_and_stops_no_run(project: Path) -> None:
    """The doctor names it; a run does its work, says that its report could not be written, and is exit status 1."""
    (project / "reports").touch()
    listed = json.loads(invoke("doctor", "--json", "--reports", "reports").stdout)
    assert {finding["check"]: finding["verdict"] for finding in listed}["reports"] == "missing"
    result = invoke("run", "--json", "--reports", "reports")
    assert (result.exit_code, "The report could not be written" in json.loads(result.stdout)["verdict"]) == (1, True)


def test_the_doctor_outlives_what_it_is_there_to_find(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that breaks is a finding, and the checks after it are made."""
    monkeypatch.setattr("pipeline.doctor.project_files", lambda _: 1 / 0)
    result = invoke("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert (result.exit_code, findings["dbt project"]["verdict"]) == (2, "missing")
    assert "ZeroDivisionError" in findings["dbt project"]["found"]
    assert findings["reports"]["verdict"] == "ok"


def test_a_run_whose_report_cannot_be_written_tells_its_result(project: Path) -> None:
    """Text and JSON are the run's; the exit status is 1, and no page is promised that is not there."""
    (project / "file").touch()
    result = invoke("run", "--reports", "file/reports")
    assert (result.exit_code, "report     not written" in result.stdout) == (1, True)
    document = json.loads(invoke("run", "--json", "--reports", "file/reports").stdout)
    assert [stage["status"] for stage in document["stages"]] == ["ok"] * 3
    assert "The report could not be written" in document["verdict"]


def test_a_damaged_report_is_told(project: Path) -> None:
    """Half a file is no defect of the program."""
    run_id = json.loads(invoke("run", "--json").stdout)["run_id"]
    (project / "data/reports" / run_id / "report.json").write_text("{", encoding="utf-8")
    result = invoke("report")
    assert (result.exit_code, "is damaged" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("token", "verdict", "told"),
    [("made-up\n", "ok", "there is a token"), ("made up", "missing", "MONDAY_API_TOKEN holds no usable token"),
     (" ", "missing", "no token for the board's API")],
)  # fmt: skip
def test_the_doctor_judges_the_token_as_a_push_does(
    project: Path, monkeypatch: pytest.MonkeyPatch, token: str, verdict: str, told: str
) -> None:
    """A line break at its end is no matter, what cannot be sent is as good as none."""
    document = yaml.safe_load((project / "profiles.yml").read_text(encoding="utf-8"))
    outputs = document["order_list"]["outputs"]
    (project / "profiles.yml").write_text(
        yaml.safe_dump({"order_list": {"target": "local", "outputs": outputs | {"dev": outputs["local"]}}}),
        encoding="utf-8",
    )
    monkeypatch.setenv("MONDAY_API_TOKEN", token)
    listed = json.loads(invoke("doctor", "--target", "dev", "--json").stdout)
    (found,) = (finding for finding in listed if finding["check"] == "board")
    assert (found["verdict"], told in found["found"]) == (verdict, True)


@pytest.mark.slow
def test_the_package_is_a_program() -> None:
    """`python -m pipeline` is the same command."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "history" in done.stdout
