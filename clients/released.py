"""What the last release promised to apps, and the promises that are broken on purpose."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from clients import names, redocly

ROOT = Path(__file__).resolve().parent.parent
NOW = ROOT / "docs" / "openapi.json"
RELEASED = ROOT / "docs" / "released" / "openapi.json"
DELIBERATE = ROOT / "docs" / "released" / "deliberate.yaml"
HEAD = (
    "# What the next release breaks on purpose, one `change` as `make check` says it with its `reason`. See ADR 0013.\n"
)

Json = dict[str, Any]


def refusals(now: Path = NOW, deliberate: Path = DELIBERATE) -> list[str]:
    """Why this description must not go out: promises that it breaks and that nobody wrote down."""
    found = list(dict.fromkeys([*names.lost(_read(RELEASED), _read(now)), *redocly.breaks(RELEASED, now)]))
    meant = {row["change"] for row in yaml.safe_load(deliberate.read_text(encoding="utf-8")) or [] if row["reason"]}
    return [
        *(change for change in found if change not in meant),
        *(f"It is in {deliberate.name}, but nothing breaks so: {change}" for change in sorted(meant - set(found))),
        *_unsaid(meant, _read(now)),
    ]


def keep(now: Path = NOW, released: Path = RELEASED, deliberate: Path = DELIBERATE) -> str:
    """At a release: the description of today becomes the promise. Says what is wrong with its version, or nothing."""
    if released.exists():
        step = redocly.needed_step(released, now)
        before, after = (_version(_read(path)) for path in (released, now))
        if after < _risen(before, "minor" if step == "major" else step):
            return f"Raise API_VERSION and VERSION: the changes since {_dotted(before)} are {step} ones."
    released.parent.mkdir(exist_ok=True)
    text = json.dumps(_without_examples(_read(now)), indent=1, ensure_ascii=False)
    released.write_text(text + "\n", encoding="utf-8")
    deliberate.write_text(HEAD + "[]\n", encoding="utf-8")
    return ""


def _unsaid(meant: Iterable[str], now: Json) -> list[str]:
    """Who looks at the version only must see that something broke."""
    is_raised = _version(now) >= _risen(_version(_read(RELEASED)), "minor")
    return [] if is_raised or not list(meant) else ["Raise the version's second number: something breaks on purpose."]


def _read(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def _without_examples(part: Any) -> Any:
    """They promise nothing, and are most of the file."""
    if isinstance(part, list):
        return [_without_examples(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {name: _without_examples(value) for name, value in part.items() if name not in ("example", "examples")}


def _version(contract: Json) -> tuple[int, ...]:
    return tuple(int(number) for number in contract["info"]["version"].split("."))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)


def _risen(version: tuple[int, ...], step: str) -> tuple[int, ...]:
    """The lowest version that is so much higher. The first number is that of /api/v1, which stays."""
    major, minor, patch = version
    return {"minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}.get(step, version)


if __name__ == "__main__":
    sys.exit(keep() or None)
