"""``python -m samples``."""

from samples.cli import main

if __name__ == "__main__":
    main()
