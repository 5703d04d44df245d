"""`python -m bench.rename`: renames the symptom that every condition shows, as a therapist would, and publishes it."""

import bench.configured  # isort: skip  # noqa: F401  models need Django set up

import time

from django.contrib.auth.models import Group, User
from django.utils import timezone

from bench.packs import SHOWN_BY_ALL
from conditions.models import Symptom
from kb import editing, releases
from kb.installation import CLINICAL_EDITOR
from kb.models.published import Feed

LIMIT = 5


def main() -> None:
    symptom = Symptom.objects.get(slug=SHOWN_BY_ALL)
    therapist, editor = User.objects.create_user("therapist"), User.objects.create_user("editor")
    editor.groups.add(Group.objects.get(name=CLINICAL_EDITOR))
    Symptom.objects.filter(pk=symptom.pk).update(name="A name that every condition shows")
    head = Feed.objects.get().head
    started = time.perf_counter()
    editing.save(symptom, by=therapist, at=timezone.now())
    releases.approve_and_publish(symptom, by=editor, at=timezone.now())
    seconds = time.perf_counter() - started
    changed = Feed.objects.get().head - head
    print(f"publish a renamed symptom, which changes {changed} documents: {seconds:.1f} s (limit {LIMIT} s)")


if __name__ == "__main__":
    main()
