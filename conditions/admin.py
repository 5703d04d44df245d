"""What is wrong and how it shows, on the desk. The condition's form is the largest: it owns the links to what helps."""

from typing import Any

from django.contrib import admin

from conditions.models import (
    AffectedGroup,
    Cause,
    Complication,
    Condition,
    ConditionBodyStructure,
    ConditionExercise,
    ConditionPreventionStrategy,
    ConditionSymptom,
    ConditionTreatment,
    Figure,
    Guide,
    Outlook,
    Question,
    RiskFactor,
    Symptom,
)
from kb.admin.base import EntryAdmin
from kb.admin.forms import explain
from kb.admin.rows import RowInline
from kb.admin.site import Section
from kb.vocabulary.admin import (
    CITED,
    CITED_LINK,
    CLOSING,
    HOW_SOON,
    QUIET,
    CautionInline,
    CodeInline,
    EvidenceInline,
    RedFlagInline,
    RelatedInline,
    StatementInline,
)

HARM_HAS_NOTE = "Where the role is “with caution” or “avoid”, say why in the note, and leave “line” at “not stated”."

explain("complication_not_itself", "A condition cannot lead to itself. Choose another.", field="leads_to")
explain("affected_ages_in_order", "The higher age comes second.", field="age_max")
explain("figure_values_in_order", "The higher value comes second; neither is below zero.", field="value_high")
explain("figure_percent_at_most_100", "A percentage is at most 100.", field="value_high")
explain("figure_names_its_population", "Say of whom; “not stated” if the source does not.", field="population")
explain("condition_treatment_harm_has_note_and_no_line", HARM_HAS_NOTE, field="note")
explain("condition_exercise_harm_has_note_and_no_line", HARM_HAS_NOTE, field="note")

LINK = ("note", *CITED_LINK, "editorial_note")


class CauseInline(StatementInline):
    model = Cause
    about = "What brings it on, a sentence each."


class RiskFactorInline(StatementInline):
    model = RiskFactor
    about = "What makes it more likely, a sentence each."


class OutlookInline(StatementInline):
    model = Outlook
    about = "How it usually goes, and how long it takes."


class AffectedGroupInline(RowInline):
    model = AffectedGroup
    verbose_name_plural = "whom it affects"
    verbose_name = "group of people"
    fields = ("text", ("age_min", "age_max"), *CITED)
    quiet = QUIET


class ComplicationInline(RowInline):
    model = Complication
    fk_name = "condition"
    about = "What it can turn into; where that is a condition here, a link to it."
    fields = ("text", "leads_to", *CITED)
    quiet = QUIET


class FigureInline(RowInline):
    model = Figure
    about = "Numbers on how often something is found: a sentence for readers, and the value with its unit and people."
    fields = (
        "text",
        ("measure", "measure_note"),
        ("value_low", "value_high", "unit"),
        ("population", "confidence"),
        "note",
        *CITED,
    )
    quiet = QUIET


class LinkInline(RowInline):
    """A link that makes a statement of its own."""

    quiet = (*QUIET, "note", "editorial_note")


class SymptomInline(LinkInline):
    model = ConditionSymptom
    about = "How it shows. “Common” is a teaching aid, not a probability."
    fields = (("symptom", "typicality", "place"), *LINK)


class TreatmentInline(LinkInline):
    model = ConditionTreatment
    verbose_name_plural = "treatments and home remedies"
    about = "What is done about it, and what must not be. “With caution” and “avoid” need a note that says why."
    fields = (("treatment", "place"), ("role", "line", "evidence_level"), *LINK)


class ExerciseInline(LinkInline):
    model = ConditionExercise
    about = "Exercises that help, and those that harm. “With caution” and “avoid” need a note that says why."
    fields = (("exercise", "place"), ("role", "line", "evidence_level"), *LINK)


class PreventionStrategyInline(LinkInline):
    model = ConditionPreventionStrategy
    about = "What may keep it away."
    fields = (("prevention_strategy", "place"), *LINK)


class BodyStructureInline(LinkInline):
    model = ConditionBodyStructure
    about = "Which parts of the body are affected, and how."
    fields = (("body_structure", "role", "place"), *LINK)


@admin.register(Condition)
class ConditionAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 10
    about = "Injuries and diseases that hurt a runner."
    columns = ("tissue",)
    filters = ("tissue",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "synonyms", "synonym_note", "summary")}),
        HOW_SOON,
        ("The condition", {"fields": ("body_regions", "tissue", "overview")}),
        *CLOSING,
    )
    inlines = (
        RedFlagInline,
        SymptomInline,
        TreatmentInline,
        ExerciseInline,
        PreventionStrategyInline,
        CautionInline,
        CauseInline,
        RiskFactorInline,
        AffectedGroupInline,
        OutlookInline,
        ComplicationInline,
        FigureInline,
        EvidenceInline,
        BodyStructureInline,
        RelatedInline,
        CodeInline,
    )


@admin.register(Symptom)
class SymptomAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 20
    about = "What a runner can notice."
    filters = ("is_key_sign",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "synonyms", "summary", "is_key_sign", "body_regions")}),
        HOW_SOON,
        ("Text", {"fields": ("what_it_may_mean", "what_to_do")}),
        *CLOSING,
    )
    inlines = (RedFlagInline, RelatedInline, CodeInline)


@admin.register(Guide)
class GuideAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 60
    about = "Topic pages, such as “When to see a doctor”."
    fieldsets = (
        (None, {"fields": ("name", "slug", "summary")}),
        HOW_SOON,
        ("Text", {"fields": ("body",)}),
        *CLOSING,
    )
    inlines = (RedFlagInline, CautionInline, RelatedInline)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "body" and field is not None:
            field.widget.attrs["rows"] = 20
        return field


@admin.register(Question)
class QuestionAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 70
    about = "Frequent questions, each with its answer."
    columns = ("order",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "order", "summary")}),
        HOW_SOON,
        ("Text", {"fields": ("answer",)}),
        *CLOSING,
    )
    inlines = (RedFlagInline, CautionInline, RelatedInline)
