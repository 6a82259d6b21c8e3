"""What has to be so before production moves over: one list, each line with its mend."""

from operations.cutover.preflight.examine import ACTION, examine, examine_target
from operations.cutover.preflight.model import Check, Preflight, Verdict
from operations.cutover.preflight.page import render_page
from operations.cutover.preflight.texts import listed

__all__ = ["ACTION", "Check", "Preflight", "Verdict", "examine", "examine_target", "listed", "render_page"]
