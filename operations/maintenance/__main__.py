"""``python -m operations.maintenance``."""

from operations.maintenance.cli import main

main()
