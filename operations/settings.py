"""The YAML files of the operations: read and validated in one way. Every error names the file and the key."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from console import ConfigurationError, parse_yaml, refused, yaml_fault

Settings = TypeVar("Settings", bound=BaseModel)


def read_settings(
    project_dir: Path, file: Path, model: type[Settings], *, hint: str, empty: object = None
) -> Settings | None:  # fmt: skip
    """The settings in a file of the project; ``None`` where there is no such file.

    Args:
        hint: where every key is shown, for who mistook one.
        empty: what a file without any key stands for.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong.
    """
    name = file.as_posix()
    try:
        document = parse_yaml((project_dir / file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        told = refused(error, f"{name} cannot be read")
        raise ConfigurationError(told.message, hint=told.hint) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        said = yaml_fault(error) if isinstance(error, yaml.YAMLError) else " ".join(str(error).split())
        raise ConfigurationError(f"{name} cannot be read: {said}.", hint="Correct it there.") from error
    try:
        return model.model_validate(document or empty)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        said = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(f"{name}: {key}: {said}.", hint=hint) from None
