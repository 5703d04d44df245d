"""Two people at two desks, at the same moment, on two connections."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

from kb import editing
from kb.models.editing import Revision
from kb.models.entry import Entry
from tests import story
from tests.factories import GuideFactory, RelatedLinkFactory


@pytest.mark.django_db(transaction=True)
def test_two_people_save_pages_that_link_to_each_other():
    """As the desk does it: lock the entry, write its links, keep a revision."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time, so the two cannot meet")
    first, second = GuideFactory(red_flags=[]), GuideFactory(red_flags=[])
    both_hold_their_lock = Barrier(2)
    problems: list[Exception] = []

    def save(page: Entry, other: Entry) -> None:
        try:
            with transaction.atomic():
                editing.locked(page)
                both_hold_their_lock.wait(timeout=10)
                RelatedLinkFactory(entry=page, target=other)
                editing.save(page, by=None, at=story.NOW)
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    savers = [Thread(target=save, args=pages) for pages in ((first, second), (second, first))]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join(timeout=30)
    assert problems == []
    assert Revision.objects.filter(entry__in=[first, second]).count() == 2
