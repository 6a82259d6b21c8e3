"""The registry: every check there is. A new one is one more entry in one of these modules."""

from monitoring.checks.board import BOARD
from monitoring.checks.database import DATABASE
from monitoring.checks.machine import MACHINE
from monitoring.checks.orders import ORDERS
from monitoring.checks.runs import RUNS
from monitoring.model import Check

#: In the order in which people read them.
REGISTRY: tuple[Check, ...] = (*RUNS, *BOARD, *ORDERS, *DATABASE, *MACHINE)
