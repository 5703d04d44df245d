"""A list of entries on the desk: what to say of each row is looked up for the page that is shown, not for all."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from kb.admin.addresses import address_of
from kb.models.entry import Entry
from kb.queues import with_facts

MOST_WORDS = 12
LONGEST_TERM = 200
"""More than anybody types. Each word becomes a condition, and a database takes only so many, and so long ones."""


def searchable(term: str) -> str:
    """As much of what somebody looks for as is looked for."""
    return " ".join(term[:LONGEST_TERM].split()[:MOST_WORDS])


class OwnQuestions:
    """For a ModelAdmin: its list answers its own filters, and not any lookup on any column as Django's would."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        listed: Any = self.get_list_filter(request)  # type: ignore[attr-defined]  # the ModelAdmin beside it has it
        own = [name for name in listed if isinstance(name, str)]
        ours = {one.parameter_name for one in listed if hasattr(one, "parameter_name")}
        return lookup in ours | {f"{name}__{ending}" for name in own for ending in ("exact", "isnull")}

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found: tuple[Any, bool] = super().get_search_results(request, queryset, searchable(search_term))  # type: ignore[misc]  # the ModelAdmin beside it has it
        return found


class EntryList(ChangeList):
    """Each row gets `facts`, what `kb.queues.with_facts` knows of it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        facts = with_facts(Entry.objects.order_by()).in_bulk([row.pk for row in rows])
        for row in rows:
            row.facts = facts[row.pk]
        self.result_list = rows


class MixedList(EntryList):
    """Rows of all kinds: each leads to its own form and says who saved it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        savers = {row.facts.saved_by_id for row in self.result_list} - {None}
        people = get_user_model()._default_manager.in_bulk(savers)
        for row in self.result_list:
            row.saved_by = people.get(row.facts.saved_by_id)

    def url_for_result(self, result: Any) -> str:
        return address_of(result)
