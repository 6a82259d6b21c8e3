"""Reasons to refuse before anything is done. Each names the hint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monday_sync.api import API_VERSION
from monday_sync.domain.board import BoardConfig, ColumnMapping, Policy
from monday_sync.domain.plan import Action, Plan
from monday_sync.domain.remote import BoardFacts, BoardInfo
from monday_sync.domain.rows import Level
from monday_sync.domain.versions import version_warning
from monday_sync.engine.context import Context
from monday_sync.engine.source import check_relations, declare_mapping
from monday_sync.errors import ConfirmationNeededError, RefusedError, TokenRevokedError

_NAMED = 50
#: Items that may vanish without a question, however few there are.
_FEW = 2


def check(context: Context) -> BoardFacts:
    """Everything that can be checked without reading rows: database, ledger, board, columns and token.

    Raises:
        RefusedError: naming what is wrong and how to fix it.
    """
    board = context.board
    with context.ledger.session() as session:
        check_relations(session, board)
        declare_mapping(context.ledger, board, context.clock())
        _, _, others = context.ledger.links()
    if others:
        raise RefusedError(
            f"The ledger of this database belongs to board {', '.join(sorted(others))}, not to {board.board_id}.",
            hint=f"Give target '{board.target}' its own database, or correct board_id in boards/{board.target}.yml.",
        )
    return check_board(context)


def check_board(context: Context) -> BoardFacts:
    """The board as the API has it, after checking that we may write what its file maps."""
    facts, wrong = look_at_board(context)
    if wrong:
        raise wrong[0]
    return facts


def look_at_board(context: Context) -> tuple[BoardFacts, list[RefusedError]]:
    """The board as the API has it, and all that is not as its file says.

    Raises:
        RefusedError: the API does not accept the token, or does not show the board.
    """
    board, api = context.board, context.api
    try:
        start = api.start((board.board_id, board.subitem_board_id))
    except TokenRevokedError as error:
        raise RefusedError(
            "The API does not accept the token.", hint="Set MONDAY_API_TOKEN to a valid token of a member of the board."
        ) from error
    info, sub_info = start.boards[board.board_id], start.boards[board.subitem_board_id]
    warning = version_warning(API_VERSION, start.versions, context.clock().date())
    facts = BoardFacts(info, sub_info, start.me.is_admin, () if warning is None else (warning,))
    return facts, list(_wrong(board, info, sub_info))


def _wrong(board: BoardConfig, info: BoardInfo, sub_info: BoardInfo) -> Iterator[RefusedError]:
    if info.hierarchy == "multi_level":
        yield RefusedError(
            f"Board {info.id} ({info.name}) is a multi-level board, and those are not supported: orders are items, "
            "their sizes the one level of subitems below them.",
            hint=f"Use a classic board in boards/{board.target}.yml.",
        )
    yield from _wrong_subitem_board(board, info)
    for one, mappings in ((info, board.items), (sub_info, board.subitems)):
        if one.state != "active":
            yield RefusedError(
                f"Board {one.id} ({one.name}) is {one.state}.", hint=f"Correct boards/{board.target}.yml."
            )
        yield from _wrong_columns(board, one, mappings)
        if not one.can_write:
            yield RefusedError(
                f"The token may read board {one.id} ({one.name}) but not write to it.",
                hint="Use the token of a member who may edit the board.",
            )


def _wrong_subitem_board(board: BoardConfig, info: BoardInfo) -> Iterator[RefusedError]:
    """The subitem board of another board: a board that was duplicated has one of its own."""
    columns = [column for column in info.columns.values() if column.board_ids]
    if columns and all(board.subitem_board_id not in column.board_ids for column in columns):
        named = ", ".join(board_id for column in columns for board_id in column.board_ids)
        yield RefusedError(
            f"The subitems of board {info.id} ({info.name}) lie on board {named}, not on {board.subitem_board_id}.",
            hint=f"Correct subitem_board_id in boards/{board.target}.yml, and the column ids below subitems with it.",
        )


def _wrong_columns(board: BoardConfig, info: BoardInfo, mappings: Sequence[ColumnMapping]) -> Iterator[RefusedError]:
    for mapping in mappings:
        column = info.columns.get(mapping.column_id)
        where = f"boards/{board.target}.yml maps {mapping.view_column} to column {mapping.column_id}"
        if column is None:
            yield RefusedError(
                f"{where}, which board {info.id} ({info.name}) does not have.",
                hint="Correct the id there, or create the column on the board.",
            )
        elif column.type != mapping.type:
            yield RefusedError(
                f"{where} as {mapping.type}, but '{column.title}' on board {info.id} is a {column.type} column.",
                hint="Correct the type or the column id there.",
            )


def check_room(plan: Plan, facts: BoardFacts) -> None:
    """Refuse a push whose new items or subitems would not fit on the board."""
    for room, info in zip(plan.rooms, (facts.items, facts.subitems), strict=True):
        if not room.fits:
            raise RefusedError(
                f"Board {info.id} ({info.name}) has {room.there} of at most {room.limit} {room.level}s; "
                f"{room.adds + room.comes} more do not fit.",
                hint="Archive old items (`archive` in the board's file does it by their dates), narrow `scope` there, "
                "or push fewer with --limit.",
            )


def number_to_confirm(policy: Policy, plan: Plan) -> int:
    """The number that ``--yes`` has to name for a plan."""
    hidden = plan.unseen if _hides(policy, plan) else 0
    return plan.touched + (plan.vanished if _vanishes(policy, plan) else 0) + hidden


def _vanishes(policy: Policy, plan: Plan) -> bool:
    """Whether more items vanished than the policy lets pass without a question."""
    return plan.vanished > _FEW and plan.vanished_share > policy.vanished_share


def _hides(policy: Policy, plan: Plan) -> bool:
    """Whether the board counts so many items more than it shows that new ones may be there already."""
    return plan.unseen > _FEW and plan.unseen > policy.vanished_share * (plan.board_items or 0)


def check_confirmed(context: Context, plan: Plan, yes: int | None) -> None:
    """Refuse a push that touches much of the board, or archives anything, unless its number was given."""
    archived = (
        plan.count(Action.ARCHIVE, Level.ITEM)
        + plan.count(Action.ARCHIVE, Level.SUBITEM)
        + len(plan.duplicate_items)
        - len(plan.by_policy)  # the board's file says yes to these, within the share below
    )
    policy, share = context.board.policy, plan.touched_share
    vanished, hidden = _vanishes(policy, plan), _hides(policy, plan)
    number = number_to_confirm(policy, plan)
    if yes is not None:
        if yes != number and (archived or vanished or hidden or share > policy.touch_share):
            raise ConfirmationNeededError(
                f"--yes {yes} does not match: this push would touch {number} items and subitems." + _named(plan),
                hint=f"Look at the plan again, then give --yes {number}.",
            )
        return
    if vanished:
        raise ConfirmationNeededError(
            f"{plan.vanished} of the {plan.looked_for} linked items looked for are not to be seen on the board "
            f"({plan.vanished_share:.0%}; the policy allows {policy.vanished_share:.0%}): someone archived, deleted "
            "or moved them, or the token may not see them any more. By the policy of the board's file "
            f"{plan.recreated} of them would be created again and the others left alone.",
            hint="Look at the board with the token's user, and at its archive. If they are gone and the policy is "
            f"right, push with --yes {number}.",
        )
    if hidden:
        raise ConfirmationNeededError(
            f"The board counts {plan.board_items} items and shows {(plan.board_items or 0) - plan.unseen}: "
            "orders that are among the others would be created a second time.",
            hint="Look at the board with the token's user: it may not see all items, or the count lags behind. If all "
            f"that is there is shown, push with --yes {number}.",
        )
    if archived:
        raise ConfirmationNeededError(
            f"This push would archive {archived} items and touch {number} in all." + _named(plan),
            hint=f"Look at `monday-sync {'verify' if plan.duplicate_items else 'plan'}`, then give --yes {number}.",
        )
    if share > policy.touch_share:
        of = "" if plan.board_items is None else f" of {plan.board_items}"
        what = "change or archive" if plan.by_policy else "change"
        raise ConfirmationNeededError(
            f"This push would {what} {plan.touched_items}{of} items on the board ({share:.0%}; "
            f"the policy allows {policy.touch_share:.0%} without a word from you).",
            hint=f"Look at `monday-sync plan`, then push with --yes {number}.",
        )


def _named(plan: Plan) -> str:
    """The duplicates that would be archived: they are people's, so they are named each."""
    if not plan.duplicate_items:
        return ""
    named = [f"{d.level} {d.name!r} ({d.monday_id}, beside {d.of})" for d in plan.duplicate_items[:_NAMED]]
    more = len(plan.duplicate_items) - len(named)
    return f" Duplicates to archive: {', '.join(named)}{f' and {more} more' if more else ''}."
