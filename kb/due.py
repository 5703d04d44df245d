"""Releases whose time has come go live by themselves; who cannot, fails, with reasons on the desk."""

import datetime
import logging
import threading
from collections.abc import Callable, Iterator

from django.contrib.auth.models import User
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    transaction,
)
from django.utils import timezone

from kb import workflow
from kb.compiler import COMPILER_VERSION
from kb.enums import ReleaseState, StepVerb
from kb.models.editing import Release
from kb.models.published import Feed
from kb.publishing import Refused, publish
from kb.releases import held, keep_approvals, move

logger = logging.getLogger(__name__)


def publish_due(*, at: datetime.datetime) -> list[Release]:
    """Publishes every release whose time has come; one that cannot be becomes `failed`, with its reasons.

    Any number of processes may run it at once. Returns those that it dealt with. Refused, with nothing done, while
    documents wait for `recompile`: that is no fault of the releases.
    """
    due = list(Release.objects.filter(state=ReleaseState.SCHEDULED, publish_at__lte=at).order_by("publish_at", "pk"))
    if due and not _can_publish(Feed.objects.get()):
        raise Refused(["A release is due and waits, because `manage.py recompile` has not been run for this version."])
    return list(_each(due, at))


def _each(due: list[Release], at: datetime.datetime) -> Iterator[Release]:
    """One that the database cannot take now must not hold up the others; who runs this is told at the end."""
    failed: Exception | None = None
    for release in due:
        try:
            done = _publish_due(release, at)
        except (OperationalError, InterfaceError) as error:
            logger.warning("Release %s waits for the next look: %s", release.pk, error)
            failed = failed or error
        else:
            if done is not None:
                yield done
    if failed is not None:
        raise failed


def watch(*, stop: threading.Event, every: float, tell: Callable[[Release], None]) -> None:
    """Looks again and again until told to stop, whatever goes wrong meanwhile."""
    while not stop.is_set():
        close_old_connections()
        try:
            for release in publish_due(at=timezone.now()):
                tell(release)
        except Refused as refused:
            logger.warning(refused)
        except Exception:  # a database that is away comes back, and nobody would start this again
            logger.exception("Could not look for releases that are due")
        close_old_connections()
        stop.wait(every)


def outcome(release: Release) -> str:
    """What became of it, on one line."""
    if release.state == ReleaseState.PUBLISHED:
        return f"Published “{release.title}” (release {release.pk})."
    return f"Failed “{release.title}” (release {release.pk}): {' '.join(release.problems.splitlines())}"


def _can_publish(feed: Feed) -> bool:
    return feed.head == 0 or feed.compiler_version == COMPILER_VERSION


def _publish_due(release: Release, at: datetime.datetime) -> Release | None:
    try:
        with transaction.atomic():
            release = held(release)
            if not _is_due(release, at) or not _can_publish(Feed.objects.get()):
                return None  # another process was faster, or somebody changed their mind
            keep_approvals(release)
            return publish(release, by=_scheduler(release), at=at)
    except Refused as refused:
        return _fail(release, refused.problems, at)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy; the release can wait for the next look
    except IntegrityError:
        return _fail(release, ["The database refused it. Look at each page in it, then try again."], at)
    except Exception:  # a fault of ours, which must not hold up the other releases
        logger.exception("Release %s could not be published", release.pk)
        return _fail(release, ["The program failed on it. Tell whoever runs this installation; the log says more."], at)


def _is_due(release: Release, at: datetime.datetime) -> bool:
    return release.state == ReleaseState.SCHEDULED and release.publish_at is not None and release.publish_at <= at


def _scheduler(release: Release) -> User:
    """Who answers for it. Refused if they have lost the right since."""
    scheduled = release.steps.filter(verb=StepVerb.SCHEDULED).select_related("by").first()
    if scheduled is None or scheduled.by is None or not workflow.may(scheduled.by, workflow.PUBLISH):
        raise Refused(["Who scheduled it may not publish any more. Another clinical editor must schedule it again."])
    return scheduled.by


@transaction.atomic
def _fail(release: Release, problems: list[str], at: datetime.datetime) -> Release | None:
    release = held(release)
    if not _is_due(release, at):
        return None
    release.problems = "\n".join(problems)
    return move(release, ReleaseState.FAILED, StepVerb.FAILED, by=None, at=at, note=release.problems)
