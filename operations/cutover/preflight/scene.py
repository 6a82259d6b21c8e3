"""What the sections look at together: each of it is asked for once, and only when a section needs it."""

from __future__ import annotations

from functools import cached_property

from console import ConfigurationError, OrderListError, listed
from monday_sync import BoardLook, look_at_boards
from operations.cutover.context import Context
from operations.cutover.take_over import pending
from pipeline import Figures, read_figures
from warehouse import Target


class Scene:
    """One target, looked at once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.warehouse = context.warehouse

    @property
    def target(self) -> Target:
        """The target."""
        return self.warehouse.target

    def command(self, words: str) -> str:
        """A command for this target, ready to be copied."""
        return f"`{words} --target {self.target.name}`"

    @property
    def build(self) -> str:
        """How the relations come about."""
        first = self.command("pipeline run --only load")
        return f"{first}, then {self.command('pipeline run --only transform')}: neither touches a board."

    @property
    def foreign(self) -> list[str]:
        """Relations of somebody else's under names of ours.

        Raises:
            NotOursError: dbt could not tell.
        """
        if isinstance(self._foreign, OrderListError):
            raise self._foreign
        return self._foreign

    @cached_property
    def _foreign(self) -> list[str] | OrderListError:
        try:
            return pending(self.context)
        except OrderListError as error:
            return error

    @property
    def waits_for(self) -> str:
        """Why relations cannot be looked at yet; empty where they can."""
        if isinstance(self._foreign, OrderListError) or not self._foreign:
            return ""
        return (
            f"{listed(self._foreign)} would be read in place of ours: {self.command('cutover take-over')} comes first"
        )

    @cached_property
    def figures(self) -> Figures:
        """What the relations say of files, rows, rejects and customers.

        Raises:
            ConfigurationError: nothing was built yet.
        """
        if not self.warehouse.exists():
            raise ConfigurationError("There is no database yet.", hint=self.build)
        found = read_figures(self.warehouse)
        if not found.is_built or not found.total("rows"):
            raise ConfigurationError("There is no order yet to look at.", hint=self.build)
        return found

    @property
    def boards(self) -> tuple[BoardLook, ...]:
        """The boards, and what a first push would do to them; none when they cannot even be asked for."""
        return self._boards[0]

    @property
    def no_boards(self) -> OrderListError | None:
        """Why they cannot be asked for: no token, a wrong file."""
        return self._boards[1]

    @cached_property
    def _boards(self) -> tuple[tuple[BoardLook, ...], OrderListError | None]:
        try:
            return look_at_boards(self.target), None
        except OrderListError as error:
            return (), error
