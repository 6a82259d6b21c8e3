"""What is wrong with a connection is a sentence with its hint, and nothing is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from console import ConfigurationError, LockHeldError
from tests.sqlserver_live.conftest import Place
from warehouse import Column, ConnectionFailedError, Target, open_warehouse
from warehouse.sqlserver import SQLServerWarehouse, examine, lock_trial


@pytest.mark.parametrize(
    ("setting", "value", "message", "hint"),
    [
        ("driver", "No Such Driver", "'No Such Driver' is not there", "make sqlserver-driver"),
        ("password", "not the password", "does not accept the login", "_PASSWORD"),
        ("database", "no_such_database", "no database 'no_such_database'", "ORDER_LIST_SQLSERVER_DATABASE"),
        ("port", 1, "cannot be reached", "ORDER_LIST_SQLSERVER_HOST"),
        ("trust_cert", False, "certificate", "ORDER_LIST_SQLSERVER_TRUST_CERT"),
        ("user", "", "has no user", "ORDER_LIST_SQLSERVER_USER"),
    ],
)
def test_a_bad_setting_is_told_in_a_message(
    target: Target, setting: str, value: object, message: str, hint: str
) -> None:
    """Each bad setting has its sentence and its hint, and ends with exit code 2."""
    settings = {**target.settings, setting: value, "login_timeout": 5}
    with pytest.raises(ConfigurationError) as caught, open_warehouse(replace(target, settings=settings)).session():
        pass
    assert message in caught.value.message
    assert hint in str(caught.value.hint)
    assert str(target.settings["password"]) not in str(caught.value)


def test_a_login_without_rights_is_told_what_it_lacks(target: Target, admin: Target, schema: str) -> None:
    """The doctor of a login that may do nothing lists the rights and the statement that grants each."""
    name, password = f"{schema}_guest", "Guest-of-the-test-1"
    with open_warehouse(admin).session() as session:
        session.execute(f"create login {name} with password = '{password}'")
        session.execute(f"create user {name} for login {name}")
    try:
        guest = replace(target, settings={**target.settings, "user": name, "password": password})
        warehouse = open_warehouse(guest)
        assert isinstance(warehouse, SQLServerWarehouse)
        missing = {finding.check: finding.hint for finding in examine(warehouse) if finding.verdict == "missing"}
        assert str(missing["right: CREATE TABLE"]).startswith("GRANT CREATE TABLE TO")
        assert f"right: ALTER on schema {schema}" in missing
        with warehouse.session() as session, pytest.raises(Exception, match=r"lacks a right|refused"):
            session.create_table("not_allowed", [Column("a")])
    finally:
        with open_warehouse(admin).session() as session:
            session.execute(f"drop user {name}")
            session.execute(f"drop login {name}")


def test_the_doctor_finds_all_well(target: Target) -> None:
    """With the right login every check is made and nothing is missing."""
    warehouse = open_warehouse(target)
    assert isinstance(warehouse, SQLServerWarehouse)
    findings = {finding.check: finding for finding in examine(warehouse)}
    assert {finding.check for finding in findings.values() if finding.verdict == "missing"} == set()
    wanted = {"driver", "connection", "version", "compatibility level", "collation", "log space", "tempdb space"}
    assert wanted <= set(findings)


def test_the_lock_keeps_another_process_out_and_dies_with_its_own(
    target: Target, place: Place, workbooks: Mapping[int, Path]
) -> None:
    """While we hold the lock a command ends with 3; when the holder is killed the lock is free at once."""
    with open_warehouse(target).lock():
        assert "Another run is at work" in place.run(
            "loader", "land", "--target", "prod", "--source", str(workbooks[1]), expect=3
        )
    code = (
        "import sys, time; from warehouse import load_target, open_warehouse\n"
        "with open_warehouse(load_target('prod')).lock():\n    print('held', flush=True); time.sleep(600)\n"
    )
    script = place.folder / "hold.py"
    script.write_text(code, encoding="utf-8")
    holder = place.start("hold")
    try:
        for _ in range(300):
            try:
                with open_warehouse(target).lock():
                    pass
            except LockHeldError:
                break
        else:
            pytest.fail("the other process never took the lock")
    finally:
        holder.kill()
        holder.wait()
    with open_warehouse(target).lock():
        pass


def test_the_loss_of_the_lock_is_noticed(target: Target) -> None:
    """A second session is kept out, and when the lock's session ends, the run is stopped within seconds."""
    assert "was noticed" in lock_trial(target)


def test_the_deep_doctor_passes(place: Place) -> None:
    """Every kind of statement works on this server, in a schema that is gone afterwards."""
    findings = place.json("pipeline", "doctor", "--target", "prod", "--deep")
    tried = {found["check"]: found for found in findings if found["verdict"] in {"passed", "failed"}}
    assert len(tried) == 5
    assert [found for found in tried.values() if found["verdict"] == "failed"] == []
    with place.prod.session() as session:
        assert session.rows("select name from sys.schemas where name like 'order[_]list[_]doctor[_]%'") == []


def test_a_connection_that_the_profile_cannot_describe_is_refused(target: Target) -> None:
    """An unknown way of signing in is told before anything is sent."""
    settings = {**target.settings, "authentication": "", "windows_login": False}
    with pytest.raises(ConfigurationError), open_warehouse(replace(target, settings=settings)).session():
        pass
    assert issubclass(ConnectionFailedError, ConfigurationError)
