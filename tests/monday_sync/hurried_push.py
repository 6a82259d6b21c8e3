"""A push that waits little and sends small requests: what the soak starts, and kills."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import replace
from pathlib import Path

from monday_sync.api import BoardApi
from monday_sync.context import Context, open_context, utc_now
from monday_sync.plan import Options
from monday_sync.push import PushRequest, push_in

TIMEOUT = 0.4
_BATCH = 3


def hurried(project: Path, url: str, minutes: float, timeout: float = TIMEOUT) -> Context:
    """A context that waits little, sends small requests, and whose clock is ``minutes`` ahead."""
    os.environ["MONDAY_API_URL"] = url

    def sleep(seconds: float) -> None:
        time.sleep(min(seconds, 0.02))

    context = open_context(
        "local", project_dir=project, clock=lambda: utc_now() + dt.timedelta(minutes=minutes), sleep=sleep
    )
    context.api.close()
    api = BoardApi(url, "local", sleep=sleep, timeout=timeout)
    api.batch_size = lambda _kind: _BATCH  # type: ignore[method-assign]
    policy = replace(context.board.policy, touch_share=1.0, max_attempts=100)
    return replace(context, api=api, board=replace(context.board, policy=policy))


def push_in_child(project: str, url: str, minutes: float) -> None:
    """One push, as the process that may be killed."""
    with hurried(Path(project), url, minutes) as context:
        push_in(context, PushRequest(Options()))
