"""monitoring.yml: strict, sensible without it, and its recipes do what the documentation says."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from console import ConfigurationError, parse_yaml
from monitoring.channels import channels_of
from monitoring.checks import REGISTRY
from monitoring.settings import Settings, load_settings, read_settings

ROOT = Path(__file__).parents[2]


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All checks by their own bars, everything for operations, and a channel for each variable that is set."""
    settings = load_settings(tmp_path)
    assert settings == Settings()
    assert settings.registry() == REGISTRY
    assert settings.owner_of("drift", "AJE") == "operations"
    assert channels_of(settings) == {}
    monkeypatch.setenv("ORDER_LIST_TEAMS_URL", "https://example.com/x")
    monkeypatch.setenv("ORDER_LIST_SMTP_HOST", "mail.example.com")
    assert list(channels_of(settings)) == ["teams", "mail"]


def test_the_project_s_own_file_is_valid() -> None:
    """The file at the root, which shows every key as a comment."""
    assert load_settings(ROOT).registry()


def test_every_example_of_the_documentation_is_valid() -> None:
    """Each block of YAML in docs/monitoring.md is a file that could stand so."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/monitoring.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 4
    for block in blocks:
        read_settings(parse_yaml(block))


def test_the_documentation_names_every_check_and_key() -> None:
    """A check or a key that nobody can read of is not there for people."""
    text = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    assert not [check.name for check in REGISTRY if f"`{check.name}`" not in text]
    assert not [name for name in Settings.model_fields if f"`{name}`" not in text and f"{name}:" not in text]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("checks: {sync_shar: {attention: 90}}", "checks.sync_shar: there is no such check"),
        ("checks: {sync_share: {attention: 70}}", r"sync_share: failed \(80\) must be below attention \(70\)"),
        ("checks: {disk: {atention: 90}}", "checks.disk.atention"),
        ("customers: {AJE: {owner: ann}}", "customers.AJE.owner: ann is not among the owners"),
        ("channels: {a: {kind: webhook, address: X}}\nowners: {ann: {channels: [b]}}", "owners.ann.channels: b is not"),
        ("repeat_after: 26", "repeat_after: write minutes, hours or days"),
        ("quiet_hours: {from: 20:00, to: 6}", "quiet_hours"),
        ('quiet_hours: {from: "20:00", to: "06:00", zone: Mars}', "there is no time zone 'Mars'"),
        ("checks: {}\nchecks: {}", "the key checks stands twice"),
        ("channels: {a: {kind: pigeon}}", "channels.a.kind"),
        ("channels: {a: {kind: teams, address: 'https://example.com/secret'}}", "name an environment variable"),
        ("- a", "no list of keys"),
        ("default_owner: nobody", "default_owner: nobody is not among the owners"),
        ("secrets: {MONDAY_API_TOKEN: soon}", "secrets.MONDAY_API_TOKEN"),
        ("secrets: {MONDAY_API_TOKEN: 2027-13-45}", "line 1, column 29: there is no such date"),
        ("checks: {disk: {attention: .nan}}", "checks.disk.attention: write a number"),
        ("checks: {disk: {failed: -.inf}}", "checks.disk.failed: "),
        ("checks: {conflicts: {attention: 1e12}}", "checks.conflicts.attention: "),
        ("owners: {ann: {channels: [tems]}}", "owners.ann.channels: tems is not among the channels"),
        ("checks: {disk: {channels: [nowhere]}}", "checks.disk.channels: nowhere is not"),
        ("owners: {ann: {channels: teams}}", r"owners.ann.channels: write a list, as \[one, two\]"),
        ("channels: {'a, b': {kind: teams}}", "a name has no comma"),
        ("channels:", "channels: write keys and values below it"),
        ("customers: {AJE: {}}", "customers.AJE.owner: this is missing"),
        ('quiet_hours: {from: "20:00", to: "20:00"}', "quiet_hours: from and to are the same"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    """The file, the key and what is wrong; never a value that could be a secret."""
    (tmp_path / "monitoring.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said) as caught:
        load_settings(tmp_path)
    assert "monitoring.yml" in str(caught.value)
    assert "example.com/secret" not in str(caught.value)


def test_quiet_hours_go_over_midnight_in_their_own_zone() -> None:
    """20:00 to 06:30 in London, in summer and in winter."""
    quiet = read_settings({"quiet_hours": {"from": "20:00", "to": "06:30", "zone": "Europe/London"}}).quiet_hours
    assert quiet is not None

    def covers(month: int, hour: int, minute: int = 0) -> bool:
        return quiet.covers(dt.datetime(2026, month, 15, hour, minute, tzinfo=dt.UTC))

    assert [covers(1, 19, 59), covers(1, 20), covers(1, 6, 29), covers(1, 6, 30)] == [False, True, True, False]
    assert [covers(7, 18, 59), covers(7, 19), covers(7, 5, 29), covers(7, 5, 30)] == [False, True, True, False]


def test_quiet_hours_are_the_clock_s_when_it_changes() -> None:
    """On the nights when London's clocks change, 20:00 to 06:30 ends at 06:30 there: an hour earlier, or later."""
    quiet = read_settings({"quiet_hours": {"from": "20:00", "to": "06:30", "zone": "Europe/London"}}).quiet_hours
    assert quiet is not None
    night = [(3, 28, 20, 0), (3, 29, 1, 30), (3, 29, 5, 29), (10, 24, 19, 0), (10, 25, 1, 30), (10, 25, 6, 29)]
    day = [(3, 28, 19, 59), (3, 29, 5, 30), (10, 24, 18, 59), (10, 25, 6, 30)]
    assert all(quiet.covers(dt.datetime(2026, *moment, tzinfo=dt.UTC)) for moment in night)
    assert not any(quiet.covers(dt.datetime(2026, *moment, tzinfo=dt.UTC)) for moment in day)


def test_owners_may_name_channels_by_variable() -> None:
    """Without channels in the file each kind is the name of one."""
    assert read_settings({"owners": {"ann": {"channels": ["teams", "mail"]}}}).owners["ann"].channels


def test_recipe_a_bar_an_owner_and_a_channel() -> None:
    """What docs/monitoring.md shows as recipes: each changes exactly what it says."""
    settings = read_settings(
        parse_yaml("""
channels:
  planners: {kind: teams, address: ORDER_LIST_PLANNERS_URL}
  night: {kind: mail, host: mail.example.com, sender: orders@example.com, to: [oncall@example.com]}
owners:
  operations: {channels: [night]}
  ann: {channels: [planners]}
customers:
  GREYSON: {owner: ann}
checks:
  sync_share: {attention: 98, failed: 90}
  disk: {severity: off}
  conflicts: {severity: attention, owner: ann}
""")
    )
    by_name = {check.name: check for check in settings.registry()}
    assert (by_name["sync_share"].bars.attention, by_name["sync_share"].bars.failed) == (98, 90)
    assert "disk" not in by_name
    assert settings.owner_of("drift", "greyson") == "ann"
    assert settings.owner_of("conflicts", "") == "ann"
    assert channels_of(settings)["planners"].address == "ORDER_LIST_PLANNERS_URL"
