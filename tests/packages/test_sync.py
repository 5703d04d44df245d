"""How a device comes to a whole copy and keeps it current, also when it is interrupted: both packages alike.

Each test has a device of its own; what editors publish stays, so each works on entries of its own.
"""

# First start, and going on


def test_a_first_start_takes_a_snapshot_and_holds_what_the_server_gives(device, network, live, server):
    assert device.state() == {"is_empty": True, "edition": "", "synced_at": None, "documents": 0}
    done = device.syncs()
    assert (done["changed"], done["removed"], done["is_replaced"]) == (len(live()), 0, False)
    assert done["requests"] == len(network.asked) == 6
    assert [path.rpartition("/")[0] for path in network.paths()][4] == "/snapshots"
    assert device.holds() == live()
    assert device.get("condition", "hip-impingement") == server.get("/api/v1/conditions/hip-impingement")
    assert device.vocabulary() == server.get("/api/v1/vocabulary")
    assert device.about() == server.get("/api/v1")
    state = device.state()
    assert (state["is_empty"], state["documents"]) == (False, len(live()))
    assert state["edition"] == server.get("/api/v1")["edition"]


def test_nothing_new_costs_one_304(synced, network):
    before = synced.state()["synced_at"]
    done = synced.syncs()
    assert network.paths() == ["/ 304"]
    assert (done["requests"], done["changed"], done["removed"], done["bytes"]) == (1, 0, 0, 0)
    assert synced.state()["synced_at"] > before


def test_a_release_comes_as_a_delta(synced, network, editors, live):
    editors.go_live("condition", "hip-flexor-strain", name="Pulled hip flexor")
    done = synced.syncs()
    assert network.paths() == ["/ 200", "/notices 304", "/vocabulary 304", "/sync 200"]
    assert done["changed"] >= 1
    assert not done["is_replaced"]
    assert synced.get("condition", "hip-flexor-strain")["name"] == "Pulled hip flexor"
    assert synced.holds() == live()
    synced.syncs()
    assert network.paths() == ["/ 304"]


def test_everything_can_be_read_without_a_network(synced, network, live, server):
    with network.down():
        synced.restarts()
        assert synced.holds() == live()
        assert synced.search("impingement")[0]["slug"] == "hip-impingement"
        assert synced.vocabulary()["enumerations"]
        assert synced.sync() == {"failed": "Offline", "retry_after": None}
    assert network.paths() == []


# Interruptions


def test_a_download_that_broke_off_goes_on_where_it_stopped(device, network, live, server):
    """Tried until something of it arrived: a browser that is busy throws away what it has not handed over.

    Of one file, although the server may make a newer one meanwhile, after the releases of other tests.
    """
    listed = server.get("/api/v1/snapshots")
    with network.editing(lambda path, body: listed if path == "/api/v1/snapshots" else body):
        with network.breaking("/snapshots/", after=10_000):
            while not any(began := _began(network)):
                assert len(began) < 6
                assert device.sync()["failed"] == "Offline"
                device.restarts()
        assert device.state()["is_empty"]
        device.syncs()
    began = _began(network)
    assert began[0] == 0
    assert sorted(began) == began
    assert 0 < began[-1] <= 10_000 * (len(began) - 1)
    assert device.holds() == live()


def _began(network):
    """From which byte each download of a snapshot was asked for."""
    files = [asked.headers for asked in network.asked if asked.path.startswith("/api/v1/snapshots/")]
    return [int(headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")) for headers in files]


def test_a_sync_that_stops_between_pages_leaves_the_old_copy(synced, network, editors, live):
    before = synced.holds()
    editors.go_live("treatment", "ice", name="Ice packs")
    editors.go_live("treatment", "compression", name="Pressure")
    network.page_size = 1
    with network.holding("/sync", but=1) as wait:
        synced.begins_to_sync()
        wait()
        assert network.paths()[-1] == "/sync 200", "one page is here"
        synced.cancels()
    assert "failed" in synced.ends_sync()
    assert synced.holds() == before
    assert synced.syncs()["changed"] >= 2
    assert synced.holds() == live()


def test_a_page_that_broke_off_leaves_the_old_copy(synced, network, editors, live):
    before = synced.holds()
    editors.go_live("symptom", "limp", summary="You limp.")
    with network.breaking("/sync", after=400):
        assert synced.sync()["failed"] == "Offline"
    assert synced.holds() == before
    synced.syncs()
    assert synced.holds() == live()


def test_an_app_that_is_killed_in_the_middle_keeps_a_whole_copy(synced, network, editors, live):
    before = synced.holds()
    editors.go_live("symptom", "swelling", summary="It swells.")
    with network.holding("/sync") as wait:
        synced.is_killed_in_a_sync(wait)
        assert synced.holds() == before
    synced.syncs()
    assert synced.holds() == live()


def test_an_app_that_is_killed_while_it_writes_keeps_a_whole_copy(synced, editors, live):
    before = synced.holds()
    for slug in ("clamshell", "glute-bridge", "side-plank"):
        editors.go_live("exercise", slug, summary="Other words.")
    synced.is_killed_while_it_writes()
    assert synced.holds() == before
    assert synced.syncs()["changed"] >= 3
    assert synced.holds() == live()


def test_a_storage_that_is_full_keeps_the_old_copy(synced, editors, live):
    before = synced.holds()
    for slug in ("stiffness", "tenderness", "sharp-pain"):
        editors.go_live("symptom", slug, summary="Other words.")
    synced.storage_is_full()
    assert synced.sync()["failed"] == "QuotaExceededError"
    synced.restarts()
    assert synced.holds() == before
    assert synced.syncs()["changed"] >= 3
    assert synced.holds() == live()
