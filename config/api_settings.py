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
    "General information for adult runners about running injuries, for reading. It is not a diagnosis, not triage and no "
    "substitute for a health professional. It takes no data about a person and ranks nothing by symptoms."
)

DESCRIPTION = f"""The open knowledge base of running injuries.

**Intended use.** {INTENDED_USE}

**Safety.** Every document that advises a reader carries `urgency`, `when_to_get_help`, `disclaimers` and `review`. Show
`when_to_get_help` before anything else, and `review.status` honestly. Fields are never left out.

**Reading.** Anonymous GET; no cookies, no keys. Every answer has a strong ETag: send it back in `If-None-Match` and an
unchanged answer costs 304. Lists are pages: follow `next` until it is null. An unknown or repeated parameter is refused.

**Text** is a small part of Markdown: paragraphs, lists, emphasis, https and mailto links. Never HTML.
"""

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Stride KB",
    "VERSION": "1.0.0",
    "DESCRIPTION": DESCRIPTION,
    "LICENSE": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": "/", "description": "The installation that serves this document"}],
    "SORT_OPERATIONS": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "tryItOutEnabled": True},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kb.api.openapi.describe_responses",
        "kb.api.openapi.add_examples",
    ],
    # Every enumeration has its own name, so that generated clients do too. `/api/v1/vocabulary` lists the same ones.
    "ENUM_NAME_OVERRIDES": {
        "ActionCode": "kb.enums.ActionCode",
        "Basis": "kb.enums.Basis",
        "ReviewRole": "kb.enums.ReviewRole",
        "ReviewStatus": "kb.enums.ReviewStatus",
        "Severity": "kb.enums.Severity",
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
        "Measure": "conditions.enums.Measure",
        "StructureRole": "conditions.enums.StructureRole",
        "Tissue": "conditions.enums.Tissue",
        "TreatmentRole": "conditions.enums.TreatmentRole",
        "Typicality": "conditions.enums.Typicality",
        "Unit": "conditions.enums.Unit",
    },
}
