"""What every kind of step that comes with the house says of itself."""

from opsflows.workflows.registry import all_kinds


def test_every_kind_says_in_a_line_what_it_does() -> None:
    shipped = [kind for kind in all_kinds().values() if type(kind).__module__.startswith("opsflows.")]
    assert [kind.kind for kind in shipped if not kind.about.endswith(".") or len(kind.about) > 90] == []
    assert len({kind.about for kind in shipped}) == len(shipped)
