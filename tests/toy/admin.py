"""The drill on the desk."""

from django.contrib import admin

from kb.admin.base import EntryAdmin
from kb.admin.rows import RowInline
from kb.vocabulary.admin import CLOSING, RelatedInline
from tests.toy.models import Drill, DrillTarget


class DrillTargetInline(RowInline):
    model = DrillTarget
    fields = (("body_structure", "place"), "note")


@admin.register(Drill)
class DrillAdmin(EntryAdmin):
    fieldsets = ((None, {"fields": ("name", "slug", "how", "minutes")}), *CLOSING)
    inlines = (DrillTargetInline, RelatedInline)
