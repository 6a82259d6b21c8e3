"""``python -m loader``."""

from typing import NoReturn

from console import run_and_leave
from loader.cli import main


def run() -> NoReturn:
    """The loader as a process of its own."""
    run_and_leave(main)


if __name__ == "__main__":  # worker processes import this module again
    run()
