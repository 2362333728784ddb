"""What people find in their mail, through a real mail server."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from opsflows.approvals.models import ApprovalMessage, ApprovalRequest, ApprovalRound, ApprovalToken
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall
from opsflows.approvals.sweep import sweep
from opsflows.messages.models import Notification
from tests.approvals.doors.conftest import deliver
from tests.approvals.doors.letters import link, links, parts, token_of
from tests.approvals.office import NOW, Office, later
from tests.messages.conftest import Mailbox

pytestmark = pytest.mark.django_db

FINANCE = {"name": "Finance", "approvers": ["bob"]}


def test_one_mail_a_person_says_what_is_asked(office: Office, mailbox: Mailbox) -> None:
    office.ask({"name": "Finance", "approvers": ["bob", "cleo"], "timeout": "48 hours"}, amount="1250.50")
    deliver()
    assert sorted(map(tuple, mailbox.sent_to)) == [("bob@acme.example",), ("cleo@acme.example",)]
    message = mailbox.messages[0]
    assert message["Subject"] == "Your approval: New laptop (€1,250.50)"
    # An answer would quote the links.
    assert message["Reply-To"] is None
    for body in parts(message):
        for text in ("Ann", "€1,250.50", "Wednesday 4 March 2026, 09:00 (UTC)", "Finance", "waits for Bob and Cleo"):
            assert text in body
    decisions = [f"/decide/{token_of(message)}/?choice={choice}" for choice in ("approve", "changes", "reject")]
    request = ApprovalRequest.objects.get()
    assert links(message) == [*decisions, f"/inbox/{request.pk}/"]
    assert token_of(mailbox.messages[0]) != token_of(mailbox.messages[1])


def test_the_account_s_clock_and_the_chain_so_far(office: Office, mailbox: Mailbox) -> None:
    office.account.timezone = "Asia/Tokyo"
    office.account.save()
    second = {"name": "Director", "approvers": ["cleo"], "timeout": "1 day"}
    request = office.ask(FINANCE, second, amount=10)
    office.decide(request, "bob", comment="Fits the <budget> & more")
    deliver()
    [message] = mailbox.messages
    text, html = parts(message)
    assert "Tuesday 3 March 2026, 18:00 (Asia/Tokyo)" in text
    assert 'Bob: "Fits the <budget> & more"' in text
    assert "Fits the &lt;budget&gt; &amp; more" in html


def test_what_people_write_stays_text(office: Office, mailbox: Mailbox) -> None:
    office.ask(FINANCE, title='<img src="https://evil.example/x">\r\nBcc: eve@evil.example\u2028{{ paper }}')
    deliver()
    [message] = mailbox.messages
    assert message["Bcc"] is None
    assert mailbox.sent_to == [["bob@acme.example"]]
    assert "\n" not in message["Subject"]
    text, html = parts(message)
    assert "<img" not in html
    assert "{{ paper }}" in text


def test_a_long_request_does_not_make_a_mail_that_is_cut_off(office: Office, mailbox: Mailbox) -> None:
    request = office.ask(FINANCE, title="T" * 500)
    content = request.rounds.get().content
    content |= {"summary": "<" * 20_000, "details": [{"label": "L" * 90, "value": "&" * 20_000}] * 60}
    ApprovalRound.objects.update(content=content)
    deliver()
    [message] = mailbox.messages
    # Gmail shows so much of a mail.
    assert len(parts(message)[1].encode()) < 102_000
    assert len(message["Subject"]) < 200
    assert link(message)


def test_an_address_with_a_line_break_gets_no_mail(office: Office, mailbox: Mailbox) -> None:
    office.ask(FINANCE)
    ApprovalMessage.objects.update(address="bob@acme.example\nBcc: eve@evil.example")
    deliver()
    assert mailbox.messages == []
    assert ApprovalMessage.objects.get().status == "failed"


def test_reminders_answer_the_first_mail(office: Office, mailbox: Mailbox) -> None:
    office.ask({**FINANCE, "timeout": "3 days", "remindEvery": "1 day"})
    deliver()
    for day in (1, 2):
        sweep(now=later(days=day))
        deliver(later(days=day))
    first, *reminders = mailbox.messages
    assert len(reminders) == 2
    assert len({message["Message-ID"] for message in mailbox.messages}) == 3
    for reminder in reminders:
        assert reminder["In-Reply-To"] == reminder["References"] == first["Message-ID"]
        # What mail programs take off before they compare subjects.
        assert reminder["Subject"] == f"Re: {first['Subject']}"
        text, html = parts(reminder)
        assert text.startswith("REMINDER")
        assert "Reminder: this still waits for you" in html


def test_where_a_login_is_needed_no_link_decides(office: Office, mailbox: Mailbox) -> None:
    request = office.ask(FINANCE, amount=5001, loginAbove="5000")
    deliver()
    [message] = mailbox.messages
    assert links(message) == [f"/inbox/{request.pk}/"]
    for body in parts(message):
        assert "Above €5,000.00, a decision needs you to sign in" in body
    assert not ApprovalToken.objects.exists()


def test_who_stands_in_is_told_for_whom(office: Office, mailbox: Mailbox) -> None:
    request = office.ask(FINANCE)
    task = request.tasks.get()
    reassign(voice=office.voice("bob"), task_id=task.pk, to="cleo", now=NOW)
    deliver()
    [message] = mailbox.messages
    assert mailbox.sent_to == [["cleo@acme.example"]]
    assert "Bob was asked first, and it was handed on to you." in parts(message)[0]


@pytest.mark.parametrize(
    ("verdict", "word", "sentence"),
    [
        ("approve", "Approved", "was approved"),
        ("reject", "Rejected", "was rejected"),
        ("changes", "Changes needed", "needs changes before it is decided"),
    ],
)
def test_who_asked_is_told_how_it_ended(
    office: Office, mailbox: Mailbox, verdict: str, word: str, sentence: str
) -> None:
    request = office.ask(FINANCE, amount=80)
    office.decide(request, "bob", verdict, "Because of <this>.")
    deliver()
    [message] = mailbox.messages
    assert mailbox.sent_to == [["ann@acme.example"]]
    assert message["Subject"] == f"{word}: New laptop (€80.00)"
    for body in parts(message):
        assert sentence in body
        assert "Bob" in body
        assert "What happens next" in body
    assert links(message) == [f"/inbox/{request.pk}/"]


def test_somebody_outside_who_asked_gets_no_link(office: Office, mailbox: Mailbox) -> None:
    request = office.ask(FINANCE, by=None)
    ApprovalRequest.objects.update(requester_name="Eve", requester_email="eve@customer.example")
    office.decide(request, "bob")
    deliver()
    [message] = mailbox.messages
    assert mailbox.sent_to == [["eve@customer.example"]]
    assert links(message) == []


def test_what_is_over_is_not_asked(office: Office, mailbox: Mailbox) -> None:
    request = office.ask(FINANCE)
    recall(voice=office.voice("ann"), request_id=request.pk, now=NOW)
    deliver()
    [message] = mailbox.messages
    assert message["Subject"] == "Taken back: New laptop"
    assert ApprovalMessage.objects.get(purpose="ask").status == "dropped"


def test_a_mail_after_a_crash_is_the_same_mail(
    office: Office, mailbox: Mailbox, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ask(FINANCE)
    with monkeypatch.context() as patch:
        # Killed when the mail had left, and before that was noted.
        patch.setattr("opsflows.approvals.deliver.send.note_sent", _killed)
        with pytest.raises(KeyboardInterrupt):
            deliver()
    assert ApprovalMessage.objects.get().status == "queued"
    deliver(NOW + timedelta(minutes=1))
    assert len(mailbox.messages) == 1
    deliver(NOW + timedelta(minutes=10))
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Subject"] == second["Subject"]
    assert ApprovalMessage.objects.get().status == "sent"
    assert link(first) != link(second)


def test_a_mail_server_that_comes_back(office: Office, mailbox: Mailbox) -> None:
    mailbox.answers = ["451 try again later"] * 3
    office.ask(FINANCE)
    for minute in range(0, 60, 10):
        deliver(NOW + timedelta(minutes=minute))
    assert len(mailbox.messages) == 1
    message = ApprovalMessage.objects.get()
    assert (message.status, message.attempts, message.error) == ("sent", 4, "")


def test_after_a_day_it_is_given_up(office: Office, mailbox: Mailbox) -> None:
    mailbox.answers = ["451 try again later"] * 99
    office.ask(FINANCE)
    for hour in range(30):
        deliver(NOW + timedelta(hours=hour))
    message = ApprovalMessage.objects.get()
    assert message.status == "failed"
    assert message.error == "Given up after a day: The mail server answered 451."
    assert 5 < message.attempts < 30


def test_administrators_learn_of_a_question_that_never_arrived(office: Office, mailbox: Mailbox) -> None:
    mailbox.answers = ["451 try again later"] * 99
    office.ask({"approvers": ["law@outside.example"]})
    for hour in range(30):
        deliver(NOW + timedelta(hours=hour))
    told = Notification.objects.get(title__startswith="The mail to law@outside.example could not be delivered")
    assert told.user == office.people["ada"]


def test_a_server_that_is_down_is_left_alone_for_a_while(office: Office, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    office.ask({"approvers": ["bob", "cleo", "ada"]})
    deliver()
    assert sorted(ApprovalMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert ApprovalMessage.objects.exclude(error="").get().error.startswith("The mail server could not be reached")
    deliver(NOW + timedelta(minutes=2))
    assert sum(ApprovalMessage.objects.values_list("attempts", flat=True)) == 2


def test_one_message_that_cannot_be_written_keeps_back_no_other(
    office: Office, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ask({"approvers": ["bob", "cleo"]})
    written = iter([ZeroDivisionError])

    def broken(*args: object) -> None:
        for error in written:
            raise error

    monkeypatch.setattr("opsflows.approvals.deliver.send.check_needed", broken)
    deliver()
    assert len(mailbox.messages) == 1
    assert sorted(ApprovalMessage.objects.values_list("status", flat=True)) == ["queued", "sent"]


def test_a_comment_is_still_needed_by_link(office: Office) -> None:
    request = office.ask(FINANCE)
    with pytest.raises(ValidationError):
        office.decide(request, "bob", "reject", " ")


def _killed(*args: object, **rest: object) -> None:
    raise KeyboardInterrupt
