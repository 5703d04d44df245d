"""What Schemathesis is told of this API, in its own process: tests/fuzz.py names this file to it."""

import json
import os
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

ADDRESS, TALLY = os.environ["FUZZ_ADDRESS"], Path(os.environ["FUZZ_TALLY"])
INDEX = "/api/v1"

# No description can say which cursors were handed out, nor which kinds and locales an installation has.
ONLY_THE_SERVER_KNOWS = ("cursor", "since", "locale", "kind")

asked: Counter[str] = Counter()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Three of four questions that are right in form are made right in content, too: most would be refused."""
    path = case.operation.path
    if not case.meta or not case.meta.generation.mode.is_positive or next(_turn) % 4 == 0:
        return
    query = case.query or {}
    if "locale" in query:
        query["locale"] = "en"
    for name in ("cursor", "since"):
        if name in query and path in _cursors:
            query[name] = _cursors[path]
    if path in _slugs:
        case.path_parameters["slug_or_id"] = _slugs[path][next(_turn) % len(_slugs[path])]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    asked[f"{case.operation.definition.raw['operationId']} {response.status_code}"] += 1
    TALLY.write_text(json.dumps(asked), encoding="utf-8")


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """A made-up cursor, locale or kind is rightly refused; the problem says that it is about just that."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    return not (response.status_code == 410 or problem.get("parameter") in ONLY_THE_SERVER_KNOWS)


def _get(path: str) -> Any:
    with urlopen(f"{ADDRESS}{path}", timeout=30) as answer:  # noqa: S310  the address is that of the server under test, on this machine
        return json.loads(answer.read())


def _known() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Real cursors by path, and real slugs by path; some of what is gone among them."""
    cursors = {f"{INDEX}/sync": _get(f"{INDEX}/sync?limit=1")["cursor"]}
    slugs = {}
    for collection in _get(INDEX)["collections"]:
        path = collection["href"]
        page = _get(f"{path}?limit=3")
        slugs[f"{path}/{{slug_or_id}}"] = [item["slug"] for item in page["items"]] + ["rest"]
        if page["next"]:
            (cursors[path],) = parse_qs(urlsplit(page["next"]).query)["cursor"]
    return cursors, slugs


_turn = count()
_cursors, _slugs = _known()
