"""Each channel against a real server on this machine: what it gets, what it answers, and how badly it may behave."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import ConfigurationError, redact
from monitoring.alerts import Alert, Kind, Notice
from monitoring.channels import deliver_within, open_channel
from monitoring.channels.mail import MailSender, Server
from monitoring.channels.slack import SlackSender, blocks
from monitoring.channels.teams import TeamsSender, card
from monitoring.channels.webhook import WebhookSender
from monitoring.checks import REGISTRY
from monitoring.errors import PartlyTakenError, RefusedMessageError, UnreachableError
from monitoring.heartbeat import ping
from monitoring.messages import Message, compose
from monitoring.model import State
from monitoring.plain_text import html_of, text_of
from monitoring.settings import Channel, Settings, read_settings
from tests.monitoring.servers import MailServer, WebServer, mail_server, web_server

NOW = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
PASSWORD = "pass-word"  # noqa: S105 - of a server on this machine
CHECKS = {check.name: check for check in REGISTRY}


def alert(check: str, subject: str = "", state: str = "attention", *, reason: str = "", owner: str = "ops") -> Alert:
    return Alert(f"{check}{subject}", check, subject, subject, owner, State(state), 3.0, 0.0, reason, NOW, NOW, "r1")


def message(*told: Notice) -> Message:
    notices = told or (
        Notice(Kind.OPENED, alert("customers_held", "AJE", reason="orders <are> gone [here](http://evil.test)")),
        Notice(Kind.OPENED, alert("last_run", state="failed", reason="*A test* failed.", owner="ann")),
        Notice(Kind.RECOVERED, alert("drift", "RHONE", state="ok")),
    )
    return compose("c", notices, CHECKS, target="prod", run_id="r1", now=NOW, report="https://reports.test/r1")


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def server_at(port: int, **more: str) -> Server:
    values = {"security": "none", "user": "", "password": ""} | more
    return Server("127.0.0.1", port, sender="from@example.com", to=("a@example.com", "b@example.com"), **values)


def test_teams_gets_an_adaptive_card(web: WebServer) -> None:
    """In the envelope of a workflow; the answer comes back; what a workbook says is never Markdown."""
    web.answers = [(202, "")]
    answer = deliver_within(TeamsSender(f"{web.url}/workflows/abc?sig=secret", "teams"), message())
    assert answer == "202"
    (taken,) = web.taken
    attachment = taken.document["attachments"][0]
    assert (taken.document["type"], attachment["contentType"], attachment["contentUrl"]) == (
        "message", "application/vnd.microsoft.card.adaptive", None,
    )  # fmt: skip
    content = attachment["content"]
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.4")
    shown = json.dumps(content)
    assert "1 failed, 1 to look at, 1 recovered" in shown
    assert "](http://evil" not in shown.replace("\\\\](", "")
    assert "monitor status" not in shown
    assert "pipeline status" in shown
    assert taken.headers["x-message-id"] == message().message_id


def test_a_long_card_stays_within_what_teams_takes() -> None:
    """Of a message with thousands of signs the end is left out, and said to be."""
    many = [Notice(Kind.OPENED, alert(name, "X" * 90, reason="ü" * 2000, owner=f"o{n}"))
            for n in range(20) for name in ("drift", "customers_held", "rejects")]  # fmt: skip
    document = card(message(*many))
    assert len(json.dumps(document, ensure_ascii=False).encode()) < 28_000
    assert "More: monitor status" in json.dumps(document)


def test_slack_gets_blocks(web: WebServer) -> None:
    """A header, a section for each line, a text for the notification; nothing that calls a channel or a link."""
    assert deliver_within(SlackSender(f"{web.url}/services/T/B/x", "slack"), message()) == "200 ok"
    document = web.taken[0].document
    assert document["blocks"][0]["type"] == "header"
    assert document["text"].startswith("Order list (prod): 1 failed")
    assert "&lt;are&gt;" in json.dumps(document)
    hostile = Notice(Kind.OPENED, alert("drift", "A", reason="<!channel> <http://evil.test|here>"))
    assert "<!channel>" not in json.dumps(blocks(message(hostile)))
    many = [Notice(Kind.OPENED, alert("drift", f"C{n}", reason="x" * 5000, owner=f"o{n}")) for n in range(60)]
    long = blocks(message(*many))
    assert len(long["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in long["blocks"] if block["type"] == "section")


def test_a_webhook_gets_all_of_it_as_json(web: WebServer) -> None:
    """Groups, lines, customers, reasons, command, report, and the same as text."""
    deliver_within(WebhookSender(f"{web.url}/hook", "webhook"), message())
    document = web.taken[0].document
    assert document["message_id"] == message().message_id
    assert [group["owner"] for group in document["groups"]] == ["ann", "ops"]
    line = document["groups"][1]["lines"][0]
    assert (line["customers"], line["command"], line["since"]) == (
        ["AJE"],
        "monday-sync status",
        "2026-03-02 07:00 UTC",
    )
    assert "https://reports.test/r1" in document["text"]


def test_mail_is_sent_with_tls_and_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STARTTLS and TLS from the beginning; plain text and HTML; one mail for all; its id is the message's."""
    certificate = _certificate(tmp_path)
    for security, at_once in (("starttls", False), ("tls", True)):
        with mail_server(certificate, at_once=at_once) as smtp:
            context = ssl.create_default_context(cafile=str(certificate[0]))
            context.check_hostname = False
            made = server_at(smtp.port, security=security, user="us", password=PASSWORD)
            assert deliver_within(MailSender(made, "mail", context), message()) == "taken for 2"
            assert smtp.encrypted == [True]
            assert len(smtp.logins) == 1
            ((_, to, text),) = smtp.mails
    assert to == ["a@example.com", "b@example.com"]
    parsed = email.message_from_string(text, policy=email.policy.default)
    assert parsed["Message-ID"] == f"<{message().message_id}@order-list.invalid>"
    assert parsed["Subject"].startswith("Order list (prod): 1 failed")
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert PASSWORD not in redact(f"login with {PASSWORD}")


