"""Judges the figures of the runs against their bars, and tells people on a change of state.

Reads relations only, and keeps ``pipeline_figures``, ``pipeline_alerts`` and ``pipeline_outbox``.
"""

from monitoring.alerts import Alert, Kind, Notice
from monitoring.book import require_tables
from monitoring.channels import channels_of
from monitoring.heartbeat import ping, ping_aloud
from monitoring.model import Bars, Check, Figure, Point, State
from monitoring.overview import Overview, RunFacts, StageFacts, overview
from monitoring.page import PAGE, write_page
from monitoring.settings import Settings, load_settings
from monitoring.tables import KEPT
from monitoring.unnoted import tell_unnoted
from monitoring.watch import Watched, overdue, watch

__all__ = [
    "KEPT",
    "PAGE",
    "Alert",
    "Bars",
    "Check",
    "Figure",
    "Kind",
    "Notice",
    "Overview",
    "Point",
    "RunFacts",
    "Settings",
    "StageFacts",
    "State",
    "Watched",
    "channels_of",
    "load_settings",
    "overdue",
    "overview",
    "ping",
    "ping_aloud",
    "require_tables",
    "tell_unnoted",
    "watch",
    "write_page",
]
