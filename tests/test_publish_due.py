"""Releases go live by themselves: the server looks for them, or an operator's command; and the desk has a time zone."""

import datetime
import json
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from config import environment
from kb import due, releases
from kb.compiler import COMPILER_VERSION
from kb.models.published import Document, Feed
from tests import story
from tests.factories import ConditionFactory, SourceFactory
from tests.serving import BASE_DIR, free_port, running
from tests.serving import environment as variables
from tests.test_releases import approved, begun, everything_published, scheduled
from tests.test_server import once, refused

# What colleagues do in the installation that a server of its own serves.
DESK = """
import datetime, json, sys
from django.contrib.auth.models import Group, User
from django.utils import timezone
from kb import editing, releases, review
from kb.enums import TombstoneReason
from kb.models.editing import Release
from kb.models.entry import Entry

now = timezone.now()
editor = User.objects.get(username="editor")

def approved(slug):
    revision = editing.newest_revision(Entry.objects.get(kind="treatment", slug=slug))
    review.approve(revision, by=editor, at=now)
    return revision

def scheduled(title, slug, seconds, by=editor):
    release = releases.prepare(title, by=by, at=now)
    releases.put_in(release, approved(slug))
    return releases.schedule(release, publish_at=now + datetime.timedelta(seconds=seconds), by=by, at=now)

slugs = list(Entry.objects.filter(kind="treatment").order_by("slug").values_list("slug", flat=True))
"""
FOUR = """
colleague = User.objects.create_user("colleague", is_staff=True)
colleague.groups.add(Group.objects.get(name="Clinical editor"))
scheduled("Seen", slugs[0], 2)
releases.cancel(scheduled("Cancelled", slugs[1], 2), by=editor, at=now)
scheduled("Left", slugs[2], 2, by=colleague)
User.objects.filter(pk=colleague.pk).update(is_active=False)
scheduled("Moved", slugs[3], 2)
gone = Entry.objects.get(kind="treatment", slug=slugs[3])
releases.withdraw(gone, by=editor, at=now, reason=TombstoneReason.OUTDATED)
print(json.dumps(slugs[:4]))
"""
ONE = """
slug = next(slug for slug in slugs if not Release.objects.filter(items__entry__slug=slug, origin="editorial").exists())
scheduled("One", slug, 0.2)
print(json.dumps(slug))
"""
TOLD = """
print(json.dumps({
    release.title: [release.state, str(release.publish_at), str(release.published_at)]
    for release in Release.objects.filter(publish_at__isnull=False)
}))
"""


def at_the_desk(folder, what):
    """Runs this in the installation that keeps its data in the folder; what it printed, as JSON."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-v", "0", "-c", DESK + what]
    run = subprocess.run(command, cwd=BASE_DIR, env=variables(folder), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def overdue(editor, page):
    """Scheduled for a minute ago."""
    release = scheduled(editor, page)
    release.publish_at = timezone.now() - datetime.timedelta(minutes=1)
    release.save()
    return release


def is_reviewed(server, slug):
    """What a phone reads: a release of a page of the starter pack makes it reviewed."""
    return server.get(f"/api/v1/treatments/{slug}")["review"]["role"] != "nobody"


def until(holds, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The data of an installation with the starter pack, which each test serves anew."""
    folder = tmp_path_factory.mktemp("installation") / "data"
    with running(folder):
        return folder


@once
def test_the_server_publishes_at_the_time(folder, monkeypatch):
    monkeypatch.setenv("PUBLISH_DUE_EVERY", "1")
    with running(folder) as server:
        seen, cancelled, left, _ = at_the_desk(folder, FOUR)
        until(lambda: is_reviewed(server, seen))
        until(lambda: at_the_desk(folder, TOLD)["Moved"][0] == "failed")
        told = at_the_desk(folder, TOLD)
        assert {title: told[title][0] for title in ("Seen", "Left", "Moved")} == {
            "Seen": "published",
            "Left": "failed",  # its scheduler may not publish any more
            "Moved": "failed",  # somebody withdrew its page meanwhile
        }
        assert "Cancelled" not in told
        _, wanted, got = told["Seen"]
        assert wanted <= got, "not before its time"
        assert not is_reviewed(server, cancelled)
        assert not is_reviewed(server, left)


@once
def test_what_came_due_while_no_server_ran_is_published_at_the_next_start(folder):
    missed = at_the_desk(folder, ONE)
    time.sleep(0.3)
    with running(folder) as server:
        until(lambda: is_reviewed(server, missed), seconds=15)  # at once, not after the usual 20 seconds


