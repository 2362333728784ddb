"""However many workers send at once, each message leaves once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from opsflows.approvals.deliver.outbox import note_sent, take_next
from opsflows.approvals.models import ApprovalMessage
from tests.approvals.office import NOW, Office

FINANCE = {"name": "Finance", "approvers": ["bob", "cleo", "ada"], "mode": "all"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_do_not_send_the_same(office: Office) -> None:
    for _ in range(7):
        office.ask(FINANCE)
    start = threading.Barrier(4)

    def work(_: int) -> list[str]:
        try:
            start.wait()
            taken = []
            while (message := take_next(account_id=None, now=NOW)) is not None:
                note_sent(message, None, now=NOW)
                taken.append(str(message.pk))
            return taken
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = Counter(each for one in pool.map(work, range(4)) for each in one)
    assert len(taken) == 21
    assert set(taken.values()) == {1}
    assert set(ApprovalMessage.objects.values_list("status", "attempts")) == {("sent", 1)}


@pytest.mark.django_db
def test_one_account_s_job_leaves_the_others_alone(office: Office) -> None:
    office.ask(FINANCE)
    other = Office("globex")
    other.person("gil")
    other.ask({"approvers": ["gil"]}, by=None)
    message = take_next(account_id=other.account.pk, now=NOW)
    assert message is not None
    assert message.account == other.account
    assert take_next(account_id=other.account.pk, now=NOW) is None
    office.account.is_active = False
    office.account.save()
    assert take_next(account_id=None, now=NOW) is None
