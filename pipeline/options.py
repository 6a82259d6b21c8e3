"""What a run is asked to do, checked once at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from console import ConfigurationError, joined, redact

STAGES = ("load", "transform", "sync", "validate")
"""All stages, in the order in which they run. ``validate`` runs only when asked for: a build has its tests with it."""

_DEFAULT_STAGES = ("load", "transform", "sync")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of ``pipeline run``; see its ``--help``.

    Raises:
        ConfigurationError: an option that the chosen stage does not have.
    """

    source: str = "data/workbooks"
    only: tuple[str, ...] = ()
    """The stages to run; all but validate when empty."""
    limit_files: int | None = None
    select: tuple[str, ...] = ()
    full: bool = False
    customers: tuple[str, ...] = ()
    limit: int | None = None
    skip_subitems: bool = False
    confirmed: int | None = None
    """How many records the push may touch when it touches more than the board's policy allows unasked."""
    reports: Path = Path("data/reports")
    keep_reports: int = 30

    def __post_init__(self) -> None:
        """Refuse combinations that would silently do nothing."""
        for name in self.only:
            if name not in STAGES:
                raise ConfigurationError(f"There is no stage '{name}'.", hint=f"Stages: {', '.join(STAGES)}.")
        load_only: Mapping[str, object] = {"--limit-files": self.limit_files, "--select": self.select}
        sync_only: Mapping[str, object] = {
            "--customer": self.customers, "--limit": self.limit, "--skip-subitems": self.skip_subitems,
            "--yes": self.confirmed,
        }  # fmt: skip
        for stage, names in (("load", load_only), ("sync", sync_only)):
            unused = [name for name, value in names.items() if value not in (None, (), False)]
            if unused and stage not in self.stages:
                raise ConfigurationError(
                    f"{joined(unused)} has no effect with --only {' --only '.join(self.only)}.",
                    hint=f"It belongs to the stage {stage}.",
                )

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages to run, in order."""
        return tuple(name for name in STAGES if name in self.only) or _DEFAULT_STAGES

    def as_json(self) -> dict[str, object]:
        """What was asked for, without what was not."""
        asked = {key: value for key, value in asdict(self).items() if value not in (None, (), False)}
        return asked | {"source": redact(self.source)}  # an address may be signed