@once
def test_a_server_told_not_to_look_leaves_it_to_the_command_of_which_two_at_once_publish_once(folder, monkeypatch):
    monkeypatch.setenv("PUBLISH_DUE_EVERY", "0")
    with running(folder) as server:
        due_now = at_the_desk(folder, ONE)
        time.sleep(2)
        assert not is_reviewed(server, due_now)
        command = [sys.executable, "manage.py", "publish_due"]
        both = [subprocess.Popen(command, cwd=BASE_DIR, env=variables(folder), stdout=subprocess.PIPE) for _ in "12"]
        said = sorted(process.communicate(timeout=120)[0].decode() for process in both)
        assert [process.returncode for process in both] == [0, 0]
        assert said[0] == ""
        assert said[1].startswith("Published “One” (release ")
        assert is_reviewed(server, due_now)


# The command


@pytest.mark.django_db
def test_the_command_tells_what_it_published_and_what_failed(house, therapist, editor, capsys):
    sound = overdue(editor, approved(SourceFactory(), editor))
    moved = approved(SourceFactory(name="Moved"), editor)
    failing = overdue(editor, moved)
    releases.publish_now(begun(editor, moved), by=editor, at=story.NOW)
    call_command("publish_due")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Published “Spring clean” (release {sound.pk})."
    assert said[1].startswith(f"Failed “Spring clean” (release {failing.pk}): Moved: it has changed since")
    call_command("publish_due")
    assert capsys.readouterr().out == "", "nothing is tried again"


@pytest.mark.django_db
def test_the_command_fails_when_it_could_not_do_its_work(house, therapist, editor):
    overdue(editor, approved(SourceFactory(), editor))
    Feed.objects.update(compiler_version=COMPILER_VERSION + 1)
    with pytest.raises(CommandError, match="recompile"):
        call_command("publish_due")


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "3601"])
def test_the_command_refuses_a_pause_that_makes_no_sense(seconds):
    with pytest.raises(CommandError, match="no whole number of seconds"):
        call_command("publish_due", f"--watch={seconds}")


def test_the_watch_outlives_every_fault_and_stops_when_told(monkeypatch, caplog):
    stop, looks = threading.Event(), []

    def faulty(*, at):
        looks.append(at)
        if len(looks) == 3:
            stop.set()
        raise [OSError("the database is away"), KeyError("a fault of ours"), releases.Refused(["Wait."])][
            len(looks) - 1
        ]

    monkeypatch.setattr(due, "publish_due", faulty)
    monkeypatch.setattr(due, "close_old_connections", lambda: None)
    due.watch(stop=stop, every=0.001, tell=lambda release: None)
    assert len(looks) == 3
    assert "the database is away" in caplog.text
    assert "Wait." in caplog.text


# The time zone


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns"])
def test_readers_get_the_same_bytes_whatever_the_zone_of_the_desk(house, therapist, editor, reader, zone):
    condition = ConditionFactory(slug="sore-hip")
    story.go_live(condition)
    paths = ["", "/conditions", "/conditions/sore-hip", "/search?q=hip", "/sources"]
    before = [story.get(reader, path).content for path in paths]
    published = everything_published()
    with override_settings(TIME_ZONE=zone):
        assert [story.get(reader, path).content for path in paths] == before
        document = Document.objects.get(entry=condition)
        releases.publish_now(begun(editor, approved(condition, editor)), by=editor, at=story.NOW)
        assert Document.objects.get(entry=condition).body == document.body, "compiled there, the bytes are the same"
    assert everything_published() != published, "it was compiled"


def test_the_zone_comes_from_the_environment(monkeypatch):
    monkeypatch.delenv("TIME_ZONE", raising=False)
    assert environment.time_zone() == "UTC"
    monkeypatch.setenv("TIME_ZONE", "Europe/Berlin")
    assert environment.time_zone() == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Europe/Berln", "Europe", "../../etc/passwd", "/etc/localtime", "Berlin time"])
def test_a_zone_that_does_not_exist_is_refused_in_one_line(tmp_path, monkeypatch, name):
    monkeypatch.setenv("TIME_ZONE", name)
    line = refused(tmp_path, free_port())
    assert f"TIME_ZONE={name} is no time zone that this machine knows" in line


def test_a_pause_that_makes_no_sense_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PUBLISH_DUE_EVERY", "often")
    assert "PUBLISH_DUE_EVERY=often is no whole number from 0 to 3600" in refused(tmp_path, free_port())


def test_the_desk_tells_utc_unless_told_otherwise():
    assert settings.TIME_ZONE == "UTC"
