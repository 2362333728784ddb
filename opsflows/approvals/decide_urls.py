"""The doors that need no sign-in: a link in a mail, and a button in Slack. Included at the root."""

from django.urls import path

from opsflows.approvals.views.mailed_link import decide_page, linked_file, unknown
from opsflows.approvals.views.slack import slack

app_name = "decide"
urlpatterns = [
    path("decide/<str:token>/", decide_page, name="page"),
    # As some mail programs write it.
    path("decide/<str:token>", decide_page),
    path("decide/<str:token>/files/<uuid:attachment_id>/", linked_file, name="file"),
    # Whatever else stands there may hold a link that was cut or lengthened; it is answered by the same calm page.
    path("decide/<path:rest>", unknown),
    path("slack/approvals/<uuid:account_id>/", slack, name="slack"),
]
