"""A run that could not even be noted, as its database is damaged or cannot be reached: told without it, once.

The outbox stands in the database, so these messages are sent at once. A file remembers them, and the next look at a
database that can be asked tells that it is over.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from console import ConfigurationError, private_folder, redact, write_private
from monitoring.alerts import Kind
from monitoring.channels import channels_of, deliver_within, open_channel
from monitoring.errors import PartlyTakenError, UndeliveredError
from monitoring.messages import Group, Line, Message, moment
from monitoring.model import AHEAD, State
from monitoring.outbox import Open, said
from monitoring.settings import Settings, load_settings
from monitoring.tables import key_of
from monitoring.texts import spoken_state
from warehouse import Warehouse

TITLE = "A run could not begin"


@dataclass(frozen=True, slots=True)
class _Told:
    since: dt.datetime
    last: dt.datetime


def tell_unnoted(
    warehouse: Warehouse, why: str, *, now: Callable[[], dt.datetime], opened: Open = open_channel
) -> tuple[str, ...]:  # fmt: skip
    """Tell whoever looks after the runs, unless they know; returns what could not be delivered.

    Raises:
        ConfigurationError: monitoring.yml is wrong.
    """
    settings, at = load_settings(warehouse.target.project_dir), now()
    path = _file(warehouse)
    known = _read(path)
    if known is not None and -AHEAD <= at - known.last < settings.repeat_after:
        return ()
    since = known.since if known else at
    line = _line(Kind.STILL if known else Kind.OPENED, State.FAILED, redact(why), since, at)
    taken, problems = _send(warehouse.target.name, settings, line, at, opened)
    if taken:
        with suppress(OSError):  # a full disk: then it is told again
            private_folder(path.parent)
            write_private(path, json.dumps({"since": since.isoformat(), "last": at.isoformat()}))
    return problems


def tell_it_is_over(
    warehouse: Warehouse, settings: Settings, *, now: Callable[[], dt.datetime], opened: Open = open_channel
) -> tuple[str, ...]:  # fmt: skip
    """The database can be asked again: tell those who were told that it could not."""
    path = _file(warehouse)
    known = _read(path)
    if known is None:
        return ()
    line = _line(Kind.RECOVERED, State.OK, "The database can be asked again.", known.since, now())
    taken, problems = _send(warehouse.target.name, settings, line, now(), opened)
    if taken:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return problems


def _send(target: str, settings: Settings, line: Line, at: dt.datetime, opened: Open) -> tuple[bool, tuple[str, ...]]:
    """Whether somebody took it, and who did not."""
    channels, problems, taken = channels_of(settings), list[str](), False
    owner = settings.owners.get(settings.default_owner)
    for name in (owner.channels if owner else ()) or channels:
        key = key_of(target, name, TITLE, line.kind, line.since)[:32]
        what = "1 recovered" if line.kind == Kind.RECOVERED else "1 failed"
        message = Message(
            key, target, "", moment(at), f"Order list ({target}): {what}", State.OK.value
            if line.kind == Kind.RECOVERED else State.FAILED.value, (Group(settings.default_owner, (line,)),),
        )  # fmt: skip
        try:
            deliver_within(opened(name, channels[name]), message)
            taken = True
        except PartlyTakenError as error:
            taken = True
            problems.append(f"{name}: {said(error)}")
        except UndeliveredError as error:
            problems.append(f"{name}: {said(error)}")
        except ConfigurationError as error:
            problems.append(f"{name}: {error.message}")
    return taken, tuple(problems)


def _line(kind: Kind, state: State, text: str, since: dt.datetime, at: dt.datetime) -> Line:
    began = moment(since) if kind is not Kind.RECOVERED else f"{moment(since)}, until {moment(at)}"
    return Line(kind.value, spoken_state(state), "run_not_begun", TITLE, text, began, (), (), (), "pipeline doctor")


def _file(warehouse: Warehouse) -> Path:
    target = warehouse.target
    return target.project_dir / "data" / f"monitoring_unnoted.{quote(target.name, safe='')}.json"


def _read(path: Path) -> _Told | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return _Told(*(dt.datetime.fromisoformat(found[name]) for name in ("since", "last")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
