# ruff: noqa: E501 - mails as they come
"""A fortnight of mornings: what is told is what a person would want to hear, once, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from monitoring.shown import status_text
from tests.monitoring.fortnight import Scene, Told, fortnight
from tests.parsed import parsed_project

pytestmark = pytest.mark.slow
SEED = 7
FILE = "RHONE ORDER LIST (M3).xlsx"

#: Day and time, what is told then, and what is open afterwards. Of every other time: nothing is told.
STORY: Mapping[tuple[int, str], tuple[tuple[Told, ...], tuple[str, ...]]] = {
    (3, "07:00"): ((Told("workbooks_missing", "opened", FILE, "ann"),), ("workbooks_missing",)),
    (5, "07:00"): ((Told("workbooks_missing", "recovered", FILE, "ann"),), ()),
    (6, "09:05"): ((Told("run_overdue", "opened"),), ("run_overdue",)),
    (7, "07:00"): ((Told("run_overdue", "recovered"),), ()),
    (8, "07:00"): ((Told("api_p95", "opened"),), ("api_p95",)),
    (8, "07:45"): ((Told("last_run", "opened"),), ("api_p95", "last_run")),
    (8, "08:50"): ((Told("last_run", "recovered"), Told("api_p95", "recovered")), ()),
    (9, "07:00"): ((Told("backups_failing", "opened", "backup check"),), ("backups_failing", "restore_age")),
    (10, "07:00"): (
        (Told("last_run", "opened"), Told("backups_failing", "recovered", "backup check")), ("last_run",),
    ),
    (10, "08:30"): ((Told("last_run", "recovered"),), ()),
    (11, "07:00"): (
        (Told("drift", "opened", "RHONE", "ann"),), ("customers_held", "drift", "sync_share", "unknown_headers"),
    ),
    (12, "07:00"): (
        (Told("last_run", "opened"), Told("drift", "recovered", "RHONE", "ann")), ("last_run", "records_refused"),
    ),
    # the run came, and failed, which was told
    (12, "09:05"): ((), ("last_run", "records_refused", "run_overdue")),
    (13, "07:00"): ((Told("last_run", "recovered"),), ()),
}  # fmt: skip
#: What each owner is reached by.
REACHED = {"ann": {"webhook", "mail"}, "operations": {"webhook", "mail", "teams", "slack"}}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Scene]]:
    """The fortnight, played once."""
    with fortnight(tmp_path_factory.mktemp("fortnight"), SEED, copy=parsed_project) as played:
        yield played.play()


def scene_of(scenes: list[Scene], day: int, at: str) -> Scene:
    return next(scene for scene in scenes if (scene.day, scene.at) == (day, at))


def test_people_are_told_what_they_would_want_to_know(scenes: list[Scene]) -> None:
    """Each trouble once, with its recovery, to whom it concerns; nothing of what is normal, the first day included."""
    told = {(scene.day, scene.at): tuple(scene.told) for scene in scenes if scene.told}
    assert told == {when: lines for when, (lines, _) in STORY.items() if lines}


def test_every_channel_gets_one_message_of_what_concerns_its_owners(scenes: list[Scene]) -> None:
    """Teams, Slack, webhook and mail: one each, and none where nothing is told."""
    for scene in scenes:
        wanted = set[str]().union(*(REACHED[line.owner] for line in scene.told))
        assert {name for name, count in scene.messages.items() if count} == wanted, (scene.day, scene.at)
        assert set(scene.messages.values()) <= {0, 1}


def test_status_shows_what_is_open_whether_it_was_told_or_not(scenes: list[Scene]) -> None:
    """What follows from a cause is no message of its own, and stands in `monitor status` all the same."""
    is_open: tuple[str, ...] = ()
    for scene in scenes:
        if (scene.day, scene.at) in STORY:
            is_open = STORY[scene.day, scene.at][1]
        assert tuple(scene.open) == is_open, (scene.day, scene.at)
    status = scene_of(scenes, 11, "07:00").status
    assert status is not None
    said = status_text(status)
    assert said.startswith("4 alerts open.")
    (held,) = [line for line in said.splitlines() if "Customers held back" in line]
    assert "with its cause" in held
    final = scenes[-1].status
    assert final is not None
    assert status_text(final).startswith("Nothing is open.")


def test_the_heartbeat_tells_each_run_and_misses_the_one_that_never_was(scenes: list[Scene]) -> None:
    """Start and success, start and fail; on the sixth day nothing, which is what the other side notices."""
    by_day: dict[int, list[str]] = {}
    for scene in scenes:
        by_day.setdefault(scene.day, []).extend(ping.removeprefix("/beat").strip("/") or "ok" for ping in scene.pings)
    failed = {8: ["start", "ok", *["start", "fail"] * 2, "start", "ok"], 10: ["start", "fail", "start", "ok"],
              12: ["start", "fail"], 6: []}  # fmt: skip
    assert by_day == {day: failed.get(day, ["start", "ok"]) for day in range(1, 15)}


def mail_text(scene: Scene) -> str:
    """The mail's plain text, with what differs between two plays taken out."""
    (mail,) = scene.mails
    body = mail.get_body(("plain",))
    assert body is not None
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{4}", "RUN", body.get_content())
    text = re.sub(r"message [0-9a-f]{32}", "message ID", text)
    return "\n".join(text.split("\r\n")).strip()  # as mail ends its lines


