"""The server's own backup: one statement that the server takes, and none where the service has no such backup."""

from __future__ import annotations

import pytest

from tests.sqlserver.driver import Server
from warehouse.sqlserver.backup_statements import back_up

_PLACE = r"EngineEdition"


@pytest.mark.parametrize(
    ("file", "device"),
    [("/b/it's.bak", "disk = N'/b/it''s.bak'"), ("https://x.example/c/a.bak", "url = N'https://x.example/c/a.bak'")],
)
def test_the_statement_is_that_of_the_manual(file: str, device: str) -> None:
    """Copy-only, with checksums, to a file or a blob, every name quoted; SQLFluff knows no BACKUP."""
    assert back_up("order]list", file, "A-1") == (
        f"backup database [order]]list] to {device} with copy_only, checksum, init, name = N'A-1'"
    )


@pytest.mark.parametrize(("edition", "sent"), [(3, 1), (8, 1), (5, 0), (12, 0)])
def test_it_is_sent_where_the_service_has_it(edition: int, sent: int) -> None:
    """SQL Server and a Managed Instance take it, outside a transaction; Azure SQL Database and Fabric are not asked."""
    server = Server(answers={_PLACE: [("order_list", edition)]})
    assert server.session().catalog().back_up("/b/a.bak", "a") is bool(sent)
    assert len(server.statements("backup database")) == sent
    assert "<begin>" not in [one.sql for one in server.sent]
