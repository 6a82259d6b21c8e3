"""A target is found and rendered the way dbt does it, and what is wrong with it is said with its hint."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from console import ConfigurationError, redact
from warehouse import load_target, open_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    return tmp_path


def write(project: Path, text: str) -> Path:
    (project / "profiles.yml").write_text(text, encoding="utf-8")
    return project


def test_the_default_target_needs_no_variable(project: Path) -> None:
    """A fresh checkout is on target local, a DuckDB file in data/, with nothing set."""
    target = load_target(project_dir=project)
    assert (target.name, target.kind, target.schema) == ("local", "duckdb", "main")
    assert target.settings["path"] == "data/order_list.duckdb"


def test_the_name_and_the_variable_choose_as_in_dbt(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--target wins over DBT_TARGET, which wins over the profile."""
    monkeypatch.setenv("DBT_TARGET", "dev")
    assert load_target(project_dir=project).name == "dev"
    assert load_target("prod", project_dir=project).name == "prod"


def test_the_default_target_is_the_profile_s_whatever_is_chosen(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that each target has of its own go by it: a variable in somebody's shell does not swap them."""
    monkeypatch.setenv("DBT_TARGET", "dev")
    names = (None, "prod", "local")
    assert [load_target(name, project_dir=project).is_default for name in names] == [False, False, True]
    path = project / "profiles.yml"
    text = path.read_text("utf-8").replace("target: local", "target: \"{{ env_var('STAGE') }}\"")
    path.write_text(text, "utf-8")
    assert not load_target("local", project_dir=project).is_default
    monkeypatch.setenv("STAGE", "prod")
    assert load_target("prod", project_dir=project).is_default


def test_the_folder_of_profiles_can_be_named(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DBT_PROFILES_DIR is where the profile is looked for, and nowhere else."""
    monkeypatch.setenv("DBT_PROFILES_DIR", str(project))
    assert load_target(project_dir=tmp_path_factory.mktemp("elsewhere")).name == "local"


def test_numbers_and_booleans_are_rendered_text_stays_text(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port is a number, encrypt a boolean, and a password of digits stays text and is masked."""
    monkeypatch.setenv("ORDER_LIST_SQLSERVER_PASSWORD", "00123456")
    settings = load_target("dev", project_dir=project).settings
    assert (settings["port"], settings["encrypt"], settings["password"]) == (1433, True, "00123456")
    assert redact("login failed for 00123456") == "login failed for ***"


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("{{ env_var('SOME_PATH', 'data/x.duckdb') }}", "data/x.duckdb"),
        ("{{env_var('SOME_PATH','')}}", ""),
        ("{{ env_var('SET_PATH', 'data/x.duckdb') }}", "007"),
        ("{{ env_var('SET_PATH') }}", "007"),
        ('{{ env_var("SET_PATH") }}', "007"),
        ("{{ env_var('SET_PATH') | as_number }}", 7),
        ("{{ env_var('SET_PATH') + env_var('SOME_PATH', 'b') }}", "007b"),
        ("{{ env_var('SET_PATH') }}/{{ env_var('SOME_PATH', 'b') }}", "007/b"),
        ("no {braces", "no {braces"),
    ],
)
def test_variables_are_rendered_as_dbt_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, rendered: object
) -> None:
    """Alone, with a default, with a filter, in a longer expression or text."""
    monkeypatch.setenv("SET_PATH", "007")
    output = {"type": "duckdb", "schema": "main", "path": value}
    write(tmp_path, yaml.safe_dump({"order_list": {"target": "local", "outputs": {"local": output}}}))
    assert load_target(project_dir=tmp_path).settings["path"] == rendered


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    """Without a default the value cannot be guessed."""
    output = {"type": "duckdb", "schema": "main", "path": "{{ env_var('NOT_SET_PATH') }}"}
    write(tmp_path, yaml.safe_dump({"order_list": {"target": "local", "outputs": {"local": output}}}))
    with pytest.raises(ConfigurationError, match="needs the environment variable NOT_SET_PATH"):
        load_target(project_dir=tmp_path)


def test_a_target_shows_no_secret(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings stay out of repr, and so out of traces."""
    monkeypatch.setenv("ORDER_LIST_SQLSERVER_PASSWORD", "hunter2222")
    assert "hunter2222" not in repr(load_target("prod", project_dir=project))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("order_list: [", "is not YAML: line 1, column 14"),
        ("order_list: {target: local, target: dev}", "the key target stands twice"),
        ("other: {}", "no readable profile"),
        ("order_list: {target: local}", "no readable profile"),
        ("order_list: {target: local, outputs: text}", "no readable profile"),
        ("order_list: {target: local, outputs: {local: text}}", "has no settings"),
        ("order_list: {target: local, outputs: {dev: {type: duckdb}}}", "no target 'local'"),
        ("order_list: {target: local, outputs: {local: {type: \"{{ env_var('NOT_SET') }}\"}}}", "NOT_SET"),
        ("order_list: {target: local, outputs: {local: {type: '{{ env_var('}}}", "cannot render"),
        ("order_list: {target: local, outputs: {local: {type: '{{ nope }}'}}}", "cannot render"),
        ("order_list: {target: local, outputs: {local: {port: \"{{ 'x' | as_number }}\"}}}", "cannot render"),
        ("order_list: {target: local, outputs: {local: {on: \"{{ 'maybe' | as_bool }}\"}}}", "neither true nor false"),
    ],
)
def test_a_wrong_profile_is_a_message(tmp_path: Path, text: str, says: str) -> None:
    """Whatever is wrong with the profile, the error names the file."""
    with pytest.raises(ConfigurationError) as caught:
        load_target(project_dir=write(tmp_path, text))
    assert says in str(caught.value)
    assert "profiles.yml" in str(caught.value)


def test_a_missing_profile_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a profile the sentence names the folders that were searched and the example."""
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"profiles\.example\.yml") as caught:
        load_target(project_dir=tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_an_unknown_adapter_is_named(tmp_path: Path) -> None:
    """A profile of another database names the ones that the project knows."""
    target = load_target(project_dir=write(tmp_path, "order_list: {target: a, outputs: {a: {type: oracle}}}"))
    with pytest.raises(ConfigurationError, match=r"oracle.*duckdb, sqlserver"):
        open_warehouse(target)
