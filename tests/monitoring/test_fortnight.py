# ruff: noqa: E501 - mails as they come
"""A fortnight of mornings: what is told is what a person would want to hear, once, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from monitoring.shown import status_text
from tests.monitoring.fortnight import FIRST, Scene
from tests.monitoring.story import Story, played
from tests.parsed import parsed_project

pytestmark = pytest.mark.slow
SEED = 7
#: What each owner is reached by.
REACHED = {"ann": {"webhook", "mail"}, "operations": {"webhook", "mail", "teams", "slack"}}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Scene]]:
    """The fortnight, played once."""
    with played(tmp_path_factory.mktemp("fortnight"), SEED, copy=parsed_project) as found:
        yield found


def scene_of(scenes: list[Scene], what: str) -> Scene:
    return next(scene for scene in scenes if scene.what == what)


def test_people_are_told_what_they_would_want_to_know(scenes: list[Scene]) -> None:
    """Each trouble once, with its recovery, to whom it concerns; nothing of what is normal, the first day included."""
    told = {(scene.day, scene.at): sorted(map(repr, scene.told)) for scene in scenes}
    assert told == {(scene.day, scene.at): sorted(map(repr, scene.wanted)) for scene in scenes}
    assert sum(len(scene.told) for scene in scenes) == 18, "nine troubles, each with its end"


def test_every_channel_gets_one_message_of_what_concerns_its_owners(scenes: list[Scene]) -> None:
    """Teams, Slack, webhook and mail: one each, and none where nothing is told."""
    for scene in scenes:
        wanted = set[str]().union(*(REACHED[line.owner] for line in scene.wanted))
        assert {name for name, count in scene.messages.items() if count} == wanted, (scene.day, scene.at)
        assert set(scene.messages.values()) <= {0, 1}


def test_status_shows_what_is_open_whether_it_was_told_or_not(scenes: list[Scene]) -> None:
    """What follows from a cause is no message of its own, and stands in `monitor status` all the same."""
    assert [(scene.day, scene.at, scene.open) for scene in scenes if not scene.is_open_as_it_should] == []
    status = scene_of(scenes, "a planner renamed a column").status
    assert status is not None
    said = status_text(status)
    assert said.startswith("4 alerts open.")
    (held,) = [line for line in said.splitlines() if "Customers held back" in line]
    assert "with its cause" in held
    final = scenes[-1].status
    assert final is not None
    assert status_text(final).startswith("Nothing is open.")


def test_the_heartbeat_tells_each_run_and_misses_the_one_that_never_was(scenes: list[Scene]) -> None:
    """Start and success, start and fail; on the day without a run nothing, which is what the other side notices."""
    by_day: dict[int, list[str]] = {}
    for scene in scenes:
        by_day.setdefault(scene.day, []).extend(ping.removeprefix("/beat").strip("/") or "ok" for ping in scene.pings)

    def day_of(what: str) -> int:
        return scene_of(scenes, what).day

    other = {
        day_of("the API is down"): ["start", "ok", *["start", "fail"] * 2, "start", "ok"],
        day_of("there is a token again"): ["start", "fail", "start", "ok"],
        day_of("the column is back; a label is refused"): ["start", "fail"],
        day_of("no run came"): [],
    }
    assert by_day == {day: other.get(day, ["start", "ok"]) for day in range(1, 15)}


def mail_text(scene: Scene) -> str:
    """The mail's plain text, with what differs between two plays taken out."""
    (mail,) = scene.mails
    body = mail.get_body(("plain",))
    assert body is not None
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{4}", "RUN", body.get_content())
    text = re.sub(r"message [0-9a-f]{32}", "message ID", text)
    return "\n".join(text.split("\r\n")).strip()  # as mail ends its lines


