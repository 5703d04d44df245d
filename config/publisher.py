"""Publishes releases at their time, in a thread of each server process. Several at once do no harm."""

import logging
import threading

from config import environment
from kb import due
from kb.models.editing import Release

logger = logging.getLogger(__name__)


def start() -> None:
    """Looks at once, for what came due while no server ran, and then every so many seconds; ends with the process."""
    every = environment.publish_due_every()
    if every:
        said = {"stop": threading.Event(), "every": every, "tell": _log}
        threading.Thread(target=due.watch, kwargs=said, name="publish-due", daemon=True).start()


def _log(release: Release) -> None:
    """As a warning, to be seen with the others: it happens seldom, and with nobody looking."""
    logger.warning(due.outcome(release))
