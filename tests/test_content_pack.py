"""The starter pack as files: it carries every fact of the seed article in words of its own, and its safety rules hold.

Nothing here needs a database. Whether the pack loads is tested with the loader.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.reading import reading_grade

PACK = Path(__file__).parent.parent / "content" / "hip-pain"
# The seed article itself is not ours to ship: only short hashes of its 8-word runs are.
ARTICLE_RUNS = Path(__file__).parent / "data" / "article_shingles.txt"
RUN = 8

FILES = {
    "source": "sources",
    "disclaimer": "disclaimers",
    "contact_route": "contact-routes",
    "red_flag": "red-flags",
    "body_structure": "body-structures",
    "exercise": "exercises",
    "treatment": "treatments",
    "prevention_strategy": "prevention-strategies",
    "provider": "providers",
    "symptom": "symptoms",
    "condition": "conditions",
    "guide": "guides",
    "question": "questions",
}
CLINICAL = ["condition", "symptom", "treatment", "exercise", "prevention_strategy", "guide", "question"]

# The column by which a row of each list names what it links to, and the kind of that.
LINKS = {
    "parts": ("part", "body_structure"),
    "symptoms": ("symptom", "symptom"),
    "treatments": ("treatment", "treatment"),
    "exercises": ("exercise", "exercise"),
    "prevention_strategies": ("prevention_strategy", "prevention_strategy"),
    "body_structures": ("body_structure", "body_structure"),
    "red_flags": ("red_flag", "red_flag"),
    "complications": ("leads_to", "condition"),
}
RELATED = "related"

# What readers see. Names, titles, codes, figures' notes and editors' notes are not read as prose.
READERS_TEXT = {
    "about",
    "action",
    "answer",
    "benefit",
    "body",
    "call_to_action",
    "caution",
    "description",
    "emergency",
    "evidence_gap",
    "how",
    "no_dose_reason",
    "note",
    "overview",
    "routine",
    "self_care",
    "summary",
    "synonym_note",
    "text",
    "urgency_text",
    "urgent",
    "what_it_may_mean",
    "what_to_do",
    "who_for",
    "why",
}
NOT_PROSE = {"codes", "figures"}
HIGHEST_GRADE = 6.0
# So must each text of this many words.
LONG_TEXT = 20

Entry = dict[str, Any]


def load(name: str) -> Any:
    return yaml.safe_load((PACK / f"{name}.yaml").read_text(encoding="utf-8"))


ENTRIES: dict[str, Entry] = {f"{kind}/{entry['slug']}": entry for kind, file in FILES.items() for entry in load(file)}
FACTS = load("facts")


def of_kind(*kinds: str) -> dict[str, Entry]:
    return {key: entry for key, entry in ENTRIES.items() if key.split("/")[0] in kinds}


def slugs(entry: Entry, rows: str) -> list[str]:
    column = "target" if rows == RELATED else LINKS[rows][0]
    return [row[column] for row in entry.get(rows, []) if column in row]


def links_of(entry: Entry) -> Iterator[str]:
    """Everything that an entry names, as kind/slug."""
    for mapping in mappings(entry):
        yield from (f"source/{slug}" for slug in mapping.get("sources", []))
        yield from (f"disclaimer/{slug}" for slug in mapping.get("disclaimers", []))
        if "dose_source" in mapping:
            yield f"source/{mapping['dose_source']}"
    for rows, (_, kind) in LINKS.items():
        yield from (f"{kind}/{slug}" for slug in slugs(entry, rows))
    yield from slugs(entry, RELATED)


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from mappings(value)
    elif isinstance(node, list):
        for value in node:
            yield from mappings(value)


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    elif isinstance(node, str):
        yield node
    elif node is not None:
        yield str(node).lower()


def readers_texts(node: Any) -> Iterator[str]:
    """Every text of an entry that readers see as prose."""
    if isinstance(node, list):
        for value in node:
            yield from readers_texts(value)
    if isinstance(node, dict):
        for key, value in node.items():
            if key in READERS_TEXT and isinstance(value, str):
                yield value
            elif key not in NOT_PROSE:
                yield from readers_texts(value)
        yield from (figure["text"] for figure in node.get("figures", []))


def found_at(path: str, entry: Entry) -> str:
    """All text at a path such as causes.0.text, treatments.rest.role or related."""
    node: Any = entry
    rows = ""
    for step in path.split("."):
        if isinstance(node, dict):
            rows, node = step, node[step]
        elif step.isdigit():
            node = node[int(step)]
        else:
            column = "target" if rows == RELATED else LINKS[rows][0]
            [node] = [row for row in node if row.get(column) == step]
    return " ".join(strings(node))


# Facts


def test_every_fact_and_relation_of_the_inventory_is_listed_once():
    expected = [f"F{number}" for number in range(1, 153)] + [f"R{number}" for number in range(1, 37)]
    assert [fact["id"] for fact in FACTS] == expected


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_a_fact_stands_where_the_list_says(fact):
    assert fact["fact"]
    assert fact["carried_by"]
    for carrier in fact["carried_by"]:
        text = found_at(carrier["at"], ENTRIES[carrier["entry"]]).casefold()
        assert carrier["says"]
        for words in carrier["says"]:
            assert words.casefold() in text, f"{carrier['entry']} at {carrier['at']} does not say “{words}”: {text}"


def test_the_main_page_names_exactly_the_seven_causes():
    named = {target for target in slugs(ENTRIES["guide/about-hip-pain-from-running"], RELATED)}
    assert {target for target in named if target.startswith("condition/")} == set(of_kind("condition"))
    assert len(of_kind("condition")) == 7


def test_exactly_three_symptoms_are_key_signs():
    key_signs = {key for key, symptom in of_kind("symptom").items() if symptom.get("is_key_sign")}
    assert key_signs == {"symptom/persistent-discomfort", "symptom/swelling", "symptom/post-run-ache"}
    linked = slugs(ENTRIES["guide/listen-to-your-body"], RELATED)
    assert {target for target in linked if target.startswith("symptom/")} == key_signs


# Files


def test_the_pack_says_its_format_and_locale():
    assert load("pack") == {"format": "stride-kb-pack/1", "locale": "en", "title": "Hip pain from running"}


def test_every_file_of_the_folder_is_known():
    known = {"pack.yaml", "facts.yaml", "README.md", *(f"{name}.yaml" for name in FILES.values())}
    assert {path.name for path in PACK.iterdir()} == known


@pytest.mark.parametrize("file", FILES.values())
def test_entries_are_sorted_by_slug_without_doubles(file):
    order = [entry["slug"] for entry in load(file)]
    assert order == sorted(set(order))


def test_ids_are_uuids_and_used_once():
    ids = [entry["id"] for entry in ENTRIES.values()]
    assert len(set(ids)) == len(ids)
    assert [str(uuid.UUID(id_)) for id_ in ids] == ids


def test_slugs_are_lower_case_words():
    assert [e["slug"] for e in ENTRIES.values() if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", e["slug"])] == []


@pytest.mark.parametrize("key", ENTRIES)
def test_links_resolve(key):
    assert [link for link in links_of(ENTRIES[key]) if link not in ENTRIES] == []


@pytest.mark.parametrize("key", ENTRIES)
def test_a_list_names_each_thing_once(key):
    entry = ENTRIES[key]
    for rows in [*LINKS, RELATED]:
        assert len(set(slugs(entry, rows))) == len(slugs(entry, rows)), rows
    for mapping in mappings(entry):
        assert mapping.get("sources", []) == sorted(set(mapping.get("sources", [])))


def test_every_source_is_used():
    used = {link for key, entry in ENTRIES.items() for link in links_of(entry)}
    assert [key for key in of_kind("source") if key not in used] == []


def test_nothing_of_the_making_is_left():
    for key, entry in ENTRIES.items():
        for mapping in mappings(entry):
            assert not {"stored_at", "seen", "facts", "from"} & set(mapping), key
    everything = "\n".join(path.read_text(encoding="utf-8") for path in PACK.iterdir())
    assert not re.search(r"\.\./|stored_at|article\.txt|starter_content", everything)


# Words


@pytest.mark.parametrize("key", [key for key in ENTRIES if not key.startswith("source/")])
def test_a_page_reads_easily(key):
    texts = list(readers_texts(ENTRIES[key]))
    assert texts
    assert reading_grade(texts) <= HIGHEST_GRADE


@pytest.mark.parametrize("key", [key for key in ENTRIES if not key.startswith("source/")])
def test_each_long_text_reads_easily(key):
    long_texts = [text for text in readers_texts(ENTRIES[key]) if len(text.split()) >= LONG_TEXT]
    hard = {text: round(reading_grade([text]), 1) for text in long_texts}
    assert {text: grade for text, grade in hard.items() if grade > HIGHEST_GRADE} == {}


def test_the_reading_grade_tells_hard_from_easy():
    assert reading_grade(["Stop running. Get it checked."]) < 3
    assert reading_grade(["Conservative management necessitates multidisciplinary physiotherapeutic evaluation."]) > 20


def test_no_run_of_words_comes_from_the_seed_article():
    taken = set(ARTICLE_RUNS.read_text(encoding="ascii").split())
    assert len(taken) > 1000
    texts = {text for key, entry in ENTRIES.items() for text in strings(_without_its_title(key, entry))}
    texts |= set(strings(FACTS)) | {(PACK / "README.md").read_text(encoding="utf-8")}
    assert [run for text in texts for run in _runs(text) if _short_hash(run) in taken] == []


def _without_its_title(key: str, entry: Entry) -> Entry:
    """A citation has to give the title of what it cites."""
    return {column: value for column, value in entry.items() if column != "name" or not key.startswith("source/")}


def _runs(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", text.lower()))
    return (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _short_hash(run: str) -> str:
    return hashlib.sha256(run.encode()).hexdigest()[:16]


# Safety

GLOBAL = {
    "cannot-bear-weight",
    "bad-fall-or-injury",
    "fever-with-severe-hip-pain",
    "bladder-or-bowel-change",
    "hot-swollen-or-fever",
    "bone-stress-pattern",
    "constant-night-pain",
    "cancer-or-weight-loss",
    "under-18-limp",
}
ON_EVERY_CONDITION = {"bone-stress-pattern", "cannot-bear-weight", "bad-fall-or-injury", "hot-swollen-or-fever"}
OF_CONDITION = {
    "hip-flexor-strain": ("self_care", {"muscle-bulge-or-bruise", "sudden-testicle-pain", "no-better-with-home-care"}),
    "hip-impingement": ("routine", {"locking-or-giving-way", "bone-blood-supply-risk", "constant-night-pain"}),
    "hip-bursitis": ("self_care", {"numbness-or-weakness", "no-better-with-home-care"}),
    "hip-tendonitis": ("self_care", {"sudden-pop", "no-better-with-home-care"}),
    "labral-tear": ("routine", {"locking-or-giving-way", "bone-blood-supply-risk", "constant-night-pain"}),
    "hip-osteoarthritis": ("routine", {"sudden-worsening", "cancer-or-weight-loss", "hip-replacement-pain"}),
    "hip-stress-fracture": ("urgent", {"low-energy-signs", "cancer-or-weight-loss", "constant-night-pain"}),
}
URGENCY_OF_RED_FLAG = {
    "cannot-bear-weight": "emergency",
    "bad-fall-or-injury": "emergency",
    "fever-with-severe-hip-pain": "emergency",
    "bladder-or-bowel-change": "emergency",
    "sudden-worsening": "emergency",
    "sudden-testicle-pain": "emergency",
    "blood-clot-in-lung-signs": "emergency",
    "medicine-bleed-or-reaction": "emergency",
    "bone-stress-pattern": "urgent",
    "hot-swollen-or-fever": "urgent",
    "under-18-limp": "urgent",
    "constant-night-pain": "urgent",
    "cancer-or-weight-loss": "urgent",
    "numbness-or-weakness": "urgent",
    "groin-lump-or-testicle-swelling": "urgent",
    "blood-clot-signs": "urgent",
    "sudden-pop": "urgent",
    "muscle-bulge-or-bruise": "urgent",
    "bone-blood-supply-risk": "urgent",
    "hip-replacement-pain": "urgent",
    "locking-or-giving-way": "routine",
    "low-energy-signs": "routine",
    "no-better-with-home-care": "routine",
}
FRACTURE = ENTRIES["condition/hip-stress-fracture"]
HELPING = {"recommended", "option"}


def test_the_red_flags_that_stand_everywhere():
    assert {flag["slug"] for flag in of_kind("red_flag").values() if flag.get("is_global")} == GLOBAL


def test_how_urgent_each_red_flag_is():
    assert {flag["slug"]: flag["urgency"] for flag in of_kind("red_flag").values()} == URGENCY_OF_RED_FLAG


@pytest.mark.parametrize("slug", OF_CONDITION)
def test_a_condition_has_its_urgency_and_red_flags(slug):
    urgency, red_flags = OF_CONDITION[slug]
    condition = ENTRIES[f"condition/{slug}"]
    assert condition["urgency"] == urgency
    assert (ON_EVERY_CONDITION | red_flags) - set(slugs(condition, "red_flags")) == set()


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("hip-flexor-strain", ["1 to 2 weeks", "Deep groin pain when you run may not be a strain"]),
        ("hip-impingement", ["locks or gives way"]),
        ("hip-bursitis", ["1 to 2 weeks", "fever"]),
        ("hip-tendonitis", ["1 to 2 weeks", "Groin pain when you run may not be tendonitis"]),
        ("labral-tear", ["locks or gives way"]),
        ("hip-osteoarthritis", ["suddenly much worse, get emergency help", "replaced hip"]),
        ("hip-stress-fracture", ["Stop running now", "urgent check", "cannot put weight on the leg", "Do not hop"]),
    ],
)
def test_a_condition_says_what_to_do_first(slug, words):
    text = ENTRIES[f"condition/{slug}"]["urgency_text"]
    assert [word for word in words if word not in text] == []


def test_the_page_on_getting_help_names_every_red_flag():
    assert set(slugs(ENTRIES["guide/when-to-seek-care"], "red_flags")) == set(URGENCY_OF_RED_FLAG)


@pytest.mark.parametrize("key", of_kind(*CLINICAL))
def test_a_page_that_advises_has_red_flags_and_says_how_soon_to_act(key):
    entry = ENTRIES[key]
    assert entry["red_flags"]
    assert entry["urgency_text"]
    assert entry.get("basis") == "stated" or entry.get("sources") or entry.get("needs_clinical_review")


def test_a_stress_fracture_is_never_treated_at_home():
    roles = {row["treatment"]: row["role"] for row in FRACTURE["treatments"]}
    at_home = ["rest", "ice", "rest-and-elevation", "ice-packs", "otc-pain-relievers"]
    assert {roles[slug] for slug in at_home} == {"caution"}
    assert {slug for slug, role in roles.items() if role in HELPING} == set()
    assert [slug for slug in ("compression", "elevation") if slug in roles] == []
    for slug in (slug for slug, role in roles.items() if role == "specialist"):
        assert ENTRIES[f"treatment/{slug}"]["setting"] in {"specialist", "hospital", "clinic"}


def test_a_stress_fracture_comes_with_stop_running_first():
    assert FRACTURE["overview"].startswith("**Stop running and get an urgent check.**")
    assert FRACTURE["urgency_text"].startswith("Stop running now")
    cautions = " ".join(caution["text"] for caution in FRACTURE["cautions"])
    for words in ("Do not run through", "at home with rest and ice", "Do not hop", "Do not use painkillers"):
        assert words in cautions


@pytest.mark.parametrize("key", of_kind("exercise"))
def test_an_exercise_is_never_for_a_stress_fracture(key):
    slug = key.split("/")[1]
    assert "stress fracture" in " ".join(row["text"] for row in ENTRIES[key]["cautions"])
    assert ENTRIES[key]["stop_rules"]
    assert {row["exercise"]: row["role"] for row in FRACTURE["exercises"]}[slug] == "avoid"


@pytest.mark.parametrize("key", of_kind("exercise"))
def test_a_dose_has_a_source(key):
    dose = {"sets", "repetitions_min", "repetitions_max", "hold_seconds", "times_per_day", "days_per_week"}
    assert bool(dose & set(ENTRIES[key])) == ("dose_source" in ENTRIES[key])


@pytest.mark.parametrize("key", of_kind("condition"))
def test_what_may_harm_says_why_and_has_no_line(key):
    for row in [*ENTRIES[key].get("treatments", []), *ENTRIES[key].get("exercises", [])]:
        if row["role"] in {"caution", "avoid"}:
            assert row.get("note"), row
            assert "line" not in row, row


def test_exercises_that_provoke_pain_are_marked():
    def role(condition: str, exercise: str) -> str:
        [row] = [row for row in ENTRIES[f"condition/{condition}"]["exercises"] if row["exercise"] == exercise]
        return str(row["role"])

    assert {role(slug, "clamshell") for slug in ("hip-bursitis", "hip-tendonitis")} == {"avoid"}
    assert {role(slug, "knee-to-chest") for slug in ("hip-impingement", "labral-tear")} == {"avoid"}


def test_medicines_carry_their_warnings_and_no_dose():
    pain_relief = ENTRIES["treatment/otc-pain-relievers"]
    assert pain_relief["no_dose_reason"]
    assert "medicine-bleed-or-reaction" in slugs(pain_relief, "red_flags")
    cautions = " ".join(caution["text"] for caution in pain_relief["cautions"])
    for words in ("run through pain", "pregnant", "kidney", "stomach ulcer", "blood thinners", "asthma", "long run"):
        assert words in cautions
    assert not re.search(r"\d\s*(mg|ml|g|tablets?)\b", " ".join(strings(pain_relief)))
    for key in ("treatment/otc-pain-relievers", "treatment/corticosteroid-injection"):
        assert "medicines" in ENTRIES[key]["disclaimers"]


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("ice", ["straight on your skin", "numb", "so that you can keep running"]),
        ("compression", ["Loosen it", "blood clot"]),
        ("elevation", ["raised for long"]),
        ("rest", ["rest at home is not enough"]),
        ("corticosteroid-injection", ["infected", "stress fracture has been ruled out"]),
    ],
)
def test_a_treatment_travels_with_its_limits(slug, words):
    cautions = " ".join(caution["text"] for caution in ENTRIES[f"treatment/{slug}"]["cautions"])
    assert [word for word in words if word not in cautions] == []


def test_the_first_answer_keeps_its_warning_inside():
    answer = ENTRIES["question/fixing-hip-pain-from-running"]["answer"]
    assert answer.index("stop and get an urgent check first") < answer.index("Rest")


def test_disclaimers_stand_on_every_page_that_advises():
    applies_to = {slug.split("/")[1]: set(entry.get("applies_to", [])) for slug, entry in of_kind("disclaimer").items()}
    assert applies_to["not-a-diagnosis"] == applies_to["adults-only"] == set(CLINICAL)
    assert applies_to["get-help-first"] == {"treatment", "exercise", "prevention_strategy", "guide", "question"}
    assert applies_to["evidence-changes"] == {"condition", "treatment", "prevention_strategy"}
    assert applies_to["provider-listing"] == {"provider"}


def test_telephone_numbers_stand_in_contact_routes_only():
    regions = {route["region"]: route for route in of_kind("contact_route").values()}
    assert set(regions) == {"default", "GB", "US"}
    assert not re.search(r"\d", " ".join(readers_texts(regions["default"])))
    for key, entry in ENTRIES.items():
        if not key.startswith(("contact_route/", "source/")):
            assert not re.search(r"\b(999|911|112)\b", " ".join(readers_texts(entry))), key


def test_doubtful_figures_are_marked_as_doubtful():
    for key, percent in (("condition/hip-impingement", (10, 15)), ("condition/hip-tendonitis", (50, 75))):
        figure = ENTRIES[key]["figures"][0]
        assert (figure["value_low"], figure["value_high"]) == percent
        assert figure["confidence"] == "low"
        assert figure["sources"] == ["article"]
        assert figure["note"]


def test_the_clinic_is_marked_as_speaking_for_itself():
    [clinic] = of_kind("provider").values()
    assert clinic.get("claims_are_its_own", True) is True
    assert clinic["about"].count("The clinic says") + clinic["about"].count("It says") >= 2
    assert "swift" not in clinic["about"]
