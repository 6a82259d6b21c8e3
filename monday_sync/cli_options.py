"""Options that several commands of ``monday-sync`` take."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, get_args

import click

from monday_sync.domain.board import Bulk
from monday_sync.domain.selection import PushOptions

Option = Callable[[Callable[..., Any]], Callable[..., Any]]

customer = click.option(
    "--customer", "customers", multiple=True, metavar="NAME", help="Only this customer (canonical name). Repeatable."
)
_limit = click.option(
    "--limit", type=click.IntRange(min=1), metavar="N",
    help="At most N orders: first those never tried, then those that changed, then those that failed before, in turn. "
    "The rest stays due.",
)  # fmt: skip
_skip_subitems = click.option("--skip-subitems", is_flag=True, help="Leave the order lines for a later push.")
_release = click.option(
    "--release", multiple=True, metavar="NAME",
    help="Push this customer although it is held back. Repeatable.",
)  # fmt: skip
_archive = click.option(
    "--archive-deleted", is_flag=True,
    help="Archive the items of orders that are gone from the source (by default they are only reported).",
)  # fmt: skip
_bulk = click.option(
    "--bulk", type=click.Choice(get_args(Bulk)),
    help="Create new items by bulk import: where it is cheaper, never, or wherever a file can hold them. "
    "Default: `bulk` in the policy of the board's file.",
)  # fmt: skip
board_option = click.option("--board", metavar="NAME_OR_ID", help="Only this board, where the target has several.")
of_run = click.option(
    "--run", metavar="RUN", help="Only this run: one of `monday-sync status`, or all that belong to one of "
    "`pipeline history`.",
)  # fmt: skip
dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done, as `plan` does, and change nothing.")
yes = click.option(
    "--yes", type=click.IntRange(min=0), metavar="N",
    help="The number of rows on the board that may be changed or archived, as the plan counts them.",
)  # fmt: skip


def options(*listed: Option) -> Option:
    """Several options at once, in this order."""

    def apply(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(listed):
            function = option(function)
        return function

    return apply


def push_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what a plan or a push is about, given to the command as one ``options``."""

    @functools.wraps(function)
    def collected(**given: Any) -> Any:
        chosen = PushOptions(**{name: given.pop(name) for name in PushOptions.__dataclass_fields__})
        return function(options=chosen, **given)

    return options(customer, _limit, _skip_subitems, _release, _archive, _bulk)(collected)
