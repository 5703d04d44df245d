"""Why a sync did not bring the copy up to date. Whatever it was, the old copy stands as it was."""

from stride_kb_api import Problem


class Offline(Exception):
    """No network, a time-out, or a server that cannot answer now: ask again later.

    `retry_after`: when the server wants to be asked again, in seconds; None if it did not say.
    """

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(Exception):
    """The server refused what was asked; asking again will not help."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title}: {problem.detail}")
        self.problem = problem


class WrongCopy(Exception):
    """What came is not what the server says it should be, also after a second try."""


class Stopped(Exception):
    """The app asked to stop."""
