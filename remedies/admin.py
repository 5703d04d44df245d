"""What helps, on the desk."""

from django.contrib import admin

from kb.admin.base import EntryAdmin
from kb.admin.forms import explain
from kb.admin.rows import RowInline
from kb.admin.site import Section
from kb.vocabulary.admin import (
    CITED,
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
from remedies.models import (
    Activity,
    Exercise,
    ExerciseBodyStructure,
    PreventionStrategy,
    PreventionStrategyExercise,
    Provider,
    StopRule,
    Treatment,
    TreatmentExercise,
)

explain("exercise_dose_has_source", "Say which source gives these numbers, or leave them empty.", field="dose_source")
explain("exercise_repetitions_in_order", "Give both numbers, the lower one first.", field="repetitions_max")
explain("treatment_medicine_says_why_no_dose", "For a medicine, say why no dose is given.", field="no_dose_reason")


class TargetInline(RowInline):
    model = ExerciseBodyStructure
    fields = (("body_structure", "place"),)
    is_short = True


class StopRuleInline(StatementInline):
    model = StopRule
    verbose_name_plural = "when to stop"
    about = "What must make the reader stop doing this exercise."


class TreatmentExerciseInline(RowInline):
    model = TreatmentExercise
    about = "Exercises that are part of this treatment."
    fields = (("exercise", "place"), "note")


class PreventionExerciseInline(RowInline):
    model = PreventionStrategyExercise
    about = "Exercises that are part of this strategy."
    fields = (("exercise", "place"), "note")


class ActivityInline(RowInline):
    model = Activity
    about = "Sports that it names, such as swimming, each with what to take care of."
    fields = ("text", "caution", *CITED)
    quiet = QUIET


@admin.register(Treatment)
class TreatmentAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 30
    label = "Treatments and home remedies"
    about = "What is done about a condition. A home remedy is a treatment whose setting is “at home”."
    columns = ("category", "setting")
    filters = ("setting", "category", "line", "group")
    fieldsets = (
        (None, {"fields": ("name", "slug", "synonyms", "summary")}),
        HOW_SOON,
        ("What sort of treatment", {"fields": (("category", "setting"), ("line", "group"))}),
        ("Text", {"fields": ("how", "who_for", "no_dose_reason")}),
        *CLOSING,
    )
    inlines = (RedFlagInline, CautionInline, TreatmentExerciseInline, EvidenceInline, RelatedInline, CodeInline)


@admin.register(Exercise)
class ExerciseAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 40
    about = "One exercise each, with its dose as numbers where a source gives them."
    columns = ("purpose",)
    filters = ("purpose",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "summary", "purpose")}),
        HOW_SOON,
        ("Text", {"fields": ("how",)}),
        (
            "Dose",
            {
                "fields": (
                    ("sets", "repetitions_min", "repetitions_max"),
                    ("hold_seconds", "times_per_day", "days_per_week"),
                    "dose_source",
                ),
                "description": "Leave empty what no source says; apps then show “ask a physiotherapist”.",
            },
        ),
        *CLOSING,
    )
    inlines = (RedFlagInline, StopRuleInline, CautionInline, TargetInline, EvidenceInline, RelatedInline)


@admin.register(PreventionStrategy)
class PreventionStrategyAdmin(EntryAdmin):
    section = Section.ARTICLES
    rank = 50
    about = "What may keep a problem away."
    columns = ("category",)
    filters = ("category",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "synonyms", "summary", "category")}),
        HOW_SOON,
        ("Text", {"fields": ("how", "benefit", "evidence_gap")}),
        *CLOSING,
    )
    inlines = (
        RedFlagInline,
        CautionInline,
        ActivityInline,
        PreventionExerciseInline,
        EvidenceInline,
        RelatedInline,
        CodeInline,
    )


@admin.register(Provider)
class ProviderAdmin(EntryAdmin):
    rank = 50
    about = "Clinics and services. What they say of themselves is marked as their own claim."
    columns = ("category", "locality", "country")
    filters = ("category", "country")
    fieldsets = (
        (None, {"fields": ("name", "slug", "short_name", "category")}),
        ("Where it is", {"fields": (("locality", "region", "country"), "url", ("phone", "email"))}),
        ("Text", {"fields": ("summary", "about", "services", "call_to_action", "claims_are_its_own")}),
        *CLOSING,
    )
    inlines = (RelatedInline,)