MAILS = {
    (8, "07:45"): """
Order list (local): 1 failed

* The last run failed: opened
  Failed in sync: The API gave no usable answer to the query start, 6 times: HTTP 503: an HTML page instead of JSON. Try again later.
  since 2026-03-09 07:45 UTC; to see more: pipeline status

The report: https://files.example.com/reports/RUN/report.html
2026-03-09 07:45 UTC, run RUN, message ID
""",
    (11, "07:00"): """
Order list (local): 1 to look at

* Columns that are empty now: opened
  RHONE: 1 column (none is well)
  - ex_factory_date had a value in 13 of the 13 orders last pushed and has none now: there is no header "EX FACTORY DATE" in RHONE ORDER LIST (M3).xlsx.
  with it: Records that the board shows as they are: 94.7 %: 11 of 206 records are not on the board as they should be
  with it: Headers that nobody knows: RHONE ORDER LIST (M3).xlsx, 1 header: for example XF DATE (NEW)
  with it: Customers held back: RHONE
  since 2026-03-12 07:00 UTC; to see more: pipeline status

The report: https://files.example.com/reports/RUN/report.html
2026-03-12 07:00 UTC, run RUN, message ID
""",
    (12, "07:00"): """
Order list (local): 1 failed, 1 recovered

operations:
* The last run failed: opened
  Failed: Nothing of what was due reached the board (1 row); 1 record not taken by the board.
  with it: Records that the board refuses: GREYSON, 1 record: unit_of_measure: the board column has no label 'BUNDLE' and none may be created there; it has EA, PACK, PAIR, PCS, SET
  since 2026-03-13 07:00 UTC; to see more: pipeline status

ann:
* Columns that are empty now: recovered
  RHONE: none any more
  since 2026-03-12 07:00 UTC, until 2026-03-13 07:00 UTC; to see more: pipeline status

The report: https://files.example.com/reports/RUN/report.html
2026-03-13 07:00 UTC, run RUN, message ID
""",
}  # fmt: skip


@pytest.mark.parametrize(("day", "at"), list(MAILS))
def test_a_mail_says_all_that_one_needs(scenes: list[Scene], day: int, at: str) -> None:
    """What, how bad, since when, which customers, the reasons, the command to run, the report's address."""
    assert mail_text(scene_of(scenes, day, at)) == MAILS[day, at].strip()
