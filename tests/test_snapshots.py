"""A snapshot is everything live in one file: whole or not there, the same everywhere; and phones start from it."""

import datetime
import gzip
import hashlib
import json
import threading
import urllib.request
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config import environment
from kb import published, shelf, snapshots
from kb.models.published import Document, Edition, Feed
from tests import story
from tests.factories import ConditionFactory, SymptomFactory
from tests.phone import Phone
from tests.serving import free_port, running
from tests.test_publish_due import until
from tests.test_server import once, refused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    return settings.SNAPSHOTS_DIR


@pytest.fixture
def made(house):
    [snapshot] = snapshots.make(at=story.NOW)
    return snapshot


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()} - {shelf.LOCK}


def listed(reader) -> list[story.Json]:
    response = story.get(reader, "/snapshots")
    assert response.status_code == 200, response.content
    return response.json_body["items"]


def fetch(reader, name, **headers):
    response = reader.get(f"/api/v1/snapshots/{name}", headers=headers)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


class Network:
    """A phone's way to the server: counts requests and bytes, and can break off a download."""

    def __init__(self, reader, breaks_after=()):
        self.reader, self.asked, self.bytes = reader, [], 0
        self.breaks_after = list(breaks_after)

    def get(self, path):
        response = story.get(self.reader, path, **{"Accept-Encoding": "gzip"})
        self.asked.append(path.partition("?")[0])
        self.bytes += len(response.content)
        is_gzip = response.headers.get("Content-Encoding") == "gzip"
        return response.status_code, json.loads(gzip.decompress(response.content) if is_gzip else response.content)

    def download(self, path, headers):
        response = fetch(self.reader, path.removeprefix("/snapshots/"), **headers)
        self.asked.append((path, headers.get("Range", "")))
        came = response.body[: self.breaks_after.pop(0)] if self.breaks_after else response.body
        self.bytes += len(came)
        return response.status_code, came

    def phone(self, **settings):
        return Phone(self.get, download=self.download, **settings)


# What is in it


def test_a_snapshot_holds_a_header_and_then_every_live_document_byte_for_byte(house, reader, folder):
    gone = ConditionFactory()
    story.go_live(ConditionFactory(), gone)
    story.withdraw(gone)
    [snapshot] = snapshots.make(at=story.NOW)
    packed = (folder / snapshot.name).read_bytes()
    header, *lines = gzip.decompress(packed).splitlines()
    live = Document.objects.filter(gone_reason="").order_by("seq")
    assert lines == [bytes(document.body) for document in live]
    sync, feed = story.get(reader, "/sync").json_body, Feed.objects.get()
    assert json.loads(header) == {
        "format": "stride-kb-snapshot/1",
        "feed_id": str(feed.feed_id),
        "edition": feed.mark,
        "head": feed.head,
        "locale": "en",
        "cursor": sync["cursor"],
        "counts": {name: digest["count"] for name, digest in sync["state_digest"].items()},
        "state_digest": sync["state_digest"],
    }
    assert snapshot.name == f"en-{hashlib.sha256(packed).hexdigest()[:32]}.jsonl.gz"


def test_the_list_tells_all_that_a_phone_needs(made, reader, folder):
    packed = (folder / made.name).read_bytes()
    feed = Feed.objects.get()
    assert listed(reader) == [
        {
            "name": made.name,
            "href": f"/api/v1/snapshots/{made.name}",
            "locale": "en",
            "edition": feed.mark,
            "head": feed.head,
            "cursor": story.get(reader, "/sync").json_body["cursor"],
            "made_at": "2026-03-01T12:00:00Z",
            "bytes": len(packed),
            "sha256": hashlib.sha256(packed).hexdigest(),
            "uncompressed_bytes": len(gzip.decompress(packed)),
            "documents": Document.objects.filter(gone_reason="").count(),
        }
    ]


def test_two_machines_that_make_the_same_edition_make_the_same_file(made, settings, tmp_path):
    settings.SNAPSHOTS_DIR = tmp_path / "another machine"
    [again] = snapshots.make(at=story.NOW + DAY)
    assert again.name == made.name
    assert again.path.read_bytes() == (tmp_path / "snapshots" / made.name).read_bytes()


def test_without_anything_published_there_is_none(reader, folder):
    assert snapshots.make(at=story.NOW) == []
    assert listed(reader) == []
    assert not folder.exists()


def test_the_newest_comes_first(made, reader):
    story.go_live(ConditionFactory())
    [newer] = snapshots.make(at=story.NOW)
    assert [item["name"] for item in listed(reader)] == [newer.name, made.name]


