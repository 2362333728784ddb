"""`POST /api/token` (Triggers): an API key, sent as a password, becomes a short-lived token.

Not throttled: a key carries 256 random bits, so guessing is hopeless, and a wrong one costs one indexed look-up.
"""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.authenticate import identify_key
from opsflows.accounts.token import issue_token
from opsflows.api.authentication import REFUSAL, SCHEME
from opsflows.api.operation import FORM, JSON, operation, ref
from opsflows.api.problems import FieldProblem, Problem, invalid, several
from opsflows.api.rendering import StrictFormParser, StrictJSONParser

USERNAME = "api"
_EXPECTED = {"username": f"Always {USERNAME!r}.", "password": "An API key."}


class TokenView(APIView):
    """Takes `username` (always `api`) and `password` (an API key), as a form or as JSON."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (StrictFormParser, StrictJSONParser)

    @operation(
        "create_token",
        "Make a short-lived token from an API key",
        tag="Access",
        body={FORM: ref("Credentials"), JSON: ref("Credentials")},
        answers={200: ref("Token")},
        refusals=(401,),
        headers={"Cache-Control": [200]},
        is_open=True,
    )
    def post(self, request: Request) -> Response:
        fields = _fields(request.data)
        identity = identify_key(fields["password"], now=timezone.now()) if fields["username"] == USERNAME else None
        if identity is None:
            hint = f"username is always {USERNAME!r}, password is the API key."
            raise Problem(401, "authentication_failed", REFUSAL, hint=hint, headers={"WWW-Authenticate": SCHEME})
        text, seconds = issue_token(key=identity.key, now=timezone.now())
        answer = {"access_token": text, "token_type": "bearer", "expires_in": seconds}
        return Response(answer, headers={"Cache-Control": "no-store"})


def _fields(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        raise invalid("Send an object with username and password.")
    problems = []
    for name, meaning in _EXPECTED.items():
        if data.get(name) in (None, ""):
            problems.append(FieldProblem(name, f"{name} is missing. {meaning}"))
        elif not isinstance(data[name], str):
            problems.append(FieldProblem(name, f"{name} is not text. {meaning}"))
    if problems:
        raise several(problems)
    return {name: data[name] for name in _EXPECTED}
