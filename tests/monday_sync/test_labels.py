"""Labels in another spelling or deactivated are reused, and what is near a missing one is named first."""

from __future__ import annotations

import pytest

from board_emulator.testing import EmulatorHandle
from monday_sync.commands.verify import verify
from monday_sync.domain.board import ColumnMapping
from monday_sync.domain.labels import Labels, nearest, same_text
from monday_sync.domain.remote import ColumnInfo
from monday_sync.engine.context import Context
from tests.monday_sync.bay import Bay, column, typical
from tests.monday_sync.conftest import Desk, orders

DROP = ColumnMapping("drop", "d", "dropdown", create_labels=True)
STATUS = ColumnMapping("unit_of_measure", "s", "status")


@pytest.mark.parametrize("there", ["Exotica", "EXOTICA ", " exotica", "EXO  TICA"])
def test_blanks_and_case_make_no_other_label(there: str) -> None:
    """The label is used as the board has it; only a label that is there exactly comes first."""
    text = "EXO TICA" if "  " in there else "EXOTICA"
    labels = Labels({"d": ColumnInfo("d", "Drop", "dropdown", (there,))})
    assert labels.spelled(DROP, text) == there
    assert (labels.refusal(DROP, text), labels.creates(DROP, text)) == (None, False)
    both = Labels({"d": ColumnInfo("d", "Drop", "dropdown", (there, text))})
    assert both.spelled(DROP, text) == text
    assert same_text(DROP, there, text)
    assert not same_text(ColumnMapping("notes", "n", "text"), "Exotica", "EXOTICA")


def test_two_spellings_of_a_new_label_make_one() -> None:
    """The first one is created, the second one uses it."""
    labels = Labels({"d": ColumnInfo("d", "Drop", "dropdown")})
    assert labels.refusal(DROP, "Early") is None
    assert labels.spelled(DROP, "EARLY") == "Early"


def test_near_labels_are_named_first() -> None:
    """A missing label's likely typing errors stand in front of the list."""
    known = ("ALPHA", "BETA", "Exotica-1", "EXOTIKA", "ZETA")
    refusal = Labels({"s": ColumnInfo("s", "Unit", "status", known)}).refusal(STATUS, "EXOTICA") or ""
    assert "near it are Exotica-1, EXOTIKA; it has ALPHA, BETA, ZETA" in refusal or (
        "near it are EXOTIKA, Exotica-1; it has ALPHA, BETA, ZETA" in refusal
    )
    assert nearest("BOX", known) == []


def test_a_label_in_another_spelling_is_planned_sent_and_compared_as_the_same(desk: Desk) -> None:
    """No second label is made, a second push and ``verify`` find nothing, and nothing is sent for the spelling."""
    drop = desk.column("drop")
    desk.board.labels[drop] = ["Exotica"]
    desk.board.labels[desk.column("unit_of_measure")] = ["Pcs"]
    several = orders("1", "2", "3", "4", values={"drop": "EXOTICA", "unit_of_measure": "PCS"})
    desk.have(several)
    result = desk.push()
    assert (result.items.created, int(result.exit_code)) == (4, 0)
    assert (desk.board.labels[drop], desk.shows("STYLE1 1", "drop")) == (["Exotica"], "Exotica")
    assert desk.push().changed == 0
    assert verify(desk.context).clean
    desk.have([o.with_values(notes="x") if o.number == "1" else o for o in several])
    (step,) = (s for s in desk.plan().steps if s.row.name == "STYLE1 1")
    assert [c.column for c in step.changes] == ["notes"]
    assert desk.push().conflicts == 0


def test_an_order_is_found_by_a_key_label_in_another_spelling(desk: Desk) -> None:
    """The customer's label on the board is ``Greyson``: a lost ledger makes no second item."""
    desk.board.labels[desk.column("customer_name")] = ["Greyson", "RHONE"]
    desk.have(orders("1", "2"))
    desk.push()
    desk.forget_ledger()
    result = desk.push()
    assert (result.items.created, result.items.adopted, len(desk.board.active())) == (0, 2, 2)


def test_a_deactivated_label_that_may_not_be_made_is_said(desk: Desk) -> None:
    """It is not called missing, and it costs its field only."""
    desk.board.labels[desk.column("unit_of_measure")] = ["SET"]
    desk.board.deactivated = {desk.column("unit_of_measure"): {"PCS": 0}}
    desk.have(orders("1", values={"unit_of_measure": "pcs"}))
    result = desk.push()
    assert (result.items.created, result.items.failed) == (1, 1)
    assert "the label 'PCS' of the board column is deactivated" in result.errors[0].message


def test_a_bulk_import_uses_labels_as_the_board_has_them(bay: Bay) -> None:
    """Rows of a file arrive with the label that is there, and the reading back takes it for the same."""
    board_id = bay.context.board.board_id
    bay.handle.people.create_label(board_id, column(bay, "aag_season"), "Fw27")
    bay.relations.set_orders(typical())
    result = bay.push()
    assert (result.items.created, result.items.updated, int(result.exit_code)) == (4, 0, 0)
    labels = bay.handle.state.board(board_id).columns[column(bay, "aag_season")].by_text
    assert "FW27" not in labels
    assert bay.settled()


@pytest.mark.parametrize("view_column", ["unit_of_measure", "drop"], ids=["status", "dropdown"])
def test_a_deactivated_label_is_activated_where_labels_may_be_made(bay: Bay, view_column: str) -> None:
    """Over HTTP: it comes back with its number, no second one is made, and the value arrives."""
    board_id, column_id = bay.context.board.board_id, column(bay, view_column)
    allow(bay.context, view_column)
    bay.handle.people.create_label(board_id, column_id, "PCS")
    bay.handle.people.create_label(board_id, column_id, "SET")
    bay.handle.people.deactivate_label(board_id, column_id, "PCS")
    number = number_of(bay.handle, board_id, column_id)
    bay.relations.set_orders(orders("1", "2", values={view_column: "Pcs"}))
    result = bay.push(bulk="never")
    assert (result.items.created, result.errors) == (2, ())
    assert any("are active again: PCS" in note for note in result.notes)
    assert number_of(bay.handle, board_id, column_id) == number
    assert bay.push(bulk="never").changed == 0


def number_of(handle: EmulatorHandle, board_id: str, column_id: str) -> list[int]:
    labels = handle.state.board(board_id).columns[column_id].labels.values()
    return [label.id for label in labels if label.text.casefold() == "pcs"]


def allow(context: Context, view_column: str) -> None:
    for mapping in context.board.items:
        if mapping.view_column == view_column:
            object.__setattr__(mapping, "create_labels", True)
