"""What ``cutover preflight`` prints for people."""

from __future__ import annotations

from operations.cutover.preflight.model import Preflight, Verdict

_WIDTH = max(len(verdict.value) for verdict in Verdict)


def listed(found: Preflight) -> str:
    """The list: a line for each check, and its mend below it."""
    lines = [f"{found.target}: {found.verdict}"]
    for section in found.sections:
        lines += ["", section]
        for check in found.of(section):
            lines.append(
                f"  {check.verdict.value:<{_WIDTH}}  {check.name}" + (f": {check.found}" if check.found else "")
            )
            if check.mend and check.verdict is not Verdict.PASSED:
                lines.append(f"  {'':<{_WIDTH}}  -> {check.mend}")
            elif check.mend:
                lines.append(f"  {'':<{_WIDTH}}  better: {check.mend}")
    lines += ["", f"Looked at in {found.seconds:.1f} s. No order and no board was changed."]
    return "\n".join(lines)
