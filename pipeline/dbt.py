"""Runs dbt as a process of its own, shows its progress, and reads what it says about its nodes.

A process, because dbt keeps its DuckDB connection open as long as its process lives.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from console import OrderListError, redact, wait
from pipeline.child import child
from pipeline.dbt_folder import own_folder
from pipeline.dbt_progress import shown
from pipeline.errors import StageFailedError
from warehouse import load_target
from warehouse.holders import holder_in, holder_of
from warehouse.passing import is_held_elsewhere, passes_by_itself

_BAD = frozenset({"error", "fail", "runtime error"})
_KINDS = {"model": "models", "seed": "seeds", "snapshot": "snapshots", "test": "tests", "unit_test": "unit tests"}
_TAIL = 12
#: Seconds before what failed of a passing error is tried again.
_PAUSES = (10, 60)
#: Seconds for which dbt waits for its turn while another process has the DuckDB file open, and between two tries.
_TURN, _TURN_PAUSE = 60.0, 2.0


@dataclass(frozen=True, slots=True)
class Node:
    """What became of one node: ``kind`` as dbt's unique ids begin (model, test, ...), seconds on its thread."""

    unique_id: str
    status: str
    seconds: float
    message: str

    @property
    def kind(self) -> str:
        """models, tests, ..."""
        prefix = self.unique_id.partition(".")[0]
        return _KINDS.get(prefix, prefix)

    @property
    def name(self) -> str:
        """The name a person knows."""
        parts = self.unique_id.split(".")
        # test.<project>.<name>.<hash of its arguments>, unit_test.<project>.<model>.<name>
        return parts[2] if parts[0] == "test" and len(parts) > 2 else parts[-1]  # noqa: PLR2004

    @property
    def told(self) -> str:
        """What became of it, for a person."""
        message = " ".join(redact(self.message).split())
        return f"{self.kind.removesuffix('s')} {self.name}: {message or self.status}"


@dataclass(frozen=True, slots=True)
class DbtResult:
    """What one dbt command did. ``seconds`` are its wall time by its own account, ``said`` its errors in its words.

    ``invocations`` are dbt's own ids of what it did, as they stand in its log and its relations: one for each try.
    """

    exit_code: int
    nodes: tuple[Node, ...]
    seconds: float
    said: str = ""
    invocations: tuple[str, ...] = ()

    @property
    def ran(self) -> int:
        """How many nodes there were, as dbt counts them while it runs: without the project's hooks."""
        return sum(node.kind != "operation" for node in self.nodes)

    @property
    def counts(self) -> Mapping[str, int]:
        """Nodes by kind."""
        return Counter(node.kind for node in self.nodes)

    @property
    def seconds_by_kind(self) -> Mapping[str, float]:
        """Seconds on the threads (several run at once) by kind."""
        seconds: Counter[str] = Counter()
        for node in self.nodes:
            seconds[node.kind] += node.seconds  # type: ignore[assignment]  # a Counter of seconds
        return {kind: round(value, 2) for kind, value in seconds.most_common()}

    @property
    def failed(self) -> tuple[Node, ...]:
        """The nodes that failed with severity error."""
        return tuple(node for node in self.nodes if node.status in _BAD)

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence for each of them."""
        return tuple(node.told for node in self.failed)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each test that failed with severity warn."""
        return tuple(node.told for node in self.nodes if node.status == "warn")


def run_dbt(
    arguments: Sequence[str], *, target: str, project_dir: Path, environment: Mapping[str, str] | None = None,
    loud: bool = True,
) -> DbtResult:  # fmt: skip
    """Run ``dbt <arguments> --target <target>`` to its end; what failed of an error that passes, once or twice more.

    ``environment`` goes before our own. Unless ``loud`` what dbt says of problems is in the result alone.

    Deadlocks and lost connections are such errors: of four threads on one catalog one may be the victim, whatever the
    order of the work, and a server fails over when it must.

    Raises:
        StageFailedError: dbt gave no result (a project that does not parse, a database that refuses, ...); the
            message ends in dbt's own words.
    """
    with own_folder(project_dir, target, environment or {}) as folder:
        run_once = partial(
            _run_once, target=target, project_dir=project_dir, folder=folder, environment=environment or {}, loud=loud
        )
        return _until_it_passes(arguments, run_once)


def _until_it_passes(arguments: Sequence[str], run_once: Callable[[Sequence[str]], DbtResult]) -> DbtResult:
    result: DbtResult | None = None
    last_turn = time.monotonic() + _TURN
    pauses: list[int | None] = [*_PAUSES, None]
    while pauses:
        pause = pauses[0]
        again = ["retry"] if result and _can_retry(result) and arguments[0] != "run-operation" else arguments
        try:
            now = run_once(again)
            result = _and_now(result, now) if again is not arguments else now
            words, what = _words_that_pass(result), "; ".join(result.failures[:1])
        except StageFailedError as error:
            if result is not None:
                return result  # what failed stays failed
            if is_held_elsewhere(error.message):
                _wait_for_the_turn(error, last_turn)
                continue
            if pause is None or not passes_by_itself(error.message):
                raise
            words = what = error.message
        if words is None or pause is None:
            break
        retry = len(_PAUSES) + 2 - len(pauses)
        wait(pause, f"dbt: {' '.join(what.split())} This passes by itself", retry=retry, of=len(_PAUSES))
        pauses.pop(0)
    assert result is not None  # noqa: S101 - else the last try has raised
    return result


