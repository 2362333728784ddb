"""What a mailed link does, and what it does not."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from opsflows.approvals.amend import amend
from opsflows.approvals.attach import attach_file
from opsflows.approvals.links.tokens import make_token
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask, ApprovalToken
from opsflows.approvals.people.delegate import delegate
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall, supersede
from opsflows.approvals.sweep import sweep
from opsflows.approvals.views import guard
from tests.approvals.office import NOW, Office, fresh, later

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FINANCE = {"name": "Finance", "approvers": ["bob"]}


def address(request: ApprovalRequest, name: str = "bob") -> str:
    """The link that this person would find in their mail."""
    task = ApprovalTask.objects.filter(request=request, user__first_name=name.title()).latest("round__number")
    return f"/decide/{make_token(task, now=NOW)}/"


def form_of(visitor: Client, url: str) -> dict[str, str]:
    """What the page's form would send, without a decision."""
    page = visitor.get(url).content.decode()
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    assert dict(fields).keys() == {"csrfmiddlewaretoken", "seen"}
    return dict(fields)


def press(visitor: Client, url: str, verdict: str = "approve", comment: str = "", **more: str) -> Any:
    """Open the page and decide there."""
    return visitor.post(url, {**form_of(visitor, url), "verdict": verdict, "comment": comment, **more})


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_person_opens_the_link_and_decides(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE, amount=1250)
    url = address(request)
    page = visitor.get(f"{url}?choice=reject")
    assert page.status_code == 200
    for shown in ("New laptop", "€1,250.00", "Ann", "Finance"):
        assert shown in text(page)
    assert 'value="reject" required checked' in text(page)
    answer = press(visitor, url, "approve", "Good one")
    assert (answer.status_code, answer["Location"]) == (303, f"{url}?done=1")
    decision = ApprovalDecision.objects.get()
    assert (decision.verdict, decision.comment, decision.identity, decision.door) == (
        "approve",
        "Good one",
        "link",
        "link",
    )
    assert fresh(request).state == "approved"
    done = text(visitor.get(answer["Location"]))
    assert "Thank you, this is decided" in done
    assert "What happens next" in done


def test_what_every_answer_says_to_browsers(office: Office, visitor: Client) -> None:
    url = address(office.ask(FINANCE))
    token = url.split("/")[2]
    press(visitor, url)
    odd = [f"/decide/{'x' * 43}/", f"{url}no/such/thing", "/decide/short", f"/decide/{token}", f"{url}files/nonsense/"]
    for path in (url, *odd):
        for response in (visitor.get(path), visitor.head(path), visitor.post(path, {}), visitor.put(path)):
            assert response["Referrer-Policy"] == "no-referrer", path
            assert response["Cache-Control"] == "no-store, private"
            assert response["X-Robots-Tag"] == "noindex, nofollow"
            assert "script" not in response.content.decode()
            assert "default-src 'self'" in response["Content-Security-Policy"]


def test_a_comment_is_asked_for_and_what_was_written_is_kept(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE)
    url = address(request)
    answer = press(visitor, url, "reject", "  ")
    assert answer.status_code == 400
    assert "Say why" in text(answer)
    assert 'value="reject" required checked' in text(answer)
    answer = press(visitor, url, "approve", "x" * 6000)
    assert answer.status_code == 400
    assert "x" * 6000 in text(answer)
    answer = press(visitor, url, "", "Kept words")
    assert "Choose one of the three" in text(answer)
    assert "Kept words" in text(answer)
    assert not ApprovalDecision.objects.exists()


def test_without_the_page_s_own_form_nothing_is_decided(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE)
    url = address(request)
    fields = form_of(visitor, url) | {"verdict": "approve"}
    strangers = [
        Client(enforce_csrf_checks=True).post(url, fields),
        visitor.post(url, fields | {"csrfmiddlewaretoken": "x" * 64}),
        visitor.post(url, fields, HTTP_ORIGIN="https://evil.example"),
        visitor.post(url, fields, HTTP_ORIGIN="null", HTTP_SEC_FETCH_SITE="cross-site"),
    ]
    for answer in strangers:
        assert answer.status_code == 403
        assert "Nothing was decided yet" in text(answer)
    assert not ApprovalDecision.objects.exists()
    # As browsers send the form of a page that passes on no referrer, over TLS.
    own = {"HTTP_ORIGIN": "null", "HTTP_SEC_FETCH_SITE": "same-origin"}
    assert visitor.post(url, fields, secure=True, **own).status_code == 303


