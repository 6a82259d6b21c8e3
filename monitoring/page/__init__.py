"""The page: one static file that says how everything stands."""

from monitoring.page.write import PAGE, REPORTS, render_page, write_page

__all__ = ["PAGE", "REPORTS", "render_page", "write_page"]
