"""How the API answers (DRF) and describes itself (drf-spectacular)."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kb.api.views.problem_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is an unknown parameter like any other
}

INTENDED_USE = (
    "General information for adult runners about running injuries, for reading. It is not a diagnosis, not triage and "
    "no substitute for a health professional. It takes no data about a person and ranks nothing by symptoms."
)

DESCRIPTION = f"""The open knowledge base of running injuries.

**Intended use.** {INTENDED_USE}

**Safety.** Every document that advises a reader carries `urgency`, `when_to_get_help`, `disclaimers` and `review`. Show
`when_to_get_help` before anything else, and `review.status` honestly. Who finds content that could hurt somebody
reports it to `report_unsafe_content` of the index.

**Reading.** Anonymous GET; no cookies, no keys. HEAD answers like GET, without the body. Each answer has a strong ETag:
send it back in `If-None-Match`, and an unchanged answer costs 304. Lists are pages: follow `next` until it is null. An
unknown parameter is refused, and so is a repeated one that is no list.

**Fields** are never left out; null and empty text mean what their descriptions say. Later versions may add fields and
values of enumerations, so ignore a field and survive a value that you do not know.

**Errors** are `application/problem+json` (RFC 9457); `type` leads to its explanation. Any path under `/api` that is not
described here answers 404 in the same form, and any method but GET, HEAD and OPTIONS answers 405.

**Text** is a small part of Markdown: paragraphs, lists, emphasis, https and mailto links. Never HTML.

**This contract** is a file, at `/api/v1/openapi.json` and `/api/v1/openapi.yaml`, with an ETag like everything else.
"""

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Stride KB",
    "VERSION": "1.0.0",
    "DESCRIPTION": DESCRIPTION,
    # No address: generators refuse a relative one, and each installation has its own.
    "CONTACT": {"name": "The Stride KB project"},
    "LICENSE": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    # The meaning of its values stands once, in the enumeration, and not again in every field that has it.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": "/", "description": "The installation that serves this document"}],
    "SORT_OPERATION_PARAMETERS": False,  # what a list is about first, then its order and pages
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kb.api.openapi.describe_document",
        "kb.api.openapi.describe_enumerations",
        "kb.api.openapi.describe_responses",
        "kb.api.openapi.describe_deprecations",
        "kb.api.openapi.tidy",
        "kb.api.openapi.say_null_once",
        "kb.api.openapi.add_examples",
    ],
    # Every enumeration has its own name, so that generated clients do too. `/api/v1/vocabulary` lists the same ones.
    "ENUM_NAME_OVERRIDES": {
        "ActionCode": "kb.enums.ActionCode",
        "Basis": "kb.enums.Basis",
        "FoundIn": "kb.enums.FoundIn",
        "FoundUrgency": "kb.enums.FoundUrgency",
        "HighlightField": "kb.enums.HighlightField",
        "NoticeAction": "kb.enums.NoticeAction",
        "ReviewRole": "kb.enums.ReviewRole",
        "ReviewStatus": "kb.enums.ReviewStatus",
        "Severity": "kb.enums.Severity",
        "Sort": "kb.api.schema.Sort",
        "TombstoneReason": "kb.enums.TombstoneReason",
        "Urgency": "kb.enums.Urgency",
        "BodyRegion": "kb.vocabulary.enums.BodyRegion",
        "Certainty": "kb.vocabulary.enums.Certainty",
        "CodeMapping": "kb.vocabulary.enums.CodeMapping",
        "CodeSystem": "kb.vocabulary.enums.CodeSystem",
        "EvidenceLevel": "kb.vocabulary.enums.EvidenceLevel",
        "RedFlagUrgency": "kb.vocabulary.enums.RedFlagUrgency",
        "SourceAuthority": "kb.vocabulary.enums.SourceAuthority",
        "SourceCheck": "kb.vocabulary.enums.SourceCheck",
        "SourceType": "kb.vocabulary.enums.SourceType",
        "StructureCategory": "kb.vocabulary.enums.StructureCategory",
        "ExercisePurpose": "remedies.enums.ExercisePurpose",
        "Line": "remedies.enums.Line",
        "PreventionCategory": "remedies.enums.PreventionCategory",
        "ProviderCategory": "remedies.enums.ProviderCategory",
        "Setting": "remedies.enums.Setting",
        "TreatmentCategory": "remedies.enums.TreatmentCategory",
        "TreatmentGroup": "remedies.enums.TreatmentGroup",
        "Confidence": "conditions.enums.Confidence",
        "FigureMeasure": "conditions.enums.Measure",
        "FigureUnit": "conditions.enums.Unit",  # `Unit` is a word of Kotlin and of Swift
        "StructureRole": "conditions.enums.StructureRole",
        "Tissue": "conditions.enums.Tissue",
        "TreatmentRole": "conditions.enums.TreatmentRole",
        "Typicality": "conditions.enums.Typicality",
    },
}
