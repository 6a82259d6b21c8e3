"""The text file for Prometheus, read by a parser as strict as promtool."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from pathlib import Path

import pytest

from monitoring.checks import REGISTRY
from monitoring.model import Figure, State
from monitoring.overview import RunFacts, StageFacts
from monitoring.prometheus import metrics, write_metrics
from warehouse import Target

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\\n]|\\\\|\\n)+)")
_TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)")
_SAMPLE = re.compile(rf"({NAME})\{{(.*)\}} (-?\d+(?:\.\d+)?(?:e-?\d+)?)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)')
#: What promtool's linter objects to: units that are no base units, types within names, a total that is no counter.
_BAD = re.compile(
    r"(milliseconds|minutes|hours|days|percent|kilobytes|_gauge|_counter|_total$|_count$|_sum$|_bucket$|__)"
)
UNITS = ("_seconds", "_ratio", "_figure", "_state", "_open", "_rows", "_orders", "_changes", "_errors", "_undelivered")


def parse(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Families by name: samples by labels. Anything that the format does not allow is an error."""
    assert text.endswith("\n")
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    helped, typed, current = set[str](), set[str](), ""
    for line in text[:-1].split("\n"):
        if match := _HELP.fullmatch(line):
            assert match[1] not in helped, "HELP twice"
            helped.add(match[1])
        elif match := _TYPE.fullmatch(line):
            assert match[1] in helped - typed, "TYPE before HELP, or twice"
            typed.add(match[1])
            current = match[1]
            found[current] = {}
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, f"no sample: {line!r}"
            assert match[1] == current, "samples of a family stand together, after its TYPE"
            assert "".join(one[0] for one in _LABEL.finditer(match[2])) == match[2], f"labels: {line!r}"
            labels = tuple(sorted(_LABEL.findall(match[2])))
            assert len({name for name, _ in labels}) == len(labels)
            assert labels not in found[current], "the same sample twice"
            found[current][labels] = float(match[3])
    assert helped == typed == {name for name, samples in found.items() if samples}
    return found


NOW = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
FIGURES = [
    Figure("sync_share", "", "", 90.0, State.ATTENTION, 95),
    Figure("api_p95", "", "", 0.25, State.OK, 10),
    Figure("backup_age", "", "", 2.0, State.OK, 48),
    Figure("records_given_up", "AJE", "AJE", 3.0, State.ATTENTION, 0),
    Figure("records_given_up", "RHONE", "RHONE", 5.0, State.ATTENTION, 0),
    Figure("verify_age", "", "", None, State.UNKNOWN, None),
]
RUN = RunFacts("r1", "ok", NOW, 61.5, 504, 12, 3, NOW)
STAGES = (StageFacts("load", "ok", 0.5, 512), StageFacts("sync", "skipped", 0.0, None))


def target_in(folder: Path, name: str = "prod", *, is_default: bool = True) -> Target:
    return Target(name, "duckdb", "main", {}, folder, is_default=is_default)


def written(target: str = "prod", run: RunFacts | None = RUN) -> str:
    return metrics(target, REGISTRY, FIGURES, run, STAGES, open_alerts={State.ATTENTION: 3, State.FAILED: 0},
                   undelivered=1, judged_at=NOW.timestamp())  # fmt: skip


def test_names_units_and_format_are_clean() -> None:
    """Every name is in base units and parses; HELP and TYPE stand before the samples of each."""
    found = parse(written())
    for name in found:
        assert name.startswith("order_list_")
        assert not _BAD.search(name), name
        assert name.endswith(UNITS), name


