"""The names that apps' code is made of: generated clients have a class, a function or a constant for each."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def lost(released: Json, now: Json) -> list[str]:
    """A sentence for each name that generated code had and has no more, whichever way its values travel."""
    kept = set(_names(now))
    return [f"{name} was removed or renamed." for name in _names(released) if name not in kept]


def _names(contract: Json) -> Iterator[str]:
    for operations in contract["paths"].values():
        for operation in operations.values():
            yield f"Operation `{operation['operationId']}`"
            for parameter in operation["parameters"]:
                yield f"Parameter `{parameter['name']}` of `{operation['operationId']}`"
    for name, schema in contract["components"]["schemas"].items():
        yield f"Component `{name}`"
        yield from (f"Field `{name}.{field}`" for field in schema.get("properties", {}))
        yield from (f"Value `{value}` of `{name}`" for value in schema.get("enum", []))
        yield from (f"Constant `{value}` of `{name}`" for value in schema.get("x-enum-varnames", []))