def _wait_for_the_turn(error: StageFailedError, last_turn: float) -> None:
    """Another process has the database open: dbt waits for its turn like all programs, and says for whom."""
    holder = holder_in(error.message) or "another program"
    if time.monotonic() > last_turn:
        raise StageFailedError(
            f"dbt could not open the database: {holder} has kept it open for a minute.",
            hint="Close that program (a SQL shell, perhaps) and run this again.",
        ) from error
    wait(_TURN_PAUSE, f"the database, which dbt needs: {holder} has it open", loud=True)


def _holder(target: str, project_dir: Path) -> str | None:
    """Who else has the target's DuckDB file open; dbt itself is nobody else."""
    with suppress(OrderListError):
        found = load_target(target, project_dir=project_dir)
        path = str(found.settings.get("path") or "")
        if found.kind == "duckdb" and path:
            holder = holder_of(found.project_dir / path)
            return None if holder and "dbt.cli.main" in holder else holder
    return None


def _can_retry(result: DbtResult) -> bool:
    """Whether dbt's own retry does what is left: it knows nodes and what was skipped for them, but leaves hooks out."""
    bad = [node for node in result.nodes if node.status in _BAD]
    return bool(bad) and all(node.kind != "operation" for node in bad)


def _words_that_pass(result: DbtResult) -> str | None:
    """What all failed nodes say, if that passes by itself for each of them."""
    said = result.failures or ((result.said,) if result.exit_code else ())
    return " ".join(said) if said and all(map(passes_by_itself, said)) else None


def _and_now(before: DbtResult | None, result: DbtResult) -> DbtResult:
    """What became of every node when some were run once more."""
    assert before is not None  # noqa: S101 - or nothing could be retried
    nodes = {node.unique_id: node for node in (*before.nodes, *result.nodes)}
    return replace(result, nodes=tuple(nodes.values()), seconds=before.seconds + result.seconds,
                   invocations=(*before.invocations, *result.invocations))  # fmt: skip


def _run_once(
    arguments: Sequence[str], *, target: str, project_dir: Path, folder: Path, environment: Mapping[str, str],
    loud: bool,
) -> DbtResult:  # fmt: skip
    results = folder / "run_results.json"
    logs = Path(environment.get("DBT_LOG_PATH") or os.environ.get("DBT_LOG_PATH") or folder)
    if arguments[0] == "retry":  # reads the old ones
        before = results.parent / "retried"
        before.mkdir(exist_ok=True)
        results.replace(before / results.name)
        arguments = ["retry", "--state", str(before)]
    results.unlink(missing_ok=True)  # an old one must not pass for ours
    command = [
        sys.executable, "-W", "ignore::RuntimeWarning", "-m", "dbt.cli.main", "--log-format", "json",
        "--no-use-colors", *arguments,
        "--target", target, "--project-dir", str(project_dir), "--target-path", str(folder),
        "--log-path", str(logs),
    ]  # fmt: skip
    errors: list[str] = []
    environment = {**_environment(project_dir), **environment}
    checking = ""  # what dbt said it looks at, for the error that may come of it
    with (
        child(command, cwd=project_dir, environment=environment, stdout=subprocess.PIPE) as process,
        shown(f"dbt {arguments[0]}", lambda: _holder(target, project_dir), loud=loud) as step,
    ):
        for line in process.stdout or ():
            event = _event(line)
            if event is None:
                errors.append(line.strip())
            else:
                step(event)
                said = str(event["info"].get("msg", ""))
                if event["info"].get("level") == "error":
                    errors += [checking, said]
                checking = said if said.startswith("Checking ") else ""
        exit_code = process.wait()
    words = "\n".join(line for line in redact("\n".join(errors)).splitlines()[-_TAIL:] if line.strip())
    if not results.is_file():
        raise StageFailedError(
            f"dbt {arguments[0]} ended with status {exit_code} before it ran anything "
            f"(all it said: {logs / 'dbt.log'}):\n{words}"
        )
    return _read(results, exit_code, words)


def _environment(project_dir: Path) -> dict[str, str]:
    environment = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    if not os.environ.get("DBT_PROFILES_DIR") and (project_dir / "profiles.yml").is_file():
        environment["DBT_PROFILES_DIR"] = str(project_dir)
    return environment


def _read(path: Path, exit_code: int, said: str) -> DbtResult:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    nodes = tuple(
        Node(
            unique_id=str(result["unique_id"]),
            status=str(result["status"]),
            seconds=float(result.get("execution_time") or 0),
            message=str(result.get("message") or ""),
        )
        for result in document["results"]
    )
    invocation = (document.get("metadata") or {}).get("invocation_id")
    return DbtResult(exit_code=exit_code, nodes=nodes, seconds=float(document.get("elapsed_time") or 0), said=said,
                     invocations=(str(invocation),) if invocation else ())  # fmt: skip


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("info"), dict) else None
