"""The line that says which target the daily run takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import ConfigurationError
from pipeline import (
    cli,
    read_schedule,
    schedule_file,
    schedule_line,
    scheduled_target,
    write_schedule,
)


@pytest.fixture
def project(tmp_path: Path, pretended_stages: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two targets, whose stages only pretend."""
    outputs = ", ".join(f"{name}: {{type: duckdb, schema: main, path: {name}.duckdb}}" for name in ("local", "prod"))
    (tmp_path / "profiles.yml").write_text(f"order_list: {{target: local, outputs: {{{outputs}}}}}", "utf-8")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["run", "--only", "load", "--json", *arguments])


def test_the_daily_run_takes_the_target_of_the_schedule(project: Path) -> None:
    """Without a file the profile's default, else the one that the line names; --target beside it is wrong use."""
    assert json.loads(invoke("--scheduled").stdout)["target"] == "local"
    write_schedule(project, schedule_line("prod"))
    assert json.loads(invoke("--scheduled").stdout)["target"] == "prod"
    assert json.loads(invoke().stdout)["target"] == "local"
    assert invoke("--scheduled", "--target", "prod").exit_code == 2


def test_the_schedule_may_stand_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ORDER_LIST_SCHEDULE names the file, from the project's folder or from the root."""
    monkeypatch.setenv("ORDER_LIST_SCHEDULE", "etc/when.yml")
    write_schedule(project, schedule_line("prod"))
    assert (project / "etc/when.yml").read_text("utf-8") == "target: prod\n"
    assert json.loads(invoke("--scheduled").stdout)["target"] == "prod"


@pytest.mark.parametrize(
    "text", ["", "prod", "target:", "target: [prod]", "target: a\ntarget: b\n", "target: a b", "x"]
)
def test_a_broken_schedule_runs_nothing(project: Path, text: str) -> None:
    """A file that names no target, or two, ends in one sentence and status 2."""
    write_schedule(project, text)
    done = invoke("--scheduled")
    assert done.exit_code == 2
    assert "does not name a target" in json.loads(done.stdout)["error"]


def test_a_target_that_there_is_not_runs_nothing(project: Path) -> None:
    """A name that the profile does not have ends in its sentence."""
    write_schedule(project, schedule_line("moon"))
    assert invoke("--scheduled").exit_code == 2


def test_what_stood_there_is_put_back(project: Path) -> None:
    """Comments and all; where there was no file there is none again."""
    assert (read_schedule(project), scheduled_target(project)) == (None, None)
    text = "# who changes this?\ntarget: local   # until the cutover\n"
    write_schedule(project, text)
    assert (read_schedule(project), scheduled_target(project)) == (text, "local")
    write_schedule(project, schedule_line("prod"))
    write_schedule(project, text)
    assert schedule_file(project).read_text("utf-8") == text
    write_schedule(project, None)
    write_schedule(project, None)
    assert read_schedule(project) is None


def test_a_schedule_that_cannot_be_used_is_named(project: Path) -> None:
    """A file where its folder must be, and bytes that are no text."""
    (project / "data").write_text("in the way", "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_schedule(project, schedule_line("prod"))
    (project / "data").unlink()
    (project / "data").mkdir()
    schedule_file(project).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="does not name a target"):
        scheduled_target(project)
