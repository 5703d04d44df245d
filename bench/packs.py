"""A made-up content pack of any size, for measurements. Its medicine is nonsense; its shape is real."""

import random
import uuid
from pathlib import Path
from typing import Any

import yaml

NAMESPACE = uuid.UUID("9f3f2b0e-6a54-4c7f-9f0b-0f4d9d3f2a11")
Entry = dict[str, Any]
LINKS = {"symptoms": ("symptom", 6), "treatments": ("treatment", 5), "exercises": ("exercise", 2)}
STRATEGIES = 2
SHOWN_BY_ALL = "symptom-0"


def make_pack(folder: Path, conditions: int, seed: int = 1) -> None:
    """Writes a pack in which every condition has 15 links, one of them to the same symptom."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    count = max(20, conditions // 10)
    files: dict[str, Any] = {
        "pack": {"format": "stride-kb-pack/1", "locale": "en", "title": f"{conditions} made-up conditions"},
        "contact-routes": [_route()],
        "disclaimers": [_entry("disclaimer", 0, text="General information.", applies_to=_CLINICAL)],
        "red-flags": [_red_flag(n) for n in range(12)],
        "sources": [_entry("source", n, source_type="journal_article", authority="review") for n in range(count)],
        "symptoms": [_clinical("symptom", n, chance, what_to_do=_prose(chance)) for n in range(count)],
        "exercises": [_clinical("exercise", n, chance, purpose="strength", how=_prose(chance)) for n in range(count)],
        "treatments": [
            _clinical("treatment", n, chance, category="self_care", setting="home", how=_prose(chance))
            for n in range(count)
        ],
        "prevention-strategies": [
            _clinical("prevention-strategy", n, chance, category="routine", how=_prose(chance), benefit=_prose(chance))
            for n in range(count)
        ],
        "conditions": [_condition(n, count, chance) for n in range(conditions)],
    }
    for name, data in files.items():
        (folder / f"{name}.yaml").write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False))


_CLINICAL = ["condition", "symptom", "treatment", "exercise", "prevention_strategy"]
_WORDS = [
    "pain",
    "hip",
    "run",
    "rest",
    "load",
    "tendon",
    "bone",
    "muscle",
    "easy",
    "slow",
    "strong",
    "check",
    "early",
    "week",
    "step",
    "ache",
    "sore",
    "sharp",
]


def _prose(chance: random.Random, words: int = 30) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize() + "."


def _entry(kind: str, number: int, **columns: Any) -> Entry:
    slug = f"{kind}-{number}"
    return {"id": str(uuid.uuid5(NAMESPACE, slug)), "slug": slug, "name": f"{kind} {number}".capitalize(), **columns}


def _clinical(kind: str, number: int, chance: random.Random, **columns: Any) -> Entry:
    flags = [{"red_flag": f"red-flag-{flag}"} for flag in chance.sample(range(12), 4)]
    urgency = chance.choice(["urgent", "routine", "self_care"])
    return _entry(kind, number, summary=_prose(chance, 12), urgency=urgency, **columns, basis="stated", red_flags=flags)


def _red_flag(number: int) -> Entry:
    texts = {"text": "You notice this.", "why": "It matters.", "action": "Get help."}
    urgency = ["emergency", "urgent", "routine"][number % 3]
    return _entry("red-flag", number, urgency=urgency, is_global=number < 6, **texts, basis="stated")


def _route() -> Entry:
    texts = dict.fromkeys(("emergency", "urgent", "routine", "self_care"), "Get help")
    return _entry("contact-route", 0, region="default", **texts, basis="stated")


def _condition(number: int, count: int, chance: random.Random) -> Entry:
    made = _clinical("condition", number, chance, body_regions=["groin"], tissue="joint", overview=_prose(chance, 80))
    made["causes"] = [{"text": _prose(chance, 8), "sources": [f"source-{chance.randrange(count)}"]} for _ in range(3)]
    made["symptoms"] = [{"symptom": SHOWN_BY_ALL, "typicality": "common"}]
    made["symptoms"] += [
        {"symptom": f"symptom-{n}", "typicality": "sometimes", "note": _prose(chance, 6)}
        for n in chance.sample(range(1, count), LINKS["symptoms"][1] - 1)
    ]
    for name, (column, links) in list(LINKS.items())[1:]:
        made[name] = [
            {column: f"{column}-{n}", "role": "option", "note": _prose(chance, 6), "sources": [f"source-{n}"]}
            for n in chance.sample(range(count), links)
        ]
    made["prevention_strategies"] = [
        {"prevention_strategy": f"prevention-strategy-{n}"} for n in chance.sample(range(count), STRATEGIES)
    ]
    return made