def test_a_signed_in_reader_decides_as_whoever_was_written_to(office: Office, visitor: Client) -> None:
    """The link speaks for its task alone; who is signed in beside it plays no part."""
    request = office.ask(FINANCE)
    visitor.force_login(office.people["cleo"])
    press(visitor, address(request))
    decision = ApprovalDecision.objects.get()
    assert (decision.user, decision.identity) == (office.people["bob"], "link")


def test_a_link_is_used_once(office: Office, visitor: Client) -> None:
    request = office.ask({"approvers": ["bob", "cleo"], "mode": "all"})
    url, other = address(request), address(request)
    fields = form_of(visitor, url)
    press(visitor, url)
    for link in (url, other):
        answer = visitor.post(link, {**fields, "verdict": "reject", "comment": "No"})
        assert answer.status_code == 409
        assert "Bob approved this" in text(answer)
        page = visitor.get(link)
        assert page.status_code == 200
        assert "by the link in a mail" in text(page)
        assert "Already decided" in text(page)
    assert ApprovalDecision.objects.count() == 1


def test_a_link_is_good_for_its_own_task_alone(office: Office, visitor: Client) -> None:
    """Another request, another level and another round are other tasks."""
    first = office.ask(FINANCE, {"name": "Director", "approvers": ["cleo"]})
    second = office.ask(FINANCE, title="Another laptop")
    url, seen = address(first), form_of(visitor, address(second))["seen"]
    answer = press(visitor, url, seen=seen)
    assert answer.status_code == 409
    assert "has changed since it was shown" in text(answer)
    press(visitor, url, task=str(second.tasks.get().pk))
    assert fresh(second).state == "waiting"
    # The next level waits for its own link.
    assert visitor.post(url, {**form_of(visitor, address(second)), "verdict": "approve"}).status_code == 409
    assert office.waiting(first) == {"cleo"}


def test_an_earlier_round_s_link_says_so(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE, amount=10)
    url = address(request)
    fields = form_of(visitor, url)
    amend(voice=office.voice("ann"), request_id=request.pk, title="Two laptops", details=None, now=NOW)
    for answer in (visitor.get(url), visitor.post(url, {**fields, "verdict": "approve"})):
        assert "The request has changed since" in text(answer)
    assert visitor.post(url, {**fields, "verdict": "approve"}).status_code == 409
    assert not ApprovalDecision.objects.exists()
    page = text(visitor.get(address(request)))
    assert "Two laptops" in page
    assert "Changed since it was asked first" in page


def test_tampered_and_strange_links_lead_nowhere(office: Office, visitor: Client) -> None:
    url = address(office.ask(FINANCE))
    token = url.split("/")[2]
    stored = ApprovalToken.objects.get().token_hash
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in (changed, token[:-1], token + "A", token.swapcase(), stored, "a" * 5000, "%00" * 30, "é" * 40):
        for answer in (visitor.get(f"/decide/{wrong}/"), visitor.post(f"/decide/{wrong}/", {"verdict": "approve"})):
            assert answer.status_code in (403, 404)
        assert "This link leads nowhere" in text(visitor.get(f"/decide/{wrong}/"))
    assert token not in {row.token_hash for row in ApprovalToken.objects.all()}


def test_an_old_link_leads_to_the_inbox(office: Office, visitor: Client, monday: Any) -> None:
    request = office.ask(FINANCE)
    url = address(request)
    fields = form_of(visitor, url)
    monday.shift(timedelta(days=91))
    answer = visitor.post(url, {**fields, "verdict": "approve"})
    assert answer.status_code == 409
    assert "This link is too old" in text(answer)
    assert f"/inbox/{request.pk}/" in text(answer)
    assert not ApprovalDecision.objects.exists()