# Made whole, and made anew


def test_it_is_made_once_for_each_edition(made):
    assert snapshots.make(at=story.NOW) == []
    story.go_live(ConditionFactory())
    assert len(snapshots.make(at=story.NOW)) == 1
    assert snapshots.make(at=story.NOW) == []


def test_of_several_processes_one_makes_it(house):
    with shelf.alone() as is_alone:
        assert is_alone
        assert snapshots.make(at=story.NOW) == []
    assert len(snapshots.make(at=story.NOW)) == 1


def test_a_day_of_many_releases_does_not_fill_the_disk(house, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_ONCE", 2)
    minute = datetime.timedelta(minutes=1)
    made = []
    for number in range(0, 125, 4):
        story.go_live(SymptomFactory())
        made += [number for _ in snapshots.make(at=story.NOW + number * minute)]
    assert made == [0, 4, 64, 124]


def test_one_that_was_damaged_is_made_anew_on_such_a_day_too(made, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_ONCE", 1)
    half(made.path)
    assert snapshots.make(at=story.NOW) == [made]


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize("harm", [half, flipped, lambda path: path.write_bytes(b""), lambda path: path.unlink()])
def test_what_is_damaged_or_lost_is_not_offered_and_is_made_anew(made, reader, folder, suffix, harm):
    whole = (folder / made.name).read_bytes()
    harm(folder / (made.name + suffix))
    assert listed(reader) == []
    assert fetch(reader, made.name).status_code == 404
    assert snapshots.make(at=story.NOW) == [made]
    assert listed(reader)[0]["name"] == made.name
    assert fetch(reader, made.name).body == whole


@pytest.mark.parametrize(
    "note", ["[]", "null", "{}", '{"name": 1}', "[" * 50_000, "\x00", '{"name": "../../etc/passwd"}', "¤"]
)
def test_a_note_that_is_none_is_ignored(made, reader, folder, note):
    (folder / (made.name + ".json")).write_text(note, encoding="latin-1")
    assert listed(reader) == []
    assert fetch(reader, made.name).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"head": "1"}, {"head": True}, {"made_at": "2026-03-01"}, {"made_at": "soon"}, {"feed_id": "x"}, {"more": 1}],
)
def test_a_note_of_another_shape_is_ignored(made, reader, folder, changes):
    path = folder / (made.name + ".json")
    said = json.loads(path.read_text())
    seal = said.pop("seal")
    assert shelf.sealed(said)["seal"] == seal
    path.write_text(json.dumps(shelf.sealed(said | changes)))
    assert listed(reader) == []


def test_a_note_that_names_another_file_is_ignored(made, reader, folder):
    other = f"en-{'0' * 32}.jsonl.gz"
    (folder / f"{other}.json").write_text((folder / f"{made.name}.json").read_text())
    (folder / other).write_bytes(b"secret")
    assert len(listed(reader)) == 1
    assert fetch(reader, other).status_code == 404


def test_nothing_is_offered_before_every_byte_is_on_the_disk(house, folder, monkeypatch):
    """The file is whole before it has its name, and has its name before its note."""
    steps = []

    def replaced(source, target):
        steps.append((shelf.Path(target).name, shelf.Path(source).read_bytes(), names(folder)))
        return rename(source, target)

    rename = shelf.os.replace
    monkeypatch.setattr(shelf.os, "replace", replaced)
    [made] = snapshots.make(at=story.NOW)
    (first, packed, before), (second, note, then) = steps
    assert (first, second) == (made.name, f"{made.name}.json")
    assert gzip.decompress(packed).count(b"\n") == made.documents + 1
    assert json.loads(note)["name"] == made.name
    assert made.name not in before
    assert made.name in then
    assert f"{made.name}.json" not in then


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_half_behind(house, reader, folder, monkeypatch, step):
    def full(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shelf.os, step, full)
        with pytest.raises(OSError):
            snapshots.make(at=story.NOW)
    assert names(folder) == set()
    assert listed(reader) == []
    assert len(snapshots.make(at=story.NOW)) == 1


# Old ones, and strange ones


def test_old_ones_stay_for_thirty_days_and_the_newest_for_ever(made, reader, folder):
    story.go_live(ConditionFactory())
    [newer] = snapshots.make(at=story.NOW + 10 * DAY)
    snapshots.make(at=story.NOW + 40 * DAY)  # for the last 30 of them it was not the newest any more
    assert [item["name"] for item in listed(reader)] == [newer.name, made.name]
    snapshots.make(at=story.NOW + 41 * DAY)
    assert [item["name"] for item in listed(reader)] == [newer.name]
    snapshots.make(at=story.NOW + 1000 * DAY)
    assert [item["name"] for item in listed(reader)] == [newer.name]
    assert names(folder) == {newer.name, f"{newer.name}.json"}


