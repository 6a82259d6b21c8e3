"""Self-contained pages: nothing from elsewhere, every value escaped."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup, escape

_TICKED = re.compile(r"`([^`]+)`")


@cache  # a process may write dozens of pages, and to compile a template takes as long as ten of them
def page_environment(package: str | None) -> jinja2.Environment:
    """For templates of ``package``, which may include ``page.css``.

    Filters: ``number``, ``seconds``, ``ticks``.
    """

    def source(name: str) -> str:
        place = files(package or "").joinpath(name)
        return (place if place.is_file() else files(__package__ or "").joinpath(name)).read_text(encoding="utf-8")

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "seconds": seconds_text, "ticks": ticks}
    return environment


def ticks(text: str) -> Markup:
    """What stands in backticks as code."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped right here


def seconds_text(value: float) -> str:
    """A time as people say it."""
    minutes, seconds = divmod(value, 60)
    return f"{int(minutes)} min {seconds:.0f} s" if minutes else f"{seconds:.1f} s"


def _number(value: float | None) -> str:
    """With thousands separated; nothing for what is not known."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"  # noqa: PLR2004
