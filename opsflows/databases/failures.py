"""Why a query brought nothing, in terms that decide whether to ask again."""


class QueryFailed(Exception):  # noqa: N818  (it becomes the step's outcome)
    """The database did not do it, or nobody can tell.

    Attributes:
        detail: what happened, for whoever wrote the step; holds no password.
        is_passing: whether the same query may succeed later.
        may_have_happened: the connection was lost while what was written was being committed.
    """

    def __init__(self, detail: str, *, is_passing: bool = False, may_have_happened: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.is_passing = is_passing
        self.may_have_happened = may_have_happened
