"""`python -m bench.publisher PUBLISHES PUBLISHERS NUMBER`: an editor of tests/stress.py, with pages of their own.

Says on each line of its output what went live, once it is told that it did. CONTROL plants a fault.
"""

import bench.configured  # isort: skip  # noqa: F401  models need Django set up

import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import User
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from conditions.models import Symptom
from kb import editing, releases
from kb.publishing import Refused

TRIES = 20


def main(publishes: int, publishers: int, number: int) -> None:
    with _fault(os.environ.get("CONTROL", "")):
        own = list(Symptom.objects.order_by("pk"))[number::publishers]
        _say(ready=number)
        sys.stdin.readline()  # all begin together
        for turn in range(publishes):
            _publish(own[turn % len(own)], f"Said by editor {number} in turn {turn}.")


def _publish(symptom: Symptom, summary: str) -> None:
    """Refused, it looks again and tries once more, as a person would."""
    therapist, editor = User.objects.get(username="therapist"), User.objects.get(username="editor")
    Symptom.objects.filter(pk=symptom.pk).update(summary=summary)
    editing.save(symptom, by=therapist, at=timezone.now())
    for _ in range(TRIES):
        try:
            releases.approve_and_publish(symptom, by=editor, at=timezone.now())
        except Refused as refused:
            _say(refused=refused.problems)
        else:
            _say(entry=str(symptom.pk), summary=summary)
            return
    raise SystemExit(f"{symptom}: refused {TRIES} times")


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def _fault(control: str) -> AbstractContextManager[Any]:
    if control == "impatient":  # as Django's defaults for SQLite are, and with no patience
        connections.settings["default"]["OPTIONS"] |= {"transaction_mode": "DEFERRED", "timeout": 0}
    if control == "unlocked":
        return patch.object(QuerySet, "select_for_update", lambda rows, **kwargs: rows.all())
    return nullcontext()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