def test_figures_are_in_base_units() -> None:
    """Shares of one, seconds, counts; the worst subject of each check; nothing for what is not known."""
    found = parse(written())

    def of(name: str, **labels: str) -> float:
        return found[name][tuple(sorted({"target": "prod", **labels}.items()))]

    assert of("order_list_last_success_timestamp_seconds") == NOW.timestamp()
    assert of("order_list_last_run_duration_seconds") == 61.5
    assert of("order_list_check_ratio", check="sync_share") == 0.9
    assert of("order_list_check_seconds", check="api_p95") == 0.25
    assert of("order_list_check_seconds", check="backup_age") == 7200
    assert of("order_list_check_figure", check="records_given_up") == 5
    assert of("order_list_check_open", check="records_given_up") == 2
    assert of("order_list_check_state", check="verify_age") == 1
    assert of("order_list_stage_rows", stage="load") == 512
    assert of("order_list_alerts_undelivered") == 1
    checks = {
        dict(labels).get("check")
        for name in ("ratio", "seconds", "figure")
        for labels in found[f"order_list_check_{name}"]
    }
    assert "verify_age" not in checks


def test_no_customer_stands_in_the_file() -> None:
    """Others on the machine may read it."""
    assert "AJE" not in written()


def test_labels_are_escaped() -> None:
    """Whatever a target is called."""
    found = parse(written('we"ird\\\nname'))
    assert dict(next(iter(found["order_list_alerts_undelivered"])))["target"] == 'we\\"ird\\\\\\nname'


def test_before_the_first_run_there_is_no_zero() -> None:
    """No sample of a run that never was."""
    found = parse(written(run=None))
    assert not [name for name in found if "last_" in name]


def test_the_file_is_replaced_whole_and_others_may_read_it(tmp_path: Path) -> None:
    """The collector runs as another user, and never sees half of a file, nor a second one that ends in .prom."""
    before = os.umask(0o077)
    try:
        path = write_metrics(target_in(tmp_path), "a 1\n")
        write_metrics(target_in(tmp_path), "b 2\n")
    finally:
        os.umask(before)
    assert path == tmp_path / "data/metrics/order_list.prom"
    assert [one.name for one in path.parent.iterdir()] == ["order_list.prom"]
    assert path.read_text(encoding="utf-8") == "b 2\n"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def test_each_target_has_a_file_and_a_label_of_its_own(tmp_path: Path) -> None:
    """A run of dev leaves prod's figures alone; together the files are one exposition without a sample twice."""
    prod = write_metrics(target_in(tmp_path), written("prod"))
    dev = write_metrics(target_in(tmp_path, "a/b", is_default=False), written("a/b"))
    assert (prod.name, dev.name) == ("order_list.prom", "order_list.a%2Fb.prom")
    of_both = [parse(path.read_text(encoding="utf-8")) for path in (prod, dev)]
    for name, samples in of_both[0].items():
        assert not samples.keys() & of_both[1][name].keys()
        assert {dict(labels)["target"] for labels in (*samples, *of_both[1][name])} == {"prod", "a/b"}
    helped = [set(re.findall("# (?:HELP|TYPE) .*", path.read_text(encoding="utf-8"))) for path in (prod, dev)]
    assert helped[0] == helped[1], "the collector refuses a family that is described in two ways"


def test_a_target_that_becomes_the_default_leaves_no_second_file_of_it(tmp_path: Path) -> None:
    """The same sample in two files is an error of the whole collector. Those of other targets stay."""
    write_metrics(target_in(tmp_path, is_default=False), written("prod"))
    write_metrics(target_in(tmp_path, "local"), written("local"))
    folder = tmp_path / "data/metrics"
    assert sorted(one.name for one in folder.iterdir()) == ["order_list.prod.prom", "order_list.prom"]
    (folder / "order_list.prom").unlink()
    write_metrics(target_in(tmp_path), written("prod"))
    assert [one.name for one in folder.iterdir()] == ["order_list.prom"]
    write_metrics(target_in(tmp_path, is_default=False), written("prod"))
    assert [one.name for one in folder.iterdir()] == ["order_list.prod.prom"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no draft behind."""
    path = write_metrics(target_in(tmp_path), "a 1\n")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_metrics(target_in(tmp_path), "b 2\n")
    assert [one.name for one in path.parent.iterdir()] == ["order_list.prom"]
    assert path.read_text(encoding="utf-8") == "a 1\n"
