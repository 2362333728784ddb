"""The inbox. Every act is a POST to an address of its own."""

from django.urls import path

from opsflows.approvals.views import acts, amend, away, bulk, decide, lists, new, request, sign_in

app_name = "inbox"
_ONE = "<uuid:request_id>/"

urlpatterns = [
    path("", lists.waiting, name="index"),
    path("requested/", lists.requested, name="requested"),
    path("team/", lists.team, name="team"),
    path("done/", lists.done, name="done"),
    path("decide/", bulk.decide_many, name="decide-many"),
    path("decided/", bulk.decided, name="decided"),
    path("away/", away.away, name="away"),
    path("away/<uuid:delegation_id>/end/", away.end, name="away-end"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("accounts/", sign_in.accounts, name="accounts"),
    path(_ONE, request.request_page, name="request"),
    path(f"{_ONE}decide/", decide.decide_one, name="decide"),
    path(f"{_ONE}comment/", acts.comment, name="comment"),
    path(f"{_ONE}attach/", acts.attach, name="attach"),
    path(f"{_ONE}reassign/", acts.reassign_task, name="reassign"),
    path(f"{_ONE}recall/", acts.recall_request, name="recall"),
    path(f"{_ONE}amend/", amend.amend_request, name="amend"),
    path(f"{_ONE}files/<uuid:attachment_id>/", request.attachment, name="attachment"),
    path("new/", new.forms, name="new"),
    path("new/<uuid:form_id>/", new.fill_in, name="new-form"),
    path("sent/<uuid:submission_id>/", new.sent, name="sent"),
]
