"""A running emulator for tests: in a thread of the test's process, on a port of its own.

with running_emulator(limits="pro", clock=MovableClock(1_800_000_000)) as board:
    httpx.post(board.url, headers={"Authorization": board.token}, json={"query": "{ me { id } }"})
    board.clock.advance(60)
    assert board.referee.report()["duplicates"] == 0
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from board_emulator.clock import MovableClock
from board_emulator.emulator import Emulator
from board_emulator.faults import FaultPlan
from board_emulator.limits import Limits
from board_emulator.people import People
from board_emulator.referee import Referee
from board_emulator.server import Service, bind
from board_emulator.world import World

_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class EmulatorHandle:
    """A running emulator. ``url`` is the GraphQL endpoint; ``state`` its boards (use ``state.lock`` when reading)."""

    url: str
    base_url: str
    token: str
    state: World
    clock: MovableClock
    faults: FaultPlan
    people: People
    referee: Referee
    emulator: Emulator
    service: Service


@contextmanager
def running_emulator(data: Path | None = None, limits: str | Limits = "off", clock: MovableClock | None = None,
                     faults: FaultPlan | None = None, *, boards: Path | None = None, latency: float = 0.0,
                     port: int = 0) -> Iterator[EmulatorHandle]:  # fmt: skip
    """Run an emulator in a background thread until the block ends.

    Args:
        data: its data file; None keeps everything in memory.
        limits: off, free, standard, pro, enterprise, or limits of your own.
        clock: moves time for limits, idempotency keys and jobs.
        faults: what goes wrong.
        boards: a file that defines the boards.
        latency: seconds that every answer takes.
        port: 0 takes a free one.
    """
    emulator = Emulator(data, limits, clock, boards)
    service = Service(emulator, faults, latency=latency)
    sock = bind("127.0.0.1", port)
    server = service.server()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True, name="board-emulator")
    thread.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("the emulator did not start")
            time.sleep(0.005)
        base = f"http://127.0.0.1:{sock.getsockname()[1]}"
        yield EmulatorHandle(f"{base}/v2", base, "local", emulator.world, emulator.clock, service.faults,
                             service.people, service.referee, emulator, service)  # fmt: skip
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(_START_SECONDS)
        sock.close()
        emulator.close()
