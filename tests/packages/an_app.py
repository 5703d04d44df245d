"""An app on the Python package: `an_app.py FILE ADDRESS` prints what it found. It must pass `mypy --strict`."""

import json
import sys

import stride_kb
from stride_kb_api import Condition, Treatment


def main(path: str, address: str) -> None:
    heard: list[stride_kb.SafetyWarning] = []
    with stride_kb.open(path, base_url=address, on_notices=heard.extend) as store:
        report = store.sync()
        condition = store.get(Condition, "hip-impingement")
        assert condition is not None
        urgent: list[Condition] = store.list(Condition, where=lambda one: one.urgency.value == "urgent")
        hits: list[stride_kb.Hit] = store.search("impingement", kinds=[Condition], limit=3)
        gone: stride_kb.Gone | None = store.gone(Treatment, "no-such-thing")
        told = {
            "changed": report.changed,
            "name": condition.name,
            "help": bool(condition.when_to_get_help.emergency),
            "urgent": [one.name for one in urgent],
            "hits": [hit.slug for hit in hits],
            "gone": gone,
            "from": stride_kb.__file__,
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
