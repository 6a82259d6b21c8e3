"""Nothing that is printed, logged, stored or raised shows a secret."""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import masked, plain, print_result, redact, redaction, register_secret


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """Not even what a fixture of other tests, which lasts longer, gave as a secret."""
    redaction._registered.clear()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v/YmFy+==;EndpointSuffix=x", "Zm9v/YmFy+=="),
        ("Endpoint=sb://x;SharedAccessKey=abc123==", "abc123=="),
        ("DRIVER={x};SERVER=h;UID=sa;PWD={p;w}}d};Encrypt=yes", "p;w}}d"),
        ("password=hunter22 and more", "hunter22"),
        ('{"user": "sa", "password": "hun\\"ter22", "port": 1}', 'hun\\"ter22'),
        ("https://a.blob.example/c/x.xlsx?sv=2026&sig=AbC%2Bd&se=1", "AbC%2Bd"),
        ("Authorization: Bearer eyJhbGciOi.x.y", "eyJhbGciOi.x.y"),
        ("{'Authorization': 'eyJ9abc'}", "eyJ9abc"),
        ("https://user:pa55word@host/path", "pa55word"),
    ],
)
def test_masks_what_looks_like_a_secret(text: str, secret: str) -> None:
    """Connection strings, signed addresses and headers are masked though nobody registered their secret."""
    masked = redact(text)
    assert secret not in masked
    assert "***" in masked


def test_masked_json_is_still_json() -> None:
    """Masking an object's password leaves the object readable by programs."""
    assert json.loads(redact('{"password": "hunter22", "port": 1}')) == {"password": "***", "port": 1}


def test_masks_the_variables_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is only in the environment is masked everywhere."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "tok-abcdef")
    assert redact("sent tok-abcdef to the board") == "sent *** to the board"


def test_the_local_boards_token_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of target local stays readable though the local board's token has the same text."""
    monkeypatch.setenv("MONDAY_API_TOKEN", "local")
    assert redact("target local") == "target local"


def test_a_short_secret_does_not_mask_ordinary_words() -> None:
    """A password of three letters would mask every word that holds them."""
    register_secret("the")
    assert redact("the board") == "the board"


@given(st.text(min_size=4, max_size=30).filter(lambda s: s.strip() == s and s != "local" and "*" not in s))
def test_a_registered_secret_shows_in_no_form(secret: str) -> None:
    """However a secret is quoted (JSON, address, repr), it does not come through."""
    redaction._registered.clear()
    register_secret(secret)
    for form in (secret, json.dumps(secret), urllib.parse.quote(secret, safe=""), repr(secret)):
        assert "***" in redact(f"<{form}>")


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Row:
    name: str
    cells: tuple[str, ...]
    colour: Colour = Colour.RED


#: What a file, a header or a cell may be called without being a secret.
HOSTILE = st.one_of(
    st.sampled_from(['pwd="bad ORDER LIST.xlsx', "PWD=DISTRO", "password={", "?sig=</td><tr>", 'token"', "a://b:c@d"]),
    st.text(max_size=40),
)


@given(st.lists(st.builds(Row, HOSTILE, st.lists(HOSTILE, max_size=3).map(tuple)), max_size=5))
def test_names_that_look_like_secrets_stay_whole(rows: list[Row]) -> None:
    """Whatever names and cells say, what is masked is the value that was given, of the same types."""
    assert masked({"rows": rows}) == {"rows": rows}


@given(HOSTILE, HOSTILE)
def test_json_that_is_printed_can_be_read_and_holds_no_secret(before: str, after: str) -> None:
    """A known secret amid any text: the JSON parses, the text is there, and the secret is not."""
    redaction._registered.clear()
    register_secret('hunter"22')
    row = Row(f'{before}hunter"22{after}', ("x",))
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("console.output.click.echo", printed.append)
        print_result(row, as_json=True, human=str)
    assert json.loads(printed[0]) == {"name": f"{before}***{after}", "cells": ["x"], "colour": "red"}
    assert plain(masked(row)) == json.loads(printed[0])
