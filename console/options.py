"""What all command lines have in common, said once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

#: For every command line: ``-h`` as well, and lines that a wide terminal need not break.
CONTEXT_SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 110}

target_option = click.option(
    "--target", metavar="NAME", help="dbt target: local, dev or prod.  [default: the profile's own]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
