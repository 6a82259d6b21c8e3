"""The limited production test: some orders of one customer, pushed as test data and read back field by field."""

from __future__ import annotations

from dataclasses import dataclass

from console import counted, listed
from monday_sync import PushResult, RunFacts
from operations.breaking_off import Step
from operations.cutover.day import Day, Laps
from operations.cutover.programs import problems
from operations.cutover.standing import CLEANED_UP, KEPT, PUSHED, TRIAL, Phase, Standing
from operations.errors import ConfirmationNeededError, NotNowError, RefusedStepError
from operations.log import Entry

_SHOWN = 20
#: Runs of ours that change what is on a board.
CHANGING = ("push", "repair", "adopt")


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial, or its end.

    Args:
        state: pushed, cleaned up or kept.
        records: items and subitems that it reached.
        checked: of them, those that were read back and compared.
        problems: what the board did not take, or shows otherwise.
        left: what the clean-up left as it is.
        number: what a clean-up on prod asks for.
    """

    state: str
    customer: str
    orders: int
    records: int
    checked: int
    problems: tuple[str, ...]
    seconds: dict[str, float]
    left: tuple[str, ...] = ()
    number: int | None = None

    @property
    def well(self) -> bool:
        """Whether the board shows what it was told."""
        return not self.problems


def trial(day: Day, customer: str, limit: int, *, yes: int | None = None) -> Tried:
    """Build, push some orders as test data, and read them back. One that was killed goes on with its orders.

    Args:
        yes: on prod, the number of items and subitems that it pushes, as the refusal said it.

    Raises:
        RefusedStepError: nothing to try, or an earlier trial is not cleaned up yet.
        ConfirmationNeededError: on prod, without its number.
    """
    laps = Laps()
    with day.context.warehouse.lock(), day.breaking_off(TRIAL) as step:
        standing = day.standing()
        _require_before_go(standing)
        begun = _begun(standing)
        step.begun = begun is not None
        if begun is None:
            begun = _begin(day, customer, limit, yes, laps)
            step.begun = True
        elif begun.evidence["customer"] != customer or begun.evidence["limit"] != limit:
            raise NotNowError(
                f"A trial of {begun.evidence['customer']} with --limit {begun.evidence['limit']} was begun.",
                hint="Run it again as it was begun, or take it off with `cutover trial --cleanup`.",
            )
        orders = [str(key) for key in begun.evidence["orders"]]
        results = day.programs.push_test(orders)
        laps.lap("push")
        checked = day.programs.read_back(orders)
        laps.lap("read back")
        runs = sorted(_pushed(day, begun))
        found = [f"{p.level} {p.name}: {p.message}" for result in results for p in result.errors]
        found += [result.message for result in results if result.message] + problems(checked)
        count = sum(result.checked for result in checked)
        if not count:
            found.append("nothing of it could be read back")
        records = day.programs.rows(runs)
        said = f"{counted(records, 'record')} of {counted(len(orders), 'order')} pushed, {count:,} read back"
        said += f"; {counted(len(found), 'problem')}: {found[0]}" if found else " as they should be"
        day.write(
            TRIAL, "failed" if found else "done", said, state=PUSHED, seconds=laps.total, customer=customer,
            limit=limit, orders=orders, records=records, checked=count, problems=found[:_SHOWN], runs=runs,
            known=begun.evidence["known"], laps=laps.seconds,
        )  # fmt: skip
    return Tried(
        PUSHED, customer, len(orders), records, count, tuple(found), laps.seconds, number=records if day.asks else None
    )  # fmt: skip


def _begin(day: Day, customer: str, limit: int, yes: int | None, laps: Laps) -> Entry:
    built = day.programs.build()
    laps.lap("build")
    if built.status not in {"ok", "attention"}:
        raise RefusedStepError(f"The relations could not be built: {built.verdict}", hint="`pipeline status` has more.")
    due = day.programs.due(customer, limit)
    if not due.orders:
        raise RefusedStepError(
            f"Nothing of {customer} is due, so there was nothing to try: a trial that shows nothing has not passed.",
            hint=_who_is_due(day),
        )
    if day.asks and yes != due.records:
        raise ConfirmationNeededError(
            f"The trial would push {counted(due.records, 'record')} of {counted(len(due.orders), 'order')} of "
            f"{customer} to the board of {day.target}.",
            hint=f"Look at `monday-sync plan --target {day.target}`, then run it again with --yes {due.records}.",
        )
    known = [run.run_id for run in day.programs.runs()]
    laps.lap("plan")
    day.write(TRIAL, "begun", customer=customer, limit=limit, orders=list(due.orders), known=known)
    return day.context.log.entries(action=TRIAL, last=1)[0]


def _who_is_due(day: Day) -> str:
    """What makes a trial possible."""
    if customers := day.programs.due().customers:
        return f"Name a customer of whom something is: {listed(customers)}."
    return (
        "Nothing of anybody is: the boards show what the workbooks say. Let one workbook have a new order or a changed "
        "value, and run it again."
    )


def clean_up(day: Day, *, yes: int | None = None, asked: bool = False) -> Tried:
    """Take the trial back: values show again what they did before, and its items are archived.

    Args:
        asked: whoever calls this has asked already.

    Raises:
        RefusedStepError: there is no trial to clean up, or not all of it could be taken back.
        ConfirmationNeededError: on prod, without the number of records.
    """
    laps = Laps()
    with day.context.warehouse.lock(), day.breaking_off(TRIAL) as step:
        standing = day.standing()
        _require_before_go(standing)
        return _taken_back(day, standing, laps, yes, asks=day.asks and not asked, step=step)


def take_back(day: Day, standing: Standing) -> Tried | None:
    """The same for a rollback, which has asked already; ``None``: there is nothing of a trial on the board."""
    last = _on_board(standing)
    return None if last is None else _taken_back(day, standing, Laps(), None, asks=False, step=Step())


def on_board(day: Day, standing: Standing) -> int | None:
    """How many records :func:`take_back` would look at; ``None``: it has nothing to do, not even to say it is over."""
    last = _on_board(standing)
    return None if last is None else day.programs.rows([run.run_id for run in trial_runs(day, last)])


def _taken_back(day: Day, standing: Standing, laps: Laps, yes: int | None, *, asks: bool, step: Step) -> Tried:
    last = _on_board(standing)
    if last is None:
        raise NotNowError("There is no trial to clean up.", hint="`cutover status` shows what was done.")
    runs = trial_runs(day, last)
    number = day.programs.rows([run.run_id for run in runs])
    if asks and number and yes != number:  # begun, and nothing pushed yet: only the log has to know
        raise ConfirmationNeededError(
            f"The clean-up would change or archive {counted(number, 'record')} on the board of {day.target}.",
            hint=f"Run it again with --yes {number}.",
        )
    step.begun = True
    left = undo_runs(day, runs)
    stopped = [result.message for result in day.programs.clean_up(_pushed(day, last)) if result.message]
    laps.lap("clean up")
    if stopped:
        raise RefusedStepError(f"Not all test data could be archived: {stopped[0]}", hint="Run the command again.")
    customer, orders = str(last.evidence["customer"]), len(last.evidence["orders"])
    said = f"{counted(number, 'record')} taken off again"
    said += f"; {counted(len(left), 'field')} left as people changed them" if left else ""
    day.write(
        TRIAL, "done", said, state=CLEANED_UP, seconds=laps.total, customer=customer, limit=last.evidence["limit"],
        orders=last.evidence["orders"], records=number, left=left[:_SHOWN], laps=laps.seconds,
    )  # fmt: skip
    return Tried(CLEANED_UP, customer, orders, number, 0, (), laps.seconds, tuple(left))


def keep(day: Day, why: str) -> Tried:
    """Say that the trial's items stay, and why.

    Raises:
        RefusedStepError: there is no trial that passed.
    """
    with day.context.warehouse.lock():
        last = _on_board(day.standing())
        if last is None or last.outcome != "done":
            raise NotNowError("There is no trial that passed.", hint="`cutover trial` makes one.")
        evidence = {key: last.evidence[key] for key in ("customer", "limit", "orders", "records", "known", "runs")}
        day.write(TRIAL, "done", f"its items stay: {why}", state=KEPT, **evidence)
    return Tried(KEPT, str(evidence["customer"]), len(evidence["orders"]), int(evidence["records"]), 0, (), {})


def trial_runs(day: Day, trial: Entry) -> list[RunFacts]:
    """The runs of a trial, latest first, as the ledger has them."""
    own = _pushed(day, trial)
    return [run for run in day.programs.runs() if run.kind in CHANGING and run.run_id in own]


def _pushed(day: Day, trial: Entry) -> set[str]:
    """The ids of its runs: test data of an earlier trial that was kept, and of other people, is theirs.

    Until it is over they are those that the ledger did not know before.
    """
    if (noted := trial.evidence.get("runs")) is not None:
        return {str(run_id) for run_id in noted}
    known = set(trial.evidence["known"])
    return {run.run_id for run in day.programs.runs() if run.is_test and run.run_id not in known}


def undo_runs(day: Day, runs: list[RunFacts]) -> list[str]:
    """Undo runs, latest first, but for those that are undone already; returns what was left as it is.

    Raises:
        RefusedStepError: not all of one could be taken back; the same again goes on.
    """
    left: list[str] = []
    done = {run.of_run: run for run in day.programs.runs() if run.kind == "rollback" and run.outcome == "DONE"}
    for run in runs:
        if run.run_id in done:
            left += done[run.run_id].left
            continue
        result: PushResult = day.programs.undo(run.run_id)
        if result.outcome != "done":
            raise RefusedStepError(
                f"Run {run.run_id} could not be taken back whole: {result.message or 'no reason given'}",
                hint="See to that, then run the same command again: it goes on with what is left.",
            )
        left += [str(field) for field in result.left_fields]
    return left


def _begun(standing: Standing) -> Entry | None:
    """A trial that was begun and is not over."""
    last = standing.trial
    if last is None or last.after in {CLEANED_UP, KEPT}:
        return None
    if last.outcome == "begun":
        return last
    raise NotNowError(
        "There is a trial whose items are on the board.",
        hint="Take it off with `cutover trial --cleanup`, or say why it stays: `cutover trial --keep <reason>`.",
    )


def _on_board(standing: Standing) -> Entry | None:
    last = standing.trial
    return None if last is None or last.after == CLEANED_UP else last


def _require_before_go(standing: Standing) -> None:
    if standing.phase not in {Phase.BEFORE, Phase.ROLLED_BACK}:
        raise NotNowError(
            f"The cutover is past its trial: {standing.phase}.", hint="`cutover status` shows what is next."
        )
