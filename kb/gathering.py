"""Several approved pages, chosen in a list, go into a release together."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction

from kb import releases
from kb.editing import locked
from kb.enums import ReleaseState
from kb.models.editing import Release, Revision


@transaction.atomic
def gather(revisions: list[Revision], *, into: Release | None, title: str, by: User, at: datetime.datetime) -> Release:
    """Puts these wordings in an open release, or in a new one; pressed twice, it makes no second one."""
    for revision in sorted(revisions, key=lambda revision: revision.entry_id):  # in this order, whoever else does so
        locked(revision.entry)
    release = into or _gathered_before(revisions, title, by) or releases.prepare(title, by=by, at=at)
    for revision in revisions:
        releases.put_in(release, revision)
    return release


def _gathered_before(revisions: list[Revision], title: str, by: User) -> Release | None:
    wanted = {revision.pk for revision in revisions}
    for release in Release.objects.filter(state=ReleaseState.DRAFT, created_by=by, title=title[:200]):
        if set(release.items.values_list("revision_id", flat=True)) == wanted:
            return release
    return None
