"""When the next request may go, and how large it should be, so that the API never has to reject one.

One :class:`Pacer` serves all requests of a token. It is told of every answer; what it does not know yet it assumes
carefully and corrects with the first answer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from console import wait
from monday_sync.api.costs import Cost, Costs
from monday_sync.api.limits import CALLS, POINTS, HiddenWindow, Quota, Spending, Use, Window, read_quotas
from monday_sync.domain.estimate import Estimate
from monday_sync.errors import DailyLimitError

TIME_LIMIT = 60.0
#: Operations in one request at most: an answer that is lost leaves no more than these in doubt.
LARGEST_BATCH = 250
#: Most points of a single query (documented).
_QUERY_POINTS = 5_000_000.0
#: Until the first answer we assume the smallest of the documented limits.
_FIRST_CALLS, _FIRST_POINTS = 1_000.0, 1_000_000.0
_FIRST_BATCH, _FIRST_PAGE = 20, 100
#: A request may take half of the time limit by what we know, so that a slow one still ends in time.
_TIME_SHARE = 0.5
#: The rest of a window's budget is used for a smaller batch when it is at least this share of the window.
_REST_SHARE = 0.02
_REJECTED_CALL = 0.1
#: Calls count alike, whatever they do.
_ANY = Use.WRITE
_MARGIN, _LARGEST_MARGIN = 0.25, 5.0
#: Seconds of pauses that a person would notice.
_NOTICED = 5.0
#: The API counts a request some time after we sent it and before it answers: within so many seconds, unless it says
#: otherwise.
_ARRIVAL = 1.0

_FIELDS = {
    "create": ("create_item", "create_subitem"), "change": ("change_columns",), "move": ("move_to_group",),
    "archive": ("archive_item",), "move_board": ("move_to_board",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """A request that was admitted: what it holds, and what it takes of the limits."""

    counts: Mapping[str, int]
    use: Use
    sent: float
    call: Spending
    points: Spending
    fields: tuple[Spending, ...] = ()

    def __iter__(self) -> Iterator[Spending]:
        return iter((self.call, self.points, *self.fields))


class Time:
    """A clock and a sleep that believe each other: what was slept has passed, even if a test's clock stood still."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._clock, self._sleep = clock, sleep
        self._slept = 0.0

    def now(self) -> float:
        """Seconds since some moment."""
        return self._clock() + self._slept

    def sleep(self, seconds: float) -> None:
        """Wait."""
        if seconds <= 0:
            return
        before = self._clock()
        self._sleep(seconds)
        self._slept += max(0.0, seconds - (self._clock() - before))


