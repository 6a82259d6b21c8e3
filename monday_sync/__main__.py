"""``python -m monday_sync``."""

from monday_sync.cli import main

if __name__ == "__main__":
    main(prog_name="monday-sync")
