"""Kinds of documents: the class in Python, and the name in JSON."""

import json
from typing import Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict
from stride_kb_api import (
    BodyStructure,
    Condition,
    ContactRoute,
    Disclaimer,
    Exercise,
    Guide,
    PreventionStrategy,
    Provider,
    Question,
    RedFlag,
    Source,
    Symptom,
    Treatment,
)

Json = dict[str, Any]


class OtherDocument(BaseModel):
    """Of a kind that only a later version of the API has; its other fields are in `model_extra`."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    slug: str
    name: str
    version: str

    @classmethod
    def from_json(cls, json_str: str) -> Self:
        """As the generated models have it, and the next one."""
        return cls.model_validate_json(json_str)

    def to_json(self) -> str:
        return json.dumps(self.model_dump(), ensure_ascii=False)


Document: TypeAlias = (
    BodyStructure
    | Condition
    | ContactRoute
    | Disclaimer
    | Exercise
    | Guide
    | PreventionStrategy
    | Provider
    | Question
    | RedFlag
    | Source
    | Symptom
    | Treatment
    | OtherDocument
)

MODELS: dict[str, type[Document]] = {
    "body_structure": BodyStructure,
    "condition": Condition,
    "contact_route": ContactRoute,
    "disclaimer": Disclaimer,
    "exercise": Exercise,
    "guide": Guide,
    "prevention_strategy": PreventionStrategy,
    "provider": Provider,
    "question": Question,
    "red_flag": RedFlag,
    "source": Source,
    "symptom": Symptom,
    "treatment": Treatment,
}
NAMES: dict[type[BaseModel], str] = {model: name for name, model in MODELS.items()}


def name_of(kind: type[BaseModel] | str) -> str:
    return kind if isinstance(kind, str) else NAMES[kind]


def read(kind: str, body: str) -> Document:
    """The typed document. Values of a later version are kept, and fields, in `additional_properties`."""
    document = MODELS.get(kind, OtherDocument).from_json(body)
    assert document is not None
    return document
