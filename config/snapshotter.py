"""Makes snapshots for phones, in a thread of each server process. Several at once do no harm."""

import logging
import threading

from config import environment
from kb import snapshots
from kb.shelf import Snapshot

logger = logging.getLogger(__name__)


def start() -> None:
    """Looks at once, and then every so many seconds, whether what is live has one; ends with the process."""
    every = environment.snapshot_every()
    if every:
        said = {"stop": threading.Event(), "every": every, "tell": _log}
        threading.Thread(target=snapshots.watch, kwargs=said, name="snapshots", daemon=True).start()


def _log(snapshot: Snapshot) -> None:
    logger.info("Made %s", snapshot.name)
