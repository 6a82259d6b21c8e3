"""An environment's ids, hosts and names stand only in boards/ and the profile."""

from __future__ import annotations

from pathlib import Path

from operations.cutover.preflight.constants import Found, constants_of, found_in
from tests.project import ROOT
from warehouse import Target

_SETTINGS = {"server": "sql-prod-7.example.net", "database": "order_list", "user": "svc_orders", "port": 1433}


def _target(folder: Path) -> Target:
    return Target("prod", "sqlserver", "dbo", _SETTINGS, folder)


def test_no_constant_of_an_environment_is_in_the_code() -> None:
    """No id of boards/ is in code, models, macros, seeds or documents."""
    constants = constants_of(_target(ROOT))
    assert {"9200517329", "9609317948", "dropdown_mkr5tgaa", "color_mkr5yf27"} <= constants
    files, found = found_in(ROOT, constants)
    assert files > 400
    assert not found


def test_ids_hosts_and_names_are_found(tmp_path: Path) -> None:
    """An id, a host in any case and a user are found with file and line; a part of a word, and the boards, are not."""
    for name, text in {
        "boards/prod.yml": "board_id: 1234567\nitems: {po_number: {column: text_abc12, type: text}}\n",
        "loader/x.py": "a = 1\nb = '1234567'\nc = 'SQL-Prod-7.example.net'\n",
        "models/y.sql": "select text_abc12 from t where by = 'svc_orders'",
        "macros/z.sql": "select my_text_abc12, 12345678, order_list",
        "tests/t.py": "1234567",
        "board_emulator/boards.yml": "id: 1234567",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    constants = constants_of(_target(tmp_path))
    assert constants == {"1234567", "text_abc12", "sql-prod-7.example.net", "svc_orders"}
    files, found = found_in(tmp_path, constants)
    assert files == 4
    assert found == [
        Found("loader/x.py", 2, "1234567"), Found("loader/x.py", 3, "SQL-Prod-7.example.net"),
        Found("models/y.sql", 1, "text_abc12"), Found("models/y.sql", 1, "svc_orders"),
    ]  # fmt: skip