MAILS: Mapping[str, str] = {
    "the API is down": """
Order list (local): 1 failed

* The last run failed: opened
  Failed in sync: The API gave no usable answer to the query start, 6 times: HTTP 503: an HTML page instead of JSON. Try again later.
  since 2026-03-09 07:45 UTC; to see more: pipeline status

The report: https://files.example.com/reports/RUN/report.html
2026-03-09 07:45 UTC, run RUN, message ID
""",
    "a planner renamed a column": """
Order list (local): 1 to look at

* Columns that are empty now: opened
  GREYSON: 1 column (none is well)
  - ex_factory_date had a value in 17 of the 17 orders last pushed and has none now: there is no header "EX FACTORY DATE" in GREYSON ORDER LIST (M3).xlsx.
  with it: Records that the board shows as they are: 91.7 %: 17 of 206 records are not on the board as they should be
  with it: Headers that nobody knows: GREYSON ORDER LIST (M3).xlsx, 1 header: for example XF DATE (NEW)
  with it: Customers held back: GREYSON
  since 2026-03-10 06:50 UTC; to see more: pipeline status

The report: https://files.example.com/reports/RUN/report.html
2026-03-10 06:50 UTC, run RUN, message ID
""",
    "the column is back; a label is refused": """
Order list (local): 1 failed, 1 to look at, 1 recovered

operations:
* The last run failed: opened
  Failed: Nothing of what was due reached the board (1 row); 1 record not taken by the board.
  since 2026-03-11 06:50 UTC; to see more: pipeline status

* Columns that are empty now: recovered
  GREYSON: none any more
  since 2026-03-10 06:50 UTC, until 2026-03-11 06:50 UTC; to see more: pipeline status

ann:
* Records that the board refuses: opened
  RHONE: 1 record (none is well)
  - unit_of_measure: the board column has no label 'BUNDLE' and none may be created there; it has EA, PACK, PAIR, PCS, SET
  since 2026-03-11 06:50 UTC; to see more: monday-sync status

The report: https://files.example.com/reports/RUN/report.html
2026-03-11 06:50 UTC, run RUN, message ID
""",
}


@pytest.mark.parametrize("what", list(MAILS))
def test_a_mail_says_all_that_one_needs(scenes: list[Scene], what: str) -> None:
    """What, how bad, since when, which customers, the reasons, the command to run, the report's address."""
    assert mail_text(scene_of(scenes, what)) == MAILS[what].strip()


def test_the_page_of_each_morning_says_how_things_stand(scenes: list[Scene]) -> None:
    """Its first line has the number of open alerts and the run of that time, in the words of its verdict."""
    runs = [scene for scene in scenes if "/beat/start" in scene.pings]
    assert len(runs) == 17
    for scene in runs:
        line = re.search("<h1>(.*)</h1>", scene.page)
        assert line, scene.what
        count = len(scene.open)
        assert line[1].startswith(f"{count} alert{'s'[: count != 1]} open" if count else "Nothing is open."), scene.what
        day = FIRST.day + scene.day - 1
        assert f"Last run 2026-03-{day:02} {scene.at}: " in line[1], scene.what
        assert ("Last run" in line[1] and ": failed, " in line[1]) == ("/beat/fail" in scene.pings), scene.what
    renamed = scene_of(scenes, "a planner renamed a column").page
    assert "had a value in 17 of the 17 orders last pushed and has none now" in renamed
    assert renamed.count("told with its cause") == 3


def test_the_last_page_tells_the_story_of_the_fortnight(scenes: list[Scene]) -> None:
    """Every run with its verdict in its order, and each trouble that is over, with its beginning and its end."""
    page = scenes[-1].page
    told = re.findall(r'<span class="pill \w+">([\w ]+)</span></td><td class="n">', page)[::-1]  # the last run first
    verdicts = ["failed" if "/beat/fail" in scene.pings else "went through" for scene in scenes if scene.pings]
    assert ["failed" if word == "failed" else "went through" for word in told] == verdicts
    over = re.findall("<li>(2026-03-.*?)</li>", page)
    story = Story(SEED)
    wanted = {
        "Hours since a run went through", "Seconds within which 95 % of API calls are answered", "The last run failed",
        "Backups, or trials of them, that failed, backup check", f"Columns that are empty now, {story.renamed}",
        f"Records that the board refuses, {story.refused}",
        f"Workbooks that usually come and did not, {story.missing} ORDER LIST (M3).xlsx",
    }  # fmt: skip
    assert wanted <= {one.split(": ", 1)[1] for one in over}
    back = scene_of(scenes, "the file is back")
    began = scene_of(scenes, "a customer's file is missing")
    (file,) = [one for one in over if "did not" in one]
    times = [f"2026-03-{FIRST.day + one.day - 1:02} {one.at}" for one in (began, back)]
    assert file.startswith(f"{times[0]} to {times[1]}: ")


def test_seeds_play_other_stories() -> None:
    """Order, hour and who is met differ; each has all episodes in its fourteen days."""
    stories = [Story(seed) for seed in range(20)]
    for story in stories:
        days = [play.__name__ for episode in story.order for play in episode]
        assert (len(days), days[:2], days.count("quiet")) == (14, ["quiet", "quiet"], 4)
    assert len({tuple(play.__name__ for one in story.order for play in one) for story in stories}) > 10
    assert len({(story.missing, story.renamed, story.refused, story.wakes) for story in stories}) > 10