def test_files_of_others_stay(made, folder):
    strange = {
        "README",
        "backup.tar.gz",
        "en-0123.jsonl.gz",
        f"EN-{'a' * 32}.jsonl.gz",
        f"en-{'A' * 32}.jsonl.gz",
        "x.json",
    }
    for name in strange:
        (folder / name).write_text("mine")
    (folder / f"en-{'b' * 32}.jsonl.gz").mkdir()
    unfinished = folder / ".abc_123.part"
    unfinished.write_text("of a server that was killed")
    far = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
    snapshots.make(at=far)
    assert names(folder) == {made.name, f"{made.name}.json", f"en-{'b' * 32}.jsonl.gz", *strange}


def test_after_a_restored_backup_what_it_does_not_know_is_not_offered(made, reader):
    """A phone would be sent from /sync to it and back, for ever."""
    story.go_live(ConditionFactory())
    [later] = snapshots.make(at=story.NOW)
    _restore(made.edition)
    assert [item["name"] for item in listed(reader)] == [made.name]
    assert fetch(reader, later.name).status_code == 404
    assert fetch(reader, made.name).status_code == 200
    Feed.objects.update(feed_id="00000000-0000-4000-8000-000000000001")
    assert listed(reader) == []
    assert fetch(reader, made.name).status_code == 404


def _restore(mark: str) -> None:
    edition = Edition.objects.get(mark=mark)
    Edition.objects.exclude(mark=mark).delete()
    Feed.objects.update(mark=mark, head=edition.head, last_release=edition.release_id)


# Over HTTP


def test_a_list_that_is_still_right_costs_a_304(made, reader):
    tag = story.get(reader, "/snapshots").headers["ETag"]
    assert story.get(reader, "/snapshots", **{"If-None-Match": tag}).status_code == 304
    story.go_live(ConditionFactory())
    snapshots.make(at=story.NOW)
    assert story.get(reader, "/snapshots", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "application/gzip", "application/json", "application/problem+json"])
def test_the_file_comes_as_it_is_and_may_be_kept_for_ever(made, reader, folder, accept):
    response = fetch(reader, made.name, **{"Accept-Encoding": "gzip", "Accept": accept})
    assert response.status_code == 200
    assert response.streaming
    assert response.body == (folder / made.name).read_bytes()
    assert response.headers["Content-Type"] == "application/gzip"
    assert response.headers["Content-Length"] == str(made.bytes)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["ETag"] == f'"{made.sha256[:32]}"'
    assert not {"Content-Encoding", "Vary", "Set-Cookie", "Content-Range"} & set(response.headers)
    held = fetch(reader, made.name, **{"If-None-Match": response.headers["ETag"], "Range": "bytes=0-1"})
    assert (held.status_code, held.body) == (304, b"")


def test_who_can_read_neither_the_file_nor_a_problem_is_told_so(made, reader):
    assert fetch(reader, made.name, Accept="text/html").status_code == 406


def test_it_is_read_in_blocks(made, reader, monkeypatch):
    monkeypatch.setattr("kb.api.snapshots.BLOCK", 100)
    response = reader.get(f"/api/v1/snapshots/{made.name}")
    assert {len(block) for block in response.streaming_content} == {100, made.bytes % 100}


def test_head_tells_of_the_file_without_sending_it(made, reader):
    response = reader.head(f"/api/v1/snapshots/{made.name}", headers={"Range": "bytes=0-1"})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Length"] == str(made.bytes)
    assert response.headers["Content-Type"] == "application/gzip"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=100-", 100, None),
        ("bytes=0-", 0, None),
        ("bytes=-7", -7, None),
        ("bytes=-999999999", 0, None),
        ("bytes=5-999999999", 5, None),
        ("BYTES= 5-6 ", 5, 6),
    ],
)
def test_a_range_gives_that_part(made, reader, folder, asked, first, last):
    whole = (folder / made.name).read_bytes()
    first = first + made.bytes if first < 0 else first
    last = made.bytes - 1 if last is None else last
    response = fetch(reader, made.name, Range=asked)
    assert response.status_code == 206
    assert response.body == whole[first : last + 1]
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{made.bytes}"
    assert response.headers["Content-Length"] == str(last + 1 - first)
    assert response.headers["ETag"] == f'"{made.sha256[:32]}"'


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=9-1",
        "bytes=-",
        "bytes=",
        "bytes",
        "lines=0-1",
        "bytes=a-b",
        "bytes=0x0-1",
        "bytes=1--2",
        "bytes=٣-٤",
        "bytes=" + "9" * 5000 + "-",
        "",
    ],
)
def test_several_ranges_or_a_malformed_one_give_the_whole_file(made, reader, asked):
    response = fetch(reader, made.name, Range=asked)
    assert (response.status_code, len(response.body)) == (200, made.bytes)


