"""The tables of an installation are those that the suite runs on."""

import json

import pytest

from tests.processes.stack import Stack
from tests.schema import described

pytestmark = [pytest.mark.processes, pytest.mark.django_db]

#: Django's own migrations make another type of key than its model has.
OTHERWISE = {"auth_group_permissions"}


def test_migrations_make_the_tables_that_the_models_describe(stack: Stack) -> None:
    stack.run("manage.py", "migrate", "--verbosity", "0")
    migrated = json.loads(stack.run("-m", "tests.schema"))
    here = described()
    assert migrated.keys() == here.keys()
    different = {name for name, table in migrated.items() if table != here[name]}
    assert {name: (migrated[name], here[name]) for name in different - OTHERWISE} == {}