class Pacer:
    """Keeps to calls and points a minute, and to our share of the day's calls.

    ``calls``, ``rejected`` and ``points`` count what was sent, rejected and spent.
    """

    def __init__(self, time: Time) -> None:
        self.time = time
        self.costs = Costs()
        self.calls = 0
        self.rejected = 0
        self.points = 0
        self.answer_seconds: list[float] = []
        self._allowance: float | None = None
        self._windows = {CALLS: Window(_FIRST_CALLS), POINTS: Window(_FIRST_POINTS)}
        #: some operations have limits of their own; the API names them only by rejecting
        self._fields: defaultdict[str, HiddenWindow] = defaultdict(HiddenWindow)
        self._margin = _MARGIN
        self._unsaid = 0.0

    @property
    def spent_calls(self) -> float:
        """Calls as the day's limit counts them: a rejected one is a tenth."""
        return self.calls - self.rejected + self.rejected * _REJECTED_CALL

    def allow(self, calls: float | None) -> None:
        """Stop before more than so many calls are spent from now on; ``None`` lifts it."""
        self._allowance = None if calls is None else self.spent_calls + calls

    def admit(self, counts: Mapping[str, int], use: Use) -> Booking:
        """Wait until a request of so many operations by kind fits, then book it.

        Raises:
            DailyLimitError: our share of the day's calls is used up.
        """
        while True:
            if self._allowance is not None and self.spent_calls + 1 > self._allowance:
                raise DailyLimitError(
                    f"Our share of the day's calls is used up ({self.spent_calls:.0f} calls in this run).",
                    hint="Run again after 00:00 UTC: it carries on where this run stopped.",
                )
            now, points = self.time.now(), self.costs.points(counts)
            seconds, limit = max(
                (self._windows[CALLS].wait(now, 1, _ANY), "minute limit of calls"),
                (self._windows[POINTS].wait(now, points, use), "minute limit of points"),
                *((self._fields[kind].wait(now, count, _ANY), f"limit of {kind}") for kind, count in counts.items()),
            )
            if seconds <= 0:
                self.calls += 1
                at = now + self._margin
                fields = tuple(self._fields[kind].spend(at, count, _ANY) for kind, count in counts.items())
                call = self._windows[CALLS].spend(at, 1, _ANY)
                return Booking(counts, use, now, call, self._windows[POINTS].spend(at, points, use), fields)
            self._pause(seconds, limit)

    def _pause(self, seconds: float, limit: str) -> None:
        """Keep to a limit; many short pauses are as long as one, so what they come to is said as well."""
        self._unsaid += seconds
        loud = self._unsaid >= _NOTICED
        short = self._unsaid - seconds
        what = f"the API: {limit}" + (f", after {short:.0f} s in short pauses" if loud and short >= 1 else "")
        if loud:
            self._unsaid = 0.0
        wait(seconds, what, sleep=self.time.sleep, loud=loud)

    def not_sent(self, booking: Booking) -> None:
        """The request never left this machine: it used nothing."""
        for entry in booking:
            entry.amount = 0.0
        self.calls -= 1

    def answered(
        self, booking: Booking, *, points: int | None, headers: Mapping[str, str], seconds: float,
        executed: bool = True, of_field: bool = False,
    ) -> None:  # fmt: skip
        """Take in an answer.

        Args:
            executed: ``False`` when the request was rejected for a limit.
            of_field: that limit is one that an operation has for itself.
        """
        now, quotas = self.time.now(), read_quotas(headers)
        self.answer_seconds.append(seconds)
        for entry in booking:
            entry.at = self._counted(booking.sent, now, quotas.get(POINTS))
        if not executed:
            for entry in (booking.points, *booking.fields):
                entry.amount = 0.0
            self.rejected += 1
            if of_field:
                for kind, count in booking.counts.items():
                    self._fields[kind].refused(now, count)
            else:
                self._margin = min(self._margin * 2, _LARGEST_MARGIN)
        else:
            if points is not None:
                booking.points.amount = float(points)
            self.points += int(booking.points.amount)
            self.costs.learn(booking.counts, points, seconds)
            for kind in booking.counts:
                self._fields[kind].let_through(now)
        for name, quota in quotas.items():
            if name in self._windows:
                self._windows[name].learn(now, quota, _ANY if name == CALLS else booking.use)

    def _counted(self, sent: float, answered: float, said: Quota | None) -> float:
        """When the API counted a request, or later: what we count must not end before what it counts.

        Where windows slide, what the latest request used comes back when the API says that all is back.
        """
        least = sent + max(self._margin, min(answered - sent, _ARRIVAL))
        if said is None or said.reset is None:
            return least
        return max(least, min(answered, answered + said.reset - said.window))

    def batch_size(self, kind: str) -> int:
        """How many operations of a kind the next request should hold: what is left of the window, or a full batch."""
        window = self._windows[POINTS]
        cost = max(self._points(kind), 1.0)
        full = self._full(kind)
        free = int(window.free(self.time.now(), Use.WRITE) // cost)
        smallest = max(1, int(window.quota * _REST_SHARE // cost))
        return free if smallest <= free < full else full

    def fits_ever(self, counts: Mapping[str, int]) -> bool:
        """Whether a request could be within the limits at all."""
        if any(count > self._fields[kind].quota for kind, count in counts.items()):
            return False
        return self.costs.points(counts) <= min(self._windows[POINTS].quota, _QUERY_POINTS)

    def page_size(self, kind: str, most: int) -> int:
        """Items that a page should hold."""
        cost = self.costs.of(kind)
        most = most if cost.seen else min(most, _FIRST_PAGE)
        within = min(self._windows[POINTS].quota, _QUERY_POINTS) * _TIME_SHARE / max(cost.points, 1.0)
        in_time = TIME_LIMIT * _TIME_SHARE / max(cost.seconds, 1e-6)
        return max(1, min(most, int(within), int(in_time), most if cost.most is None else cost.most))

    def estimate(self, counts: Mapping[str, int], pages: Mapping[str, int], daily_calls: int | None) -> Estimate:
        """What operations by kind, and pages to read by kind, will take."""
        calls, points, busy = 0, 0.0, 0.0
        for kind, count in counts.items():
            calls += math.ceil(count / self._full(kind, known=True))
            points += count * self._points(kind)
            busy += count * max(cost.seconds if cost.seen else 0.0 for cost in self._costs(kind))
        calls += sum(pages.values())
        now = self.time.now()
        late = max(
            max(0.0, amount - self._windows[name].free(now, use))
            / self._windows[name].quota
            * self._windows[name].length
            for name, amount, use in ((POINTS, points, Use.WRITE), (CALLS, float(calls), _ANY))
        )
        share = None if not daily_calls else calls / daily_calls
        return Estimate(round(max(late, busy), 1), calls, int(points), share)

    def _costs(self, kind: str) -> list[Cost]:
        """Costs of the operations that a kind stands for: those that were seen, or else what is assumed of them."""
        costs = [self.costs.of(name) for name in _FIELDS.get(kind, (kind,))]
        return [cost for cost in costs if cost.seen] or costs

    def _points(self, kind: str) -> float:
        return max(cost.points for cost in self._costs(kind))

    def _full(self, kind: str, *, known: bool = False) -> int:
        """Operations of a full batch. Before the first answer it is a small one, unless ``known`` is asked for.

        As many batches of one size as a window takes, so that no rest of its budget is left over.
        """
        sizes, window = [float(LARGEST_BATCH)], math.inf
        for name in _FIELDS.get(kind, (kind,)):
            sizes.append(self._fields[name].quota)
        for cost in self._costs(kind):
            points = max(cost.points, 1.0)
            sizes.append(_QUERY_POINTS // points)
            window = min(window, self._windows[POINTS].quota // points)
            if cost.seen:
                sizes.append(TIME_LIMIT * _TIME_SHARE // max(cost.seconds, 1e-6))
            elif not known:
                sizes.append(_FIRST_BATCH)
            if cost.most is not None:
                sizes.append(cost.most)
        most = max(1.0, min(sizes))
        batches = math.ceil(window / most)
        return max(1, int(window // batches if batches < 1 / _REST_SHARE else most))