def test_mail_that_is_not_trusted_is_not_sent(tmp_path: Path) -> None:
    """A server with a certificate that nobody signed gets neither the login nor the message."""
    with mail_server(_certificate(tmp_path)) as smtp:
        made = server_at(smtp.port, security="starttls", user="us", password=PASSWORD)
        with pytest.raises(UnreachableError, match="could not be reached"):
            deliver_within(MailSender(made, "mail"), message())
        assert (smtp.logins, smtp.mails) == ([], [])


def test_a_mail_server_says_no(smtp: MailServer) -> None:
    """4xx is for later, 5xx for this mail; some of several who are refused are named."""
    sender = MailSender(server_at(smtp.port), "mail")
    smtp.answers = {"MAIL": "451 try later"}
    with pytest.raises(UnreachableError, match="451 try later"):
        deliver_within(sender, message())
    smtp.answers = {"MAIL": "550 not you"}
    with pytest.raises(RefusedMessageError, match="550 not you"):
        deliver_within(sender, message())
    smtp.answers = {"RCPT": "550 no such user"}
    with pytest.raises(RefusedMessageError, match="no such user"):
        deliver_within(sender, message())


def test_a_mail_server_that_says_nothing_keeps_nobody_waiting(smtp: MailServer) -> None:
    """Given up after the time limit."""
    smtp.silent = True
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        deliver_within(MailSender(server_at(smtp.port), "mail"), message(), timeout=0.5)
    assert time.monotonic() - began < 50


def test_a_header_cannot_be_smuggled_in(smtp: MailServer) -> None:
    """A customer's name with a line break stays within the mail's text."""
    hostile = message(Notice(Kind.OPENED, alert("drift", "A\r\nBcc: x@evil.test", reason="r")))
    deliver_within(MailSender(server_at(smtp.port), "mail"), hostile)
    ((_, to, text),) = smtp.mails
    assert (to, email.message_from_string(text)["Bcc"]) == (["a@example.com", "b@example.com"], None)


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, UnreachableError), (503, UnreachableError), (429, UnreachableError), (408, UnreachableError),
     (400, RefusedMessageError), (404, RefusedMessageError), (302, RefusedMessageError)],
)  # fmt: skip
def test_what_an_answer_means(web: WebServer, status: int, error: type[Exception]) -> None:
    """5xx, 429 and time-outs are for later; what message or address is at fault for is refused; nobody is followed."""
    web.answers = [(status, "said this")]
    web.headers = {"location": f"{web.url}/elsewhere", "retry-after": "7"}
    with pytest.raises(error, match=f"127.0.0.1 answered {status} said this") as caught:
        deliver_within(WebhookSender(f"{web.url}/a-secret-path", "webhook"), message())
    assert "a-secret-path" not in str(caught.value)
    assert len(web.taken) == 1
    if isinstance(caught.value, UnreachableError):
        assert caught.value.wait == 7


