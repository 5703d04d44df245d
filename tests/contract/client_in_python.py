"""The generated client in Python against a real server: `client_in_python.py ADDRESS WHAT JSON` prints what it got."""

import hashlib
import json
import re
import sys
from collections.abc import Callable
from typing import Any

import stride_kb_api as api
from stride_kb_api.exceptions import ApiException

Json = dict[str, Any]
Library = dict[str, dict[str, str]]


class App:
    """Somebody's app on the generated client."""

    def __init__(self, address: str) -> None:
        # Else it would wait as long as Retry-After says, three times, before it tells of a 503.
        self.client = api.ApiClient(api.Configuration(host=address, retries=0))
        self.about = api.AboutApi(self.client)
        self.phones = api.ForPhonesApi(self.client)
        self.conditions = api.ConditionsApi(self.client)

    def operations(self) -> Json:
        """Every operation once; what came, by operation."""
        told: Json = {}
        for plural, singular in KINDS.items():
            calls = getattr(api, f"{plural}Api")(self.client)
            page = getattr(calls, f"list_{_snake(plural)}")(limit=2)
            told[f"list{plural}"] = _plain(page)
            told[f"get{singular}"] = _plain(getattr(calls, f"get_{_snake(singular)}")(page.items[0].slug))
        snapshots = self.phones.list_snapshots()
        file = self.phones.download_snapshot(snapshots.items[0].name)
        return told | {
            "getIndex": _plain(self.about.get_index()),
            "getVocabulary": _plain(self.about.get_vocabulary(locale="en")),
            "searchContent": _plain(
                self.phones.search_content(q="runner's hip", kind=["condition", "symptom"], limit=3)
            ),
            "syncContent": _plain(self.phones.sync_content(kind=["question", "source"], limit=3)),
            "listNotices": _plain(self.phones.list_notices()),
            "listSnapshots": _plain(snapshots),
            "downloadSnapshot": hashlib.sha256(file).hexdigest(),
        }

    def filters(self) -> Json:
        """Values of a list are repeated, and a copy that is still right costs a 304."""
        wanted = [api.Tissue.BONE, api.Tissue.BURSA]
        answer = self.conditions.list_conditions_with_http_info(tissue=wanted, sort=api.Sort("name"))
        items = answer.data.items
        tag = {name.lower(): value for name, value in (answer.headers or {}).items()}["etag"]
        return {
            "tissues": [item.tissue.value for item in items],
            "names": [item.name for item in items],
            "again": self._status(tag, wanted),
        }

    def problems(self, *, gone: str, foreign: str, snapshot: str) -> Json:
        """Each problem as a typed object."""
        html = {"Accept": "text/html"}
        elsewhere = App(self.client.configuration.host.replace("127.0.0.1", "localhost"))
        treatments = api.TreatmentsApi(self.client)
        calls: dict[str, Callable[[], Any]] = {
            "bad-request": elsewhere.about.get_index,
            "bad-parameter": lambda: self.conditions.list_conditions(locale="xx"),
            "not-found": lambda: self.conditions.get_condition("no-such-condition"),
            "method-not-allowed": self._post,
            "not-acceptable": lambda: self.about.get_index(_headers=html),
            "gone": lambda: treatments.get_treatment(gone),
            "resync-required": lambda: self.phones.sync_content(since=foreign),
            "range-not-satisfiable": lambda: self.phones.download_snapshot(snapshot, range="bytes=999999999-"),
        }
        return {type_: problem(call) for type_, call in calls.items()}

    def sync(self, copy: Library, cursor: str | None = None) -> Json:
        """To a copy that the server's digest calls right."""
        pages = 0
        while True:
            page = self.phones.sync_content(since=cursor, limit=40)
            pages += 1
            _put(copy, page)
            cursor = page.cursor
            if not page.has_more:
                return {"copy": copy, "pages": pages, "cursor": cursor, "wrong": self._wrong(copy, page.state_digest)}

    def later(self) -> Json:
        """What only a later version sends: a new value of an enumeration and a new field."""
        (first,) = self.conditions.list_conditions(limit=1).items
        answer = self.conditions.get_condition_without_preload_content(first.slug)
        body = json.loads(answer.data) | {"tissue": "skin", "a_field_of_later": {"any": ["thing"]}}
        condition = api.Condition.model_validate_json(json.dumps(body))
        assert condition.tissue not in list(api.Tissue)
        return {"tissue": condition.tissue.value, "name": condition.name == first.name}

    def faults(self) -> Json:
        """What goes wrong on the server's side, which somebody has sabotaged meanwhile."""
        return {"fault": problem(self.phones.list_notices)}

    def _post(self) -> Any:
        """No operation posts, so it goes through the client's own plumbing."""
        answer: Any = self.client.call_api("POST", f"{self.client.configuration.host}/api/v1")
        answer.read()
        return self.client.response_deserialize(answer, {"405": "Problem"})

    def _status(self, tag: str, tissues: list[api.Tissue]) -> int:
        try:
            self.conditions.list_conditions(tissue=tissues, sort=api.Sort("name"), if_none_match=tag)
        except ApiException as error:
            return int(error.status or 0)
        raise AssertionError("It was answered.")

    def _wrong(self, copy: Library, digests: api.StateDigest) -> list[str]:
        found = []
        for collection in self.about.get_index().collections:
            lines = sorted(f"{pk}:{version}" for pk, version in copy.get(collection.kind, {}).items())
            expected = getattr(digests, collection.href.rpartition("/")[2].replace("-", "_")).digest
            if hashlib.sha256("\n".join(lines).encode()).hexdigest() != expected:
                found.append(collection.kind)
        return found


def problem(call: Callable[[], Any]) -> Json:
    try:
        call()
    except ApiException as error:
        return _plain(typed(error.data))
    raise AssertionError("It was answered.")


def typed(body: Any) -> api.Problem:
    if not isinstance(body, api.Problem):
        raise TypeError(f"This is no Problem: {body}")
    return body


KINDS = {
    "Conditions": "Condition",
    "Symptoms": "Symptom",
    "Guides": "Guide",
    "Questions": "Question",
    "Treatments": "Treatment",
    "Exercises": "Exercise",
    "PreventionStrategies": "PreventionStrategy",
    "Providers": "Provider",
    "Sources": "Source",
    "RedFlags": "RedFlag",
    "Disclaimers": "Disclaimer",
    "ContactRoutes": "ContactRoute",
    "BodyStructures": "BodyStructure",
}


def _plain(model: Any) -> Json:
    found: Json = json.loads(model.to_json())
    return found


def _put(copy: Library, page: api.SyncPage) -> None:
    for name in type(page).model_fields:
        value = getattr(page, name)
        if isinstance(value, list) and name != "deleted":
            for document in value:
                copy.setdefault(document.kind, {})[str(document.id)] = document.version
    for gone in page.deleted:
        copy.get(gone.kind, {}).pop(str(gone.id), None)


def _snake(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


if __name__ == "__main__":
    _, address, what, given = sys.argv
    print(json.dumps(getattr(App(address), what)(**json.loads(given))))
