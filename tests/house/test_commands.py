"""Every command that the documents name exists, with the options they show; every program explains itself."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def shown() -> list[str]:
    """The lines of all bash blocks in the documents, without comments."""
    lines = []
    for document in DOCUMENTS:
        for block in re.findall(r"```bash\n(.*?)```", document.read_text(encoding="utf-8"), re.S):
            text = block.replace("\\\n", " ")
            lines += [line.split("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line]


def command_of(script: str) -> click.Command:
    module, _, name = SCRIPTS[script].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
    # a program may begin elsewhere, to end in its own way; its command line is where all have theirs
    found = importlib.import_module(f"{module.rpartition('.')[0]}.cli").main
    assert isinstance(found, click.Command)
    return found


def check(command: click.Command, words: list[str]) -> None:
    """Let click parse the words of the last subcommand, without running anything."""
    while isinstance(command, click.Group):
        command, words = command.commands[words[0]], words[1:]
    command.make_context("documented", words)


@pytest.mark.parametrize("line", [line for line in shown() if line.split()[0] in SCRIPTS])
def test_documented_commands_parse(line: str) -> None:
    """What the README shows is accepted as it stands, with something for its <placeholders>."""
    program, *words = shlex.split(re.sub(r"<[^>]+>", "something", line))
    check(command_of(program), words)


@pytest.mark.parametrize("line", [line for line in shown() if line.split()[0] == "make"])
def test_documented_targets_exist(line: str) -> None:
    """Each `make` of the documents names a target that the Makefile has."""
    assert shlex.split(line)[1] in TARGETS


def test_the_documents_show_every_program() -> None:
    """None of the programs is left without a recipe, nor any subcommand of monday-sync and pipeline."""
    text = "\n".join(shown())
    assert not [script for script in SCRIPTS if script not in text]
    for script in ("monday-sync", "monitor", "pipeline", "loader", "maintenance"):
        group = command_of(script)
        assert isinstance(group, click.Group)
        assert not [name for name in group.commands if f"{script} {name}" not in text]


def walk(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        for name, sub in command.commands.items():
            found += walk(sub, (*path, name))
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_command_and_option_explains_itself(script: str) -> None:
    """Help for the program, its subcommands and each of their options; secrets are never options."""
    for path, command in walk(command_of(script)):
        assert command.help, path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, (path, option.opts)
                assert not {"--password", "--token", "--secret"} & set(option.opts)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_program_is_also_a_module(script: str) -> None:
    """`python -m <package> --help` works, prints on stdout and exits 0."""
    module = SCRIPTS[script].partition(":")[0].rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Usage:" in done.stdout) == (0, True), done.stderr


def test_make_help_lists_every_target() -> None:
    """Each target says what it does, and `make help` shows it."""
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"run", "test", "help", "board", "docs", "lint", "bench", "soak", "clean", "lock"} <= TARGETS
    assert not [target for target in TARGETS if f"make {target} " not in said]


def test_make_run_passes_its_options_on() -> None:
    """TARGET, SOURCE and ARGS reach the pipeline; without SOURCE the samples are seen to."""
    made = subprocess.run(
        ["make", "--dry-run", "run", "SOURCE=my workbooks", "TARGET=dev", "ARGS=--full"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert '-m pipeline run --target "dev" --source "my workbooks" --full' in made
    assert "samples" not in made
