"""Sections on what has to hold when something goes wrong: integrity, backups that restore, alerts that arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib.util import find_spec

from console import listed
from operations.audit import Verdict as Found
from operations.audit import audit
from operations.backup import last_verified, records
from operations.cutover.preflight.model import Check, Section
from operations.cutover.preflight.scene import Scene
from operations.log import Log

_AUDITED = ("integrity", "constraints")
_HOUR = dt.timedelta(hours=1)
_OUTBOX = "pipeline_outbox"


def audited(scene: Scene, section: Section) -> Iterator[Check]:
    """The audit's sections on integrity and constraints."""
    for one in audit(scene.warehouse, _AUDITED).sections:
        wrong, well = one.with_verdict(Found.FAILED), one.with_verdict(Found.PASSED)
        name = f"the audit of {one.name} finds nothing wrong"
        mend = f"{scene.command(f'maintenance audit {one.name}')} shows each, with the query that finds all rows."
        if wrong:
            said = listed([f"not so: {check.name} ({check.found:,})" for check in wrong])
            yield section.failed(name, f"{len(wrong)} of {len(one.checks)} checks failed: {said}", mend)
        elif well:
            yield section.passed(name, f"{len(well)} of {len(one.checks)} checks passed")
        else:
            yield section.unknown(name, "none of its checks had anything to look at", scene.build)


def backups(scene: Scene, section: Section) -> Iterator[Check]:
    """The last backup that was restored on trial, its age, and where the last one went."""
    log, policy, now = Log(scene.warehouse), scene.context.policy, scene.context.now()
    trial = f"{scene.command('maintenance backup')}, then {scene.command('maintenance restore --check')}."
    name = f"a backup that was restored on trial is no older than {policy.verified_within_days} days"
    proven = last_verified(log)
    if proven is None or proven.verified_at is None:
        yield section.failed(name, "none ever was", trial)
    else:
        age = now - proven.taken_at  # as `go` asks: what it holds is no younger for a later trial
        restored = (now - proven.verified_at) / _HOUR
        found = f"{proven.archive}: {proven.rows:,} rows, {age / _HOUR:.1f} h old, restored {restored:.1f} h ago"
        holds = age <= dt.timedelta(days=policy.verified_within_days)
        yield section.judged(name, holds=holds, found=found, mend=trial)
    if taken := records(log):
        lacking = [one.label for one in scene.context.shelves if one.label not in taken[0].places]
        yield section.judged(
            "every place has the last backup", holds=not lacking,
            found=f"{taken[0].archive} is not at {', '.join(lacking)}" if lacking else ", ".join(taken[0].places),
            mend=f"Correct the place (operations/backup.yml), then {trial}",
        )  # fmt: skip


def alerts(scene: Scene, section: Section) -> Iterator[Check]:
    """Whether a message of the monitoring reached each channel lately."""
    name, mend = "every channel delivers alerts", f"{scene.command('monitor test')} sends one to each channel."
    if not scene.warehouse.exists():
        yield section.unknown(name, "there is no database yet")
        return
    with scene.warehouse.looking() as session:
        there = _OUTBOX in session.relations()
        rows = session.rows(
            "select channel, state, sent_at, answer from "  # noqa: S608 - quoted name
            f"{scene.warehouse.relation(_OUTBOX)} where state <> 'waiting' order by queued_at, message_id"
        ) if there else []  # fmt: skip
    if not rows:
        if not there and find_spec("monitoring") is None:
            yield section.unknown(name, "this release has no monitoring")
        else:
            yield section.failed(name, "no message was ever sent", mend)
        return
    last = {str(channel): (state, sent_at, answer) for channel, state, sent_at, answer in rows}
    last = {channel: found for channel, found in last.items() if found[0] != "closed"}  # taken out of monitoring.yml
    if not last:
        yield section.failed(name, "no channel that a message was sent to is in monitoring.yml any more", mend)
        return
    limit = scene.context.policy.verified_within_days
    for channel, (state, sent_at, answer) in sorted(last.items()):
        line = f"{channel} delivers alerts"
        if state != "sent" or sent_at is None:
            yield section.failed(line, f"the last message is {state}: {answer or 'no reason was noted'}", mend)
            continue
        age = scene.context.now() - sent_at.replace(tzinfo=dt.UTC)
        hours = f"the last message arrived {age / _HOUR:.1f} h ago"
        yield section.judged(line, holds=age <= dt.timedelta(days=limit), found=hours, mend=mend)
