"""A stage that failed: one sentence, its cause in it, and the rest of the words apart."""

from __future__ import annotations

from console import OrderListError
from pipeline.failing import cause_in, failed_stage

SAID = """dbt build ended with status 2 before it ran anything (all it said: /x (1)/dbt.log):
Encountered an error:
Parsing Error
  Invalid models config given in models/staging/customers/stg_ed_wonder.yml"""


def test_dbts_words_become_one_sentence_and_stand_once() -> None:
    """The sentence has the cause and its customer, and no line break; the log has the rest, and where it is."""
    stage = failed_stage("transform", OrderListError(SAID))
    assert stage.message == (
        "dbt build ended with status 2 before it ran anything: Parsing Error: Invalid models config given in "
        "models/staging/customers/stg_ed_wonder.yml"
    )
    assert stage.log.splitlines()[:2] == ["all it said: /x (1)/dbt.log", "Encountered an error:"]
    (finding,) = stage.findings
    assert (finding.customers, finding.command) == (("ED WONDER",), "pipeline run")


def test_an_error_with_a_hint_keeps_it_apart() -> None:
    """The hint has the command already, so there is no other."""
    (finding,) = failed_stage("sync", OrderListError("No board.", hint="Run `make board`.")).findings
    assert (finding.found, finding.hint, finding.command) == ("No board.", "Run `make board`.", None)


def test_words_without_an_error_are_shown_as_they_come() -> None:
    """The first lines that say something; nothing for nothing; never more than a person reads at once."""
    assert cause_in("Running with dbt\n\nKilled by the system\n") == "Killed by the system"
    assert cause_in("") == ""
    assert len(cause_in("Some Error " + "x" * 900)) < 300
