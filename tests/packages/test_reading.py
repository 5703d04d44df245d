"""What an app reads from the copy: documents, lists, the search, and what a later version adds."""

import hashlib

import pytest

# What a later version adds


@pytest.mark.parametrize("is_listed", [True, False], ids=["index", "old index"])
def test_what_a_later_version_adds_survives(device, network, is_listed):
    """Also where a cache still has the index of the version before."""
    gadget = {
        "id": "00000000-0000-4000-8000-000000000001",
        "kind": "gadget",
        "slug": "foam-roller",
        "name": "Foam roller",
        "version": "0" * 32,
        "last_change": {"at": "2026-01-01T00:00:00Z", "severity": "content", "summary": ""},
        "colour": "blue",
    }

    def later(path, body):
        if path == "/api/v1" and is_listed:
            body["collections"].append({"kind": "gadget", "href": "/api/v1/gadgets", "description": ""})
        if path == "/api/v1/snapshots":
            body["items"] = []
        if path == "/api/v1/sync":
            line = f"{gadget['id']}:{gadget['version']}"
            digest = hashlib.sha256(line.encode()).hexdigest()
            body |= {"gadgets": [gadget], "novelty": [1]}
            body["state_digest"]["gadgets"] = {"count": 1, "digest": digest}
            for condition in body["conditions"]:
                condition |= {"urgency": "at_once", "tissue": "skin", "a_field_of_later": {"any": ["thing"]}}
        return body

    with network.editing(later):
        device.syncs()
    device.restarts()
    condition = device.get("condition", "hip-impingement")
    assert (condition["urgency"], condition["tissue"]) == ("at_once", "skin")
    assert condition["a_field_of_later"] == {"any": ["thing"]}
    assert len(device.documents("condition")) == 7
    assert device.get("gadget", "foam-roller") == gadget
    assert device.documents("gadget") == [gadget]
    assert device.search("foam rol")[0]["kind"] == "gadget"


# Reading


def test_a_list_has_the_most_urgent_first_and_then_goes_by_name(library, server):
    asked = server.get("/api/v1/conditions?limit=100")["items"]
    assert [one["slug"] for one in library.documents("condition")] == [item["slug"] for item in asked]
    urgencies = [one["urgency"] for one in library.documents("red_flag")]
    assert urgencies == sorted(urgencies, key=["emergency", "urgent", "routine", "self_care"].index)
    assert library.urgent("condition") == [item["name"] for item in asked if item["urgency"] == "urgent"]


def test_a_document_is_found_by_slug_and_by_id_and_only_as_its_own_kind(library):
    by_slug = library.get("question", "do-runners-have-bad-hips")
    assert library.get("question", by_slug["id"]) == by_slug
    assert library.get("guide", by_slug["id"]) is None
    assert library.get("guide", "do-runners-have-bad-hips") is None
    assert library.gone("question", "no-such-thing") is None


def test_a_document_tells_what_shows_it(library, server):
    physio = library.get("treatment", "physiotherapy")
    treated = server.get("/api/v1/conditions?treatment=physiotherapy&limit=100")["items"]
    shown = {one["id"] for one in library.showing(physio["id"]) if one["kind"] == "condition"}
    assert shown == {item["id"] for item in treated}


@pytest.mark.parametrize(
    ("words", "slug", "matched"),
    [
        ("hip impingement", "hip-impingement", "name"),
        ("IMPINGEMENT", "hip-impingement", "name"),
        ("ímpingemént", "hip-impingement", "name"),
        ("imping", "hip-impingement", "name"),
        ("hip impin", "hip-impingement", "name"),
        ("impingment hip", "hip-impingement", "name"),
        ("imipngement", "hip-impingement", "name"),
        ("glutes", "gluteal-muscles", "synonym"),
        ("osteoarthritis of the hip", "hip-osteoarthritis", "synonym"),
        ("stuck as you move", "clicking-catching-or-locking", "summary"),
        ("ball and socket joint smoothly", "hip-impingement", "text"),
    ],
)
def test_the_search_finds(library, words, slug, matched):
    first = library.search(words)[0]
    assert (first["slug"], first["matched"]) == (slug, matched)


def test_a_question_that_stands_nowhere_as_a_whole_finds_what_has_most_of_it(library):
    whole = library.search("sore hip", limit=200)
    assert whole
    assert library.search("sore zzz hip", limit=200) == whole
    assert library.search("zzz hip") == [], "half of it is too little"
    assert library.search("sore hip zzz qqq") == [], "half of it is too little"
    assert library.search("my sore hip hurts at nigt")[0]["slug"] == "outer-hip-pain"


def test_the_search_looks_at_an_articles_own_words_and_nowhere_else(library):
    told = library.search("hip", limit=200)
    places = [hit["matched"] for hit in told if hit["summary"]]
    assert places == sorted(places, key=["name", "synonym", "summary", "text"].index)
    assert not [hit for hit in library.search("bladder bowel", limit=200) if hit["kind"] in ("condition", "treatment")]
    assert library.search("knee to chest", kinds=["condition"]) == [], "it stands there on an exercise's card"
    assert library.search("local emergency number", kinds=["condition", "treatment"]) == [], "it stands in all of them"
    assert library.search("self_care") == library.search("zzz") == library.search(" ") == []
    assert {hit["kind"] for hit in library.search("hip", kinds=["symptom"])} == {"symptom"}
    assert len(library.search("hip", limit=3)) == 3
