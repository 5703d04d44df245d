"""What an app says of words that were withdrawn or changed for safety, before and after the long sync."""


def test_a_withdrawal_for_safety_hides_the_words_before_the_long_sync(synced, network, editors, server):
    rest = server.get("/api/v1/treatments/rest")
    shows_it = {document["name"] for document in synced.showing(rest["id"])}
    assert "Hip bursitis" in shows_it
    editors.withdraw("treatment", "rest", reason="safety")
    with network.holding("/sync") as wait:
        synced.begins_to_sync()
        wait()
        assert [rest["id"] in {warning["id"] for warning in told} for told in synced.heard()] == [True]
        warning = synced.warnings()[rest["id"]]
        assert (warning["action"], warning["is_hidden"]) == ("withdrawn_for_safety", True)
        assert synced.get("treatment", "rest") is None
        assert rest["name"] not in {document["name"] for document in synced.documents("treatment")}
        assert rest["id"] not in {hit["id"] for hit in synced.search("rest")}
        other = synced.second()
        assert other.get("treatment", "rest") is None
        other.closes()
        shown = {warning["name"] for warning in synced.warnings().values() if not warning["is_hidden"]}
        assert shown >= shows_it, "what shows it warns, and can be read"
        assert synced.get("condition", "hip-bursitis")
        assert synced.gone("treatment", "rest") is None
        synced.restarts()
        assert synced.get("treatment", "rest") is None, "also after a restart without a network"
    synced.syncs()
    gone = {"kind": "treatment", "id": rest["id"], "slug": "rest", "name": rest["name"]}
    assert synced.gone("treatment", "rest") == gone | {"reason": "safety", "replaced_by": None}
    assert synced.gone("treatment", rest["id"]) == synced.gone("treatment", "rest")
    assert (synced.get("treatment", "rest"), synced.warnings()) == (None, {})


def test_a_red_flag_that_changed_for_safety_warns_on_the_articles_that_show_it(synced, network, editors):
    (flag,) = [flag for flag in synced.documents("red_flag") if flag["slug"] == "cannot-bear-weight"]
    for summary, action in (("Walk less.", "Walk less."), ("Do not walk at all.", "Do not walk.")):
        editors.go_live("red_flag", flag["slug"], severity="safety", summary=summary, action=action)
    with network.holding("/sync") as wait:
        synced.begins_to_sync()
        wait()
        bursitis = synced.get("condition", "hip-bursitis")
        warning = synced.warnings()[bursitis["id"]]
        assert (warning["action"], warning["is_hidden"]) == ("changed", False)
        assert warning["summary"] == "Do not walk at all."
        assert (warning["name"], warning["because"]["slug"]) == (bursitis["name"], flag["slug"])
        assert synced.warnings()[flag["id"]]["action"] == "changed"
    assert "report" in synced.ends_sync()
    assert synced.warnings() == {}, "the newer words are here"
    assert "Do not walk." in str(synced.get("condition", "hip-bursitis")["when_to_get_help"])


def test_what_was_withdrawn_stays_hidden_when_what_it_shows_changes(synced, network, editors):
    """The newer notice must not bring back what the older one hides."""
    editors.withdraw("exercise", "knee-to-chest", reason="safety")
    editors.go_live("red_flag", "cannot-bear-weight", severity="safety", summary="Again.", action="Sit down.")
    with network.holding("/sync") as wait:
        synced.begins_to_sync()
        wait()
        assert synced.get("exercise", "knee-to-chest") is None
    assert "report" in synced.ends_sync()


def test_what_was_merged_leads_to_what_it_became(synced, editors):
    editors.merge("treatment", "ice-packs", into="ice")
    synced.syncs()
    ice = synced.get("treatment", "ice")
    became = {"kind": "treatment", "id": ice["id"], "slug": "ice", "name": ice["name"]}
    assert synced.gone("treatment", "ice-packs")["replaced_by"] == became
