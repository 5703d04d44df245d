"""Copies and answers that are not what they should be, and several that sync at once."""

# What is not as it should be


def test_a_damaged_copy_is_noticed_and_replaced(synced, network, live):
    synced.is_damaged()
    assert len(synced.holds()) == len(live()) - 1
    done = synced.syncs()
    assert done["is_replaced"]
    assert synced.holds() == live()
    network.paths()
    synced.syncs()
    assert network.paths() == ["/ 304"]


def test_a_copy_that_never_comes_out_right_is_not_applied(synced, network, editors, live):
    before = synced.holds()
    editors.go_live("symptom", "dull-ache", summary="It hurts at night.")

    def wrong(path, body):
        if path == "/api/v1/sync":
            body["state_digest"]["symptoms"]["digest"] = "0" * 64
        return body

    with network.editing(wrong):
        assert synced.sync()["failed"] == "WrongCopy"
        assert [path for path in network.paths() if path.startswith("/sync")] == ["/sync 200"] * 3
    assert synced.holds() == before
    assert synced.syncs()["changed"] == 1
    assert synced.holds() == live()


def test_a_snapshot_that_is_not_what_its_name_says_is_not_used(device, network, live):
    def wrong(path, body):
        return body | {"items": [item | {"sha256": "0" * 64} for item in body["items"]]} if "snap" in path else body

    with network.editing(wrong):
        device.syncs()
    assert [asked.query for asked in network.asked if asked.path.endswith("/sync")] == ["limit=500"]
    assert device.holds() == live()


def test_another_history_replaces_the_copy_and_the_old_one_is_shown_until_then(synced, network, editors, live):
    before = synced.holds()
    editors.begin_another_history()
    editors.go_live("guide", "when-to-seek-care", name="When to seek care soon")
    with network.holding("/sync") as wait:
        synced.begins_to_sync()
        wait()
        assert synced.holds() == before
    assert synced.ends_sync()["report"]["is_replaced"]
    assert synced.holds() == live()


def test_a_cursor_that_the_server_does_not_know_replaces_the_copy(synced, network, editors, live, server):
    """As above, behind a cache that still tells of the old history."""
    before = server.get("/api/v1")["feed_id"]
    editors.begin_another_history()

    def old_index(path, body):
        return body | {"feed_id": before} if path == "/api/v1" else body

    with network.editing(old_index):
        assert synced.syncs()["is_replaced"]
    assert "/sync 410" in network.paths()
    assert synced.holds() == live()


def test_a_server_that_is_down_says_when_to_come_back(synced, network):
    with network.answering(503, {"Content-Type": "application/problem+json", "Retry-After": "7"}, b"{}"):
        assert synced.sync() == {"failed": "Offline", "retry_after": 7}
    with network.answering(200, {"Content-Type": "text/html"}, b"<h1>Welcome to our Wi-Fi</h1>"):
        assert synced.sync() == {"failed": "Offline", "retry_after": None}
    synced.syncs()


def test_what_the_server_refuses_is_said(new_device, network):
    device = new_device(network, locale="xx")
    assert device.sync()["failed"] == "Refused"
    device.closes()


# Two at once


def test_two_syncs_at_once_take_the_news_once(synced, network, editors, live):
    editors.go_live("guide", "how-the-hip-works", summary="Other causes.")
    other = synced.second()
    with network.holding("/sync") as wait:
        synced.begins_to_sync()
        wait()
        other.begins_to_sync()
    told = [synced.ends_sync()["report"], other.ends_sync()["report"]]
    assert [one["changed"] for one in told] == [1, 0]
    assert synced.holds() == other.holds() == live()
    assert [path for path in network.paths() if path.startswith("/sync")] == ["/sync 200"]


def test_without_locks_what_comes_second_is_thrown_away(synced, network, editors, live):
    editors.go_live("guide", "prevention-overview", summary="Other causes.")
    other = synced.second()
    for device in (synced, other):
        device.has_no_locks()
    with network.holding("/sync") as wait:
        synced.begins_to_sync()
        wait()
        other.begins_to_sync()
        network.waits_for(2, "/vocabulary")
    told = [synced.ends_sync()["report"], other.ends_sync()["report"]]
    assert sorted(one["changed"] for one in told) == [0, 1]
    assert synced.holds() == other.holds() == live()


def test_what_one_does_the_other_sees(synced, editors):
    other = synced.second()
    assert other.search("wibble") == []
    editors.go_live("question", "how-long-does-a-runners-hip-take-to-heal", name="How long is a wibble?")
    synced.syncs()
    assert other.search("wibble")[0]["name"] == "How long is a wibble?"
    other.forgets()
    assert synced.search("wibble") == []
    assert synced.state()["is_empty"]
    synced.syncs()
    assert synced.search("wibble")
