"""The workbooks that are measured: generated once per size and kept in ``.cache/bench``."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.measure import python, run
from console import say
from samples import full_books

SEED = 20_26


@dataclass(frozen=True, slots=True)
class Workload:
    """A folder of workbooks and what is in it."""

    folder: Path
    rows: int
    files: int


def workload(cache: Path, rows: int, *, customers: tuple[str, ...] = ()) -> Workload:
    """All 46 workbooks (or those of ``customers``) with ``rows`` rows together."""
    tag = hashlib.sha256("|".join(customers).encode()).hexdigest()[:8] if customers else "all"
    folder = cache / f"workbooks-{rows}-{tag}-{_generator()}"
    if not (folder / "expected.json").exists():
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        say(f"generating {rows:,} rows into {folder} (once) ...")
        chosen = [part for name in customers for part in ("--customers", name)]
        run(python("samples", "generate", "--out", partial, "--rows", str(rows), "--seed", str(SEED), *chosen))
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    return Workload(folder, rows, len(customers) or len(full_books()))


def _generator() -> str:
    """A mark of the generator's source: other code means other workbooks."""
    source = Path(__file__).parent.parent / "samples"
    digest = hashlib.sha256()
    for path in sorted([*source.glob("*.py"), *source.glob("*.yml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
