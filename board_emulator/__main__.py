"""``python -m board_emulator``."""

from board_emulator.cli import main

if __name__ == "__main__":
    main(prog_name="board-emulator")