@pytest.mark.parametrize(
    ("sender", "said"),
    [(SlackSender, '{"ok": false, "error": "channel_not_found"}'), (WebhookSender, '{"success": false}'),
     (SlackSender, "<!DOCTYPE html><html><title>Sign in</title></html>"),
     (TeamsSender, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413")],
)  # fmt: skip
def test_a_status_that_says_yes_is_no_delivery_when_its_words_say_no(
    web: WebServer, sender: type[SlackSender | WebhookSender | TeamsSender], said: str
) -> None:
    """200 with an error in it, or with the page of a login: it is not delivered, and the answer is said."""
    web.answers = [(200, said)]
    with pytest.raises(RefusedMessageError, match=r"127\.0\.0\.1 answered 200"):
        deliver_within(sender(f"{web.url}/a-secret-path", "ops"), message())


@pytest.mark.parametrize("said", ["ok", "1", "", '{"ok": true, "error": null}', "<html>thanks</html>", "[]", "{broken"])
def test_other_words_with_a_yes_are_a_delivery(web: WebServer, said: str) -> None:
    """A webhook of one's own answers as it likes."""
    web.answers = [(200, said)]
    assert deliver_within(WebhookSender(f"{web.url}/hook", "ops"), message()) == f"200 {said}".strip()


def test_a_mail_that_is_not_taken_for_all_says_for_whom_not(smtp: MailServer) -> None:
    """One address of two is unknown there: the other gets the mail, and that one did not is no success."""
    smtp.unknown = {"b@example.com"}
    with pytest.raises(PartlyTakenError, match=r"taken, but not for b@example\.com: 550 no such user"):
        deliver_within(MailSender(server_at(smtp.port), "mail"), message())
    assert [to for _, to, _ in smtp.mails] == [["a@example.com"]]


def test_a_server_that_answers_byte_by_byte_is_given_up(web: WebServer) -> None:
    """The time limit is for the whole answer, not for each byte."""
    web.answers, web.drip = [(200, "x" * 500)], 0.2
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=r"within 0\.6 seconds|could not be reached"):
        deliver_within(WebhookSender(f"{web.url}/slow", "webhook"), message(), timeout=0.6)
    assert time.monotonic() - began < 50


def test_no_server_at_all() -> None:
    """Says that it could not be reached, and not where."""
    with web_server() as gone:
        address = f"{gone.url}/hook/token-token"
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 could not be reached") as caught:
        deliver_within(WebhookSender(address, "webhook"), message())
    assert "token-token" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://example.com/x", "ftp://example.com", "nowhere", "https://", "https://[x"])
def test_an_address_that_would_leak_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither plain http beyond this machine nor what is no address; and it is not repeated."""
    monkeypatch.setenv("HOOK", address)
    with pytest.raises(ConfigurationError) as caught:
        open_channel("ops", Channel(kind="webhook", address="HOOK"))
    assert address == "https://" or address not in str(caught.value)
    assert redact("https://example.org") == "https://example.org", "what is no address is no secret either"


def test_addresses_and_passwords_are_masked_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a channel is opened, its address is masked wherever it would be printed."""
    monkeypatch.setenv("HOOK", "https://example.com/workflows/0123456789abcdef/triggers?sp=x&sig=SIGNATURE99")
    open_channel("ops", Channel(kind="teams", address="HOOK"))
    said = redact(
        "error at https://example.com/workflows/0123456789abcdef/triggers?sp=x&sig=SIGNATURE99 and SIGNATURE99"
    )
    assert "0123456789abcdef" not in said
    monkeypatch.setenv("ORDER_LIST_SMTP_USER", "someone")
    monkeypatch.setenv("ORDER_LIST_SMTP_PASSWORD", "hunter2222")
    open_channel(
        "m",
        read_settings(
            {
                "channels": {
                    "m": {
                        "kind": "mail",
                        "host": "mail.example.com",
                        "sender": "a@example.com",
                        "to": ["b@example.com"],
                    }
                }
            }
        ).channels["m"],
    )
    assert redact("hunter2222") == "***"


def test_mail_without_tls_leaves_this_machine_never() -> None:
    """A password or an order's number would be read on the way."""
    with pytest.raises(ConfigurationError, match="without TLS"):
        MailSender(Server("mail.example.com", 25, "none", "a@example.com", ("b@example.com",)), "mail")
    with pytest.raises(ConfigurationError, match="no mail address"):
        MailSender(Server("127.0.0.1", 25, "none", "a@example.com", ("b\nx@example.com",)), "mail")


def test_text_and_html_say_the_same() -> None:
    """What, how bad, since when, whom, why, what to run, where the report is; HTML escapes what workbooks say."""
    text, page = text_of(message()), html_of(message())
    for part in ("Customers held back", "3 customers (none is well)", "2026-03-02 07:00 UTC",
                 "monday-sync status", "https://reports.test/r1", "ann"):  # fmt: skip
        assert part in text
        assert part in page
    assert "orders &lt;are&gt; gone" in page
    assert "orders <are> gone" in text


def test_healthchecks_is_pinged_at_start_success_and_failure(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """/start, the address itself, /fail; the same run has the same rid, and its verdict is the body."""
    monkeypatch.setenv("ORDER_LIST_HEARTBEAT_URL", f"{web.url}/0f3c-uuid")
    for event in ("start", "success", "fail"):
        assert ping(Settings(), event, "run-1", "All well.") is None
    paths = [taken.path.partition("?") for taken in web.taken]
    assert [path for path, _, _ in paths] == ["/0f3c-uuid/start", "/0f3c-uuid", "/0f3c-uuid/fail"]
    assert len({query for _, _, query in paths}) == 1
    assert paths[0][2].startswith("rid=")
    assert {(taken.method, taken.body) for taken in web.taken} == {("POST", b"All well.")}


def test_uptime_kuma_is_pushed_to(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """status, msg and ping in the query, instead of those that its example address has; no beginning."""
    monkeypatch.setenv("ORDER_LIST_HEARTBEAT_URL", f"{web.url}/api/push/TOKEN?status=up&msg=OK&ping=")
    assert ping(Settings(), "start", "run-1") is None
    assert ping(Settings(), "success", "run-1", "All well.", 1.5) is None
    assert ping(Settings(), "fail", "run-1", "Failed.") is None
    assert [taken.path for taken in web.taken] == [
        "/api/push/TOKEN?status=up&msg=All+well.&ping=1500", "/api/push/TOKEN?status=down&msg=Failed.",
    ]  # fmt: skip


def test_a_heartbeat_that_is_not_taken_is_said_without_its_address(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its path is the secret."""
    monkeypatch.setenv("ORDER_LIST_HEARTBEAT_URL", f"{web.url}/some-secret-uuid")
    web.answers = [(404, "not found")]
    problem = ping(Settings(), "success", "run-1")
    assert problem is not None
    assert "404 not found" in problem
    assert "some-secret-uuid" not in problem
    for said in ("OK (not found)", '{"ok":false,"msg":"Monitor not found or not active."}'):
        web.answers = [(200, said)]  # as Healthchecks and Uptime Kuma answer for an address that they do not know
        assert said in (ping(Settings(), "success", "run-1") or "")
    monkeypatch.setenv("ORDER_LIST_HEARTBEAT_URL", "http://example.com/plain")
    assert "http" in (ping(Settings(), "success", "run-1") or "")
    monkeypatch.delenv("ORDER_LIST_HEARTBEAT_URL")
    assert ping(Settings(), "success", "run-1") is None


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "c.pem", folder / "k.pem"
    if not certificate.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
             "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
    return certificate, key
