"""``python -m operations.cutover``."""

from operations.cutover.cli import main

main()
