"""A valid, publishable entry of each kind in one call. `ConditionFactory()` is a condition that could go live."""

from typing import Any

import factory
from django.contrib.auth.models import Group, User
from factory.django import DjangoModelFactory

from conditions import models as conditions
from conditions.enums import StructureRole, Tissue, TreatmentRole, Typicality
from kb.enums import Basis, Urgency
from kb.vocabulary import models as vocabulary
from kb.vocabulary.enums import (
    BodyRegion,
    EvidenceLevel,
    RedFlagUrgency,
    SourceAuthority,
    SourceType,
    StructureCategory,
)
from remedies import models as remedies
from remedies.enums import ExercisePurpose, PreventionCategory, ProviderCategory, Setting, TreatmentCategory


class PersonFactory(DjangoModelFactory):
    """Somebody on the desk. `group` names their role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    is_staff = True

    @factory.post_generation
    def group(self, create: bool, extracted: str, **kwargs: Any) -> None:
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))


class EntryFactory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    kind = ""
    slug = factory.LazyAttributeSequence(lambda entry, n: f"{entry.kind.replace('_', '-')}-{n}")
    name = factory.LazyAttribute(lambda entry: entry.slug.replace("-", " ").capitalize())


class SourcedFactory(EntryFactory):
    class Meta:
        abstract = True

    basis = Basis.STATED


class ClinicalFactory(SourcedFactory):
    class Meta:
        abstract = True

    summary = "One plain sentence."
    urgency = Urgency.SELF_CARE

    @factory.post_generation
    def red_flags(self, create: bool, extracted: list[vocabulary.RedFlag] | None, **kwargs: Any) -> None:
        for flag in [RedFlagFactory()] if extracted is None else extracted:
            RedFlagLinkFactory(entry=self, red_flag=flag)


class SourceFactory(EntryFactory):
    class Meta:
        model = vocabulary.Source

    kind = "source"
    source_type = SourceType.JOURNAL_ARTICLE
    authority = SourceAuthority.REVIEW


class RedFlagFactory(SourcedFactory):
    class Meta:
        model = vocabulary.RedFlag

    kind = "red_flag"
    urgency = RedFlagUrgency.URGENT
    text = "You notice this."
    why = "It can be serious."
    action = "Ask for an urgent check."


class DisclaimerFactory(SourcedFactory):
    class Meta:
        model = vocabulary.Disclaimer

    kind = "disclaimer"
    text = "This is general information."


class ContactRouteFactory(SourcedFactory):
    class Meta:
        model = vocabulary.ContactRoute

    kind = "contact_route"
    region = "default"
    emergency = "Call your local emergency number"
    urgent = "Get medical help today"
    routine = "Make an appointment"
    self_care = "Look after it at home"


class BodyStructureFactory(SourcedFactory):
    class Meta:
        model = vocabulary.BodyStructure

    kind = "body_structure"
    category = StructureCategory.JOINT
    summary = "A part of the body."


class BodyStructurePartFactory(DjangoModelFactory):
    class Meta:
        model = vocabulary.BodyStructurePart

    whole = factory.SubFactory(BodyStructureFactory)
    part = factory.SubFactory(BodyStructureFactory)


class RedFlagLinkFactory(DjangoModelFactory):
    class Meta:
        model = vocabulary.RedFlagLink

    red_flag = factory.SubFactory(RedFlagFactory)


class RelatedLinkFactory(DjangoModelFactory):
    class Meta:
        model = vocabulary.RelatedLink


class CautionFactory(DjangoModelFactory):
    class Meta:
        model = vocabulary.Caution

    text = "Take care."


class EvidenceStatementFactory(DjangoModelFactory):
    class Meta:
        model = vocabulary.EvidenceStatement

    text = "A trial found this."
    level = EvidenceLevel.RANDOMISED_TRIAL


class CodeFactory(DjangoModelFactory):
    class Meta:
        model = vocabulary.Code

    system = "mesh"
    code = factory.Sequence(lambda n: f"D{n:06d}")
    display = "A heading"
    mapping = "exact"


class ExerciseFactory(ClinicalFactory):
    class Meta:
        model = remedies.Exercise

    kind = "exercise"
    purpose = ExercisePurpose.STRENGTH
    how = "Lift slowly."


class ExerciseBodyStructureFactory(DjangoModelFactory):
    class Meta:
        model = remedies.ExerciseBodyStructure

    exercise = factory.SubFactory(ExerciseFactory)
    body_structure = factory.SubFactory(BodyStructureFactory)


class StopRuleFactory(DjangoModelFactory):
    class Meta:
        model = remedies.StopRule

    exercise = factory.SubFactory(ExerciseFactory)
    text = "Stop if it hurts."


class TreatmentFactory(ClinicalFactory):
    class Meta:
        model = remedies.Treatment

    kind = "treatment"
    category = TreatmentCategory.SELF_CARE
    setting = Setting.HOME


class TreatmentExerciseFactory(DjangoModelFactory):
    class Meta:
        model = remedies.TreatmentExercise

    treatment = factory.SubFactory(TreatmentFactory)
    exercise = factory.SubFactory(ExerciseFactory)


class PreventionStrategyFactory(ClinicalFactory):
    class Meta:
        model = remedies.PreventionStrategy

    kind = "prevention_strategy"
    category = PreventionCategory.ROUTINE
    how = "Start slowly."
    benefit = "It may help."


class PreventionStrategyExerciseFactory(DjangoModelFactory):
    class Meta:
        model = remedies.PreventionStrategyExercise

    prevention_strategy = factory.SubFactory(PreventionStrategyFactory)
    exercise = factory.SubFactory(ExerciseFactory)


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = remedies.Activity

    prevention_strategy = factory.SubFactory(PreventionStrategyFactory)
    text = "Swimming"


class ProviderFactory(SourcedFactory):
    class Meta:
        model = remedies.Provider

    kind = "provider"
    category = ProviderCategory.PHYSICAL_THERAPY_CLINIC
    summary = "A clinic."


class SymptomFactory(ClinicalFactory):
    class Meta:
        model = conditions.Symptom

    kind = "symptom"
    what_to_do = "Rest."


class ConditionFactory(ClinicalFactory):
    class Meta:
        model = conditions.Condition

    kind = "condition"
    body_regions = factory.LazyFunction(lambda: [BodyRegion.GROIN.value])
    tissue = Tissue.JOINT
    overview = "What it is."


class CauseFactory(DjangoModelFactory):
    class Meta:
        model = conditions.Cause

    condition = factory.SubFactory(ConditionFactory)
    text = "Too much, too soon."


class RiskFactorFactory(CauseFactory):
    class Meta:
        model = conditions.RiskFactor


class OutlookFactory(CauseFactory):
    class Meta:
        model = conditions.Outlook


class ComplicationFactory(CauseFactory):
    class Meta:
        model = conditions.Complication


class AffectedGroupFactory(CauseFactory):
    class Meta:
        model = conditions.AffectedGroup

    age_min = 20
    age_max = 49


class FigureFactory(CauseFactory):
    class Meta:
        model = conditions.Figure

    measure = "prevalence"
    value_low = 10
    value_high = 15
    unit = "percent"
    population = "not stated"
    confidence = "low"


class ConditionSymptomFactory(DjangoModelFactory):
    class Meta:
        model = conditions.ConditionSymptom

    condition = factory.SubFactory(ConditionFactory)
    symptom = factory.SubFactory(SymptomFactory)
    typicality = Typicality.COMMON


class ConditionTreatmentFactory(DjangoModelFactory):
    class Meta:
        model = conditions.ConditionTreatment

    condition = factory.SubFactory(ConditionFactory)
    treatment = factory.SubFactory(TreatmentFactory)
    role = TreatmentRole.RECOMMENDED
    note = "Why."


class ConditionExerciseFactory(DjangoModelFactory):
    class Meta:
        model = conditions.ConditionExercise

    condition = factory.SubFactory(ConditionFactory)
    exercise = factory.SubFactory(ExerciseFactory)
    role = TreatmentRole.RECOMMENDED
    note = "Why."


class ConditionPreventionStrategyFactory(DjangoModelFactory):
    class Meta:
        model = conditions.ConditionPreventionStrategy

    condition = factory.SubFactory(ConditionFactory)
    prevention_strategy = factory.SubFactory(PreventionStrategyFactory)


class ConditionBodyStructureFactory(DjangoModelFactory):
    class Meta:
        model = conditions.ConditionBodyStructure

    condition = factory.SubFactory(ConditionFactory)
    body_structure = factory.SubFactory(BodyStructureFactory)
    role = StructureRole.PRIMARY


class GuideFactory(ClinicalFactory):
    class Meta:
        model = conditions.Guide

    kind = "guide"
    body = "Read this."


class QuestionFactory(ClinicalFactory):
    class Meta:
        model = conditions.Question

    kind = "question"
    answer = "It depends."


ENTRY_FACTORIES = {
    made.kind: made
    for made in (
        SourceFactory,
        RedFlagFactory,
        DisclaimerFactory,
        ContactRouteFactory,
        BodyStructureFactory,
        ExerciseFactory,
        TreatmentFactory,
        PreventionStrategyFactory,
        ProviderFactory,
        SymptomFactory,
        ConditionFactory,
        GuideFactory,
        QuestionFactory,
    )
}
"""One factory a kind; a test checks that none is missing."""