def test_the_pages_say_what_became_of_it(office: Office, visitor: Client) -> None:
    recalled = office.ask(FINANCE)
    url = address(recalled)
    recall(voice=office.voice("ann"), request_id=recalled.pk, reason="Bought elsewhere", now=NOW)
    assert "This was taken back" in text(visitor.get(url))
    assert "Bought elsewhere" in text(visitor.get(url))

    replaced = office.ask(FINANCE)
    url = address(replaced)
    supersede(request_id=replaced.pk, account_id=office.account.pk, reason="A newer one came", by=None, now=NOW)
    assert "A newer request took its place" in text(visitor.get(url))

    handed = office.ask(FINANCE)
    url = address(handed)
    reassign(voice=office.voice("bob"), task_id=handed.tasks.get().pk, to="cleo", now=NOW)
    assert "Handed on to Cleo" in text(visitor.get(url))

    expired = office.ask({**FINANCE, "timeout": "1 hour", "onTimeout": "reject"})
    url = address(expired)
    sweep(now=later(hours=2))
    assert "The time to answer is over" in text(visitor.get(url))

    others = office.ask({"approvers": ["bob", "cleo"]})
    url = address(others)
    office.decide(others, "cleo")
    page = text(visitor.get(url))
    assert "Cleo approved this" in page
    assert "in the inbox" in page
    assert "Your answer is not needed any more" in page

    changing = office.ask({"approvers": ["bob", "cleo"]})
    url = address(changing)
    office.decide(changing, "cleo", "changes", "Cheaper, please")
    page = text(visitor.get(url))
    assert "Changes are asked for" in page
    assert "Cheaper, please" in page


def test_who_is_away_is_told_who_stands_in(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE)
    url = address(request)
    bob, cleo = office.people["bob"], office.people["cleo"]
    delegate(
        actor=office.actor("bob"), person_id=bob.pk, stand_in_id=cleo.pk, starts_at=NOW, ends_at=later(days=3), now=NOW
    )
    sweep(now=NOW)
    assert "Cleo stands in for Bob" in text(visitor.get(url))


def test_above_the_threshold_a_link_asks_to_sign_in(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE, amount=6000, loginAbove="5000")
    url = address(request)
    page = text(visitor.get(url))
    assert "Sign in to decide this" in page
    assert f"/inbox/{request.pk}/" in page
    # Not for whoever finds the mail.
    assert "€6,000" not in page
    seen = request.rounds.get().content_hash
    fields = form_of(visitor, address(office.ask(FINANCE)))
    answer = visitor.post(url, {**fields, "verdict": "approve", "seen": seen})
    assert answer.status_code == 403
    assert "Sign in to decide this" in text(answer)
    assert not ApprovalDecision.objects.exists()


def test_files_are_to_be_had_through_the_link(office: Office, visitor: Client) -> None:
    request, other = office.ask(FINANCE), office.ask(FINANCE)
    content = b"<script>alert(1)</script>"
    file = attach_file(
        voice=office.voice("ann"), request_id=request.pk, name="offer.html", content=BytesIO(content), now=NOW
    )
    url = address(request)
    link = f"{url}files/{file.pk}/"
    assert link in text(visitor.get(url))
    answer = visitor.get(link)
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="offer.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert visitor.post(link).status_code in (403, 405)
    assert visitor.get(f"{address(other)}files/{file.pk}/").status_code == 404
    press(visitor, url)
    assert visitor.get(link).status_code == 404


def test_who_asks_too_often_has_to_wait(office: Office, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = address(office.ask(FINANCE))
    other = address(office.ask(FINANCE))
    monkeypatch.setattr(guard.BY_LINK, "most", 3)
    assert [visitor.get(url).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert visitor.get(other).status_code == 200
    assert visitor.get(url)["Retry-After"] == "60"
    monkeypatch.setattr(guard.BY_ADDRESS, "most", 7)
    assert visitor.get("/decide/whatever/").status_code == 429


def test_pages_cost_a_few_queries(office: Office, visitor: Client, django_assert_max_num_queries: Any) -> None:
    for levels in (1, 6):
        request = office.ask(*[FINANCE, *[{"approvers": ["cleo", "ada"]}] * levels])
        url = address(request)
        with django_assert_max_num_queries(12):
            assert visitor.get(url).status_code == 200


def test_who_asks_cannot_decide_by_a_link_they_got_hold_of(office: Office, visitor: Client) -> None:
    request = office.ask(FINANCE)
    visitor.force_login(office.people["ann"])
    answer = press(visitor, address(request))
    assert answer.status_code == 403
    assert "whoever asks cannot decide" in text(answer)
    assert fresh(request).state == "waiting"
