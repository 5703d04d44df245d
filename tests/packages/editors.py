"""What editors do meanwhile: one process beside the server, which does as it is told with `tests.story`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.serving import BASE_DIR, environment

# Each act is later than the one before, and than the copy of any device: notices count in seconds.
AT_THE_DESK = """
import datetime, json, sys, uuid
from kb.enums import Severity, TombstoneReason
from kb.models.entry import Entry
from kb.models.published import Feed
from tests import story

def go_live(kind, slug, severity="content", summary="", **changes):
    entry = story.edit(Entry.objects.get(kind=kind, slug=slug), **changes)
    release = story.prepare(entry, severity=Severity(severity), summary=summary)
    story.publish_release(release, at=story.NOW)

def withdraw(kind, slug, reason):
    story.withdraw(Entry.objects.get(kind=kind, slug=slug), TombstoneReason(reason))

def merge(kind, slug, into):
    story.merge(Entry.objects.get(kind=kind, slug=slug), into=Entry.objects.get(kind=kind, slug=into))

def begin_another_history():
    Feed.objects.update(feed_id=uuid.uuid4())

story.NOW = datetime.datetime.now(datetime.UTC)
print("ready", flush=True)
for line in sys.stdin:
    story.NOW = max(datetime.datetime.now(datetime.UTC), story.NOW) + datetime.timedelta(seconds=2)
    name, given = json.loads(line)
    globals()[name](**given)
    print("done", flush=True)
"""


class Editors:
    """`editors.go_live("condition", "labral-tear", name="Torn labrum")`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def go_live(self, kind: str, slug: str, **given: Any) -> None:
        self._do("go_live", kind=kind, slug=slug, **given)

    def withdraw(self, kind: str, slug: str, *, reason: str) -> None:
        self._do("withdraw", kind=kind, slug=slug, reason=reason)

    def merge(self, kind: str, slug: str, *, into: str) -> None:
        self._do("merge", kind=kind, slug=slug, into=into)

    def begin_another_history(self) -> None:
        """As after a restored backup: every cursor is one of another history."""
        self._do("begin_another_history")

    def waits_for(self, word: str) -> None:
        assert self.process.stdout
        said = self.process.stdout.readline().strip()
        if said != word:
            self.process.kill()
            assert self.process.stderr
            raise AssertionError(self.process.stderr.read())

    def _do(self, act: str, **given: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([act, given]) + "\n")
        self.process.stdin.flush()
        self.waits_for("done")


@contextmanager
def at_desk(folder: Path) -> Iterator[Editors]:
    """Of the installation that keeps its data in this folder."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", AT_THE_DESK]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment(folder), **pipes)
    try:
        editors = Editors(process)
        editors.waits_for("ready")
        yield editors
    finally:
        process.kill()
        process.communicate()