@pytest.mark.parametrize("asked", ["bytes={size}-", "bytes=999999999-", "bytes=999999999-9999999999", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(made, reader, asked):
    response = fetch(reader, made.name, Range=asked.format(size=made.bytes))
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{made.bytes}"
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.body)
    assert problem["type"] == "/docs/problems#range-not-satisfiable"
    assert f"{made.bytes} bytes" in problem["detail"]


def test_who_holds_the_beginning_of_another_file_gets_the_whole_one(made, reader):
    for held, status in (
        (f'"{made.sha256[:32]}"', 206),
        (f'W/"{made.sha256[:32]}"', 200),
        (f'"{"0" * 32}"', 200),
        ("Sun, 01 Mar 2026 12:00:00 GMT", 200),
    ):
        assert fetch(reader, made.name, **{"Range": "bytes=5-", "If-Range": held}).status_code == status, held


@pytest.mark.parametrize(
    "name",
    [
        "../stride.sqlite3",
        "..%2fstride.sqlite3",
        "%2e%2e/secret_key",
        "..",
        "{name}.json",
        "{name}%00",
        "{name}%0a",
        "{name}/",
        "{upper}",
        "en-{zeros}.jsonl.gz",
        "xx-{hex}.jsonl.gz",
        "{hex}",
        "x" * 5000,
        "",
    ],
)
def test_a_strange_name_is_not_found(made, reader, name):
    hexadecimal = made.name[3:35]
    asked = name.format(name=made.name, upper=made.name.upper(), zeros="0" * 32, hex=hexadecimal)
    response = reader.get(f"/api/v1/snapshots/{asked}")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    for path in (asked, f"/{asked}", f"../snapshots/{asked}"):
        assert shelf.find(path) is None


def test_a_link_out_of_the_folder_is_not_followed_by_its_name_alone(made, reader, folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / f"en-{'c' * 32}.jsonl.gz").symlink_to(secret)
    assert fetch(reader, f"en-{'c' * 32}.jsonl.gz").status_code == 404


def test_a_wrong_parameter_is_told(made, reader):
    for path in ("/snapshots?local=en", "/snapshots?locale=xx", f"/snapshots/{made.name}?locale=en"):
        assert story.get(reader, path).status_code == 400


def test_a_browser_may_ask_for_a_part(made, reader):
    response = reader.options(f"/api/v1/snapshots/{made.name}")
    assert response.headers["Access-Control-Allow-Headers"] == "Accept, If-None-Match, If-Range, Range"
    exposed = fetch(reader, made.name).headers["Access-Control-Expose-Headers"]
    assert {"Accept-Ranges", "Content-Range"} <= set(exposed.split(", "))


# The command and the server


def test_the_command_says_what_it_made_and_then_that_there_is_nothing_to_do(house):
    said = StringIO()
    call_command("make_snapshots", stdout=said)
    call_command("make_snapshots", stdout=said)
    first, second = said.getvalue().splitlines()
    assert first.startswith("Made en-")
    assert second == "Nothing to do."


def test_the_command_fails_where_it_cannot_write(house, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.SNAPSHOTS_DIR = tmp_path / "file" / "snapshots"
    with pytest.raises(CommandError, match="could not be written"):
        call_command("make_snapshots")


def test_the_watch_outlives_every_fault_tells_each_once_and_stops_when_told(monkeypatch, caplog):
    stop, looks = threading.Event(), []
    faults = [OSError("full"), OSError("full"), OperationalError("away"), OSError("full")]

    def faulty(*, at):
        looks.append(at)
        if len(looks) == len(faults):
            stop.set()
        raise faults[len(looks) - 1]

    monkeypatch.setattr(snapshots, "make", faulty)
    monkeypatch.setattr(snapshots, "close_old_connections", lambda: None)
    snapshots.watch(stop=stop, every=0.001, tell=lambda snapshot: None)
    assert len(looks) == len(faults)
    assert [str(record.exc_info[1]) for record in caplog.records] == ["full", "away", "full"]


@pytest.mark.parametrize("said", ["-1", "3601", "often"])
def test_a_pause_that_makes_no_sense_is_refused_in_one_line(tmp_path, monkeypatch, said):
    monkeypatch.setenv("SNAPSHOT_EVERY", said)
    assert f"SNAPSHOT_EVERY={said} is no whole number from 0 to 3600" in refused(tmp_path, free_port())


def test_the_server_looks_every_five_seconds_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("SNAPSHOT_EVERY", raising=False)
    assert environment.snapshot_every() == 5


# A phone


def test_a_phone_starts_with_three_requests_and_holds_what_one_without_a_snapshot_holds(house, reader):
    story.go_live(ConditionFactory(), ConditionFactory())
    snapshots.make(at=story.NOW)
    symptom = SymptomFactory()
    story.go_live(symptom)  # the snapshot is a little old
    network = Network(reader)
    phone = network.phone()
    phone.sync()
    assert len(network.asked) == 3
    assert network.asked[0], network.asked[2] == ("/snapshots", "/sync")
    plain = Phone(network.get)
    plain.sync()
    assert phone.copy.bytes() == plain.copy.bytes()
    assert phone.copy.cursor == plain.copy.cursor
    print(f"first start: {len(network.asked[:3])} requests, {network.bytes} bytes")


def test_a_phone_that_finds_no_snapshot_starts_from_nothing(house, reader):
    network = Network(reader)
    phone = network.phone()
    phone.sync()
    assert network.asked == ["/snapshots", "/sync"]
    assert phone.copy.documents["red_flags"]


def test_a_broken_download_goes_on_where_it_stopped(made, reader):
    network = Network(reader, breaks_after=[100, 50])
    phone = network.phone()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            phone.sync()
    phone.sync()
    assert [asked[1] for asked in network.asked if isinstance(asked, tuple)] == ["", "bytes=100-", "bytes=150-"]
    assert phone.copy.documents["red_flags"]


def test_a_download_that_is_wrong_is_thrown_away(made, reader):
    network = Network(reader)
    honest = network.download
    network.download = lambda path, headers: (200, bytes(len(honest(path, headers)[1])))
    phone = network.phone()
    phone.sync()
    assert network.asked[-1] == "/sync"
    assert phone.copy.documents["red_flags"]


def test_after_a_restored_backup_a_phone_replaces_its_copy_from_a_snapshot(made, reader):
    network = Network(reader)
    phone = network.phone()
    lost = ConditionFactory()
    story.go_live(lost)
    phone.sync()
    assert str(lost.pk) in phone.copy.documents["conditions"]
    documents = Document.objects.filter(seq__gt=made.head)
    documents.delete()
    _restore(made.edition)
    Feed.objects.update(digests=json.dumps(_digests_of(made)))
    phone.sync()
    assert phone.resyncs == 1
    assert not phone.copy.documents.get("conditions")


def _digests_of(made) -> story.Json:
    header = json.loads(gzip.decompress(made.path.read_bytes()).splitlines()[0])
    by_array = {kind.path.replace("-", "_"): kind.kind for kind in published.all_kinds()}
    return {"en": {by_array[name]: digest for name, digest in header["state_digest"].items()}}


@once
@pytest.mark.django_db(transaction=True)
def test_the_server_makes_the_snapshot_by_itself(tmp_path):
    kept_in = tmp_path / "installation" / "data"
    kept_in.parent.mkdir()
    with running(kept_in) as server:
        until(lambda: server.get("/api/v1/snapshots")["items"])
        [item] = server.get("/api/v1/snapshots")["items"]
        assert item["edition"] == server.get("/api/v1")["edition"]
        address = f"http://127.0.0.1:{server.port}{item['href']}"
        asked = urllib.request.Request(address, headers={"Range": "bytes=100-", "Accept-Encoding": "gzip"})
        with urllib.request.urlopen(address, timeout=10) as whole, urllib.request.urlopen(asked) as part:  # noqa: S310  the addresses are those of the server under test, on this machine
            assert (whole.status, part.status) == (200, 206)
            packed = whole.read()
            assert part.read() == packed[100:]
            assert hashlib.sha256(packed).hexdigest() == item["sha256"]
            assert part.headers["Content-Length"] == str(item["bytes"] - 100)
            assert not part.headers["Content-Encoding"]
        for path in (kept_in / "snapshots").iterdir():
            path.unlink()
        until(lambda: server.get("/api/v1/snapshots")["items"])
        assert server.get("/api/v1/snapshots")["items"][0]["name"] == item["name"], "lost, it is made anew"
