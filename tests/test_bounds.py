"""Bounds in the contract are those that editors are held to, so that no answer can break them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.validators import MinValueValidator
from rest_framework import serializers

from kb import kinds, published
from kb.wording import field_of

CONTRACT = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS = CONTRACT["components"]["schemas"]


def shown_columns() -> Iterator[Any]:
    """Each column of a wording that readers see under its own name: the serializer's field and the model's."""
    for kind in kinds.all_kinds():
        fields = published.get(kind.name).document._declared_fields
        yield from _pairs(kind.model, kind.columns, published.get(kind.name).document)
        for name, rows in kind.rows.items():
            if isinstance(fields.get(name), serializers.ListSerializer):
                yield from _pairs(kind.row_model(name), rows.columns, type(fields[name].child))


def _pairs(model: Any, columns: tuple[str, ...], serializer: Any) -> Iterator[Any]:
    for column in columns:
        if column in serializer._declared_fields:
            yield pytest.param(
                serializer._declared_fields[column], field_of(model, column), id=f"{serializer.__name__}.{column}"
            )


@pytest.mark.parametrize(("shown", "written"), list(shown_columns()))
def test_a_field_promises_what_the_form_holds_editors_to(shown, written):
    if isinstance(shown, serializers.CharField):
        assert (shown.max_length, shown.allow_blank) == (written.max_length, written.blank)
    if isinstance(shown, serializers.IntegerField | serializers.FloatField):
        assert shown.min_value == _limit(written, MinValueValidator)
        assert shown.allow_null == written.null


def test_text_that_may_be_empty_is_said_to_be_and_all_other_has_a_character():
    for place, schema in _texts():
        says_so = any(word in schema["description"].lower() for word in ("empty", "null"))
        assert says_so or schema.get("minLength") == 1, place


def test_a_list_that_grows_with_the_library_has_an_end():
    endless = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        if name.endswith(("Page", "List", "Result"))
        for field, described in schema["properties"].items()
        if described.get("type") == "array" and "maxItems" not in described
    ]
    assert endless == []


def test_a_component_that_may_be_null_stands_in_one_place_only():
    """Elsewhere it would allow null, too."""
    text = json.dumps(SCHEMAS)
    nullable = [name for name, schema in SCHEMAS.items() if schema.get("nullable")]
    assert nullable == ["ComplicationCard", "DoseSource"]
    assert [text.count(f'"#/components/schemas/{name}"') for name in nullable] == [1, 1]


def _texts() -> Iterator[tuple[str, Any]]:
    """All text without a shape of its own."""
    for name, schema in SCHEMAS.items():
        for field, described in schema.get("properties", {}).items():
            if described.get("type") == "string" and not {"format", "pattern"} & set(described):
                yield f"{name}.{field}", described


def _limit(field: Any, validator: type) -> Any:
    """The strictest of its validators, Django's own for the column among them."""
    return max((each.limit_value for each in field.validators if isinstance(each, validator)), default=None)
