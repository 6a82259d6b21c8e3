"""The two yardsticks, as programs of their own: bare python-calamine, and pandas with openpyxl (the former way).

    python -m bench.readers calamine|pandas FOLDER --processes N

They read every sheet that holds an order list into memory and throw it away. Nothing is stored, typed or checked.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click


def with_calamine(path: str) -> int:
    """All cells of the order list's sheet as Python values; returns the number of rows."""
    import python_calamine  # noqa: PLC0415 - each yardstick loads its own library only

    book = python_calamine.CalamineWorkbook.from_path(path)
    name = "MASTER" if "MASTER" in book.sheet_names else book.sheet_names[0]
    return len(book.get_sheet_by_name(name).to_python())


def with_pandas(path: str) -> int:
    """The same through pandas and openpyxl, every cell as text, as the former extract did."""
    import pandas  # noqa: PLC0415

    with pandas.ExcelFile(path, engine="openpyxl") as book:
        name = "MASTER" if "MASTER" in book.sheet_names else book.sheet_names[0]
        return len(pandas.read_excel(book, sheet_name=name, header=None, dtype=str))


READERS = {"calamine": with_calamine, "pandas": with_pandas}


@click.command()
@click.argument("reader", type=click.Choice(sorted(READERS)))
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--processes", type=click.IntRange(min=1), default=1)
def main(reader: str, folder: Path, processes: int) -> None:
    """Read all workbooks of FOLDER and print how many rows there were."""
    paths = sorted(folder.glob("*.xls*"), key=lambda path: -path.stat().st_size)
    names = [str(path) for path in paths]
    if processes == 1:
        counts = [READERS[reader](name) for name in names]
    else:
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            counts = list(pool.map(READERS[reader], names))
    click.echo(sum(counts))


if __name__ == "__main__":
    main()
