"""Search over everything live, answered from the memory of this process: one query asks whether that is current."""

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from kb import published
from kb.api import parameters, queries, responses
from kb.api.views import PublicView
from kb.canonical import canonical_json
from kb.reader import reading
from kb.search import ranking
from kb.search.asking import understood
from kb.search.current import current
from kb.search.index import Index
from kb.search.showing import Shown, shown

LONGEST = 200
LIMIT_DEFAULT = 20
LIMIT_MAX = 50


@dataclass(frozen=True)
class SearchQuery:
    """A request, understood."""

    text: str
    kinds: tuple[str, ...]
    limit: int
    locale: str


class SearchView(PublicView):
    """The documents that answer a question best."""

    def get(self, request: HttpRequest) -> HttpResponse:
        query = read_query(request.META["QUERY_STRING"])
        with reading() as connection:
            held = current(connection, queries.feed(connection), query.locale)
        return responses.answered(request, canonical_json(found(held.index, query)))


def read_query(query_string: str) -> SearchQuery:
    values = parameters.read_pairs(query_string, ["q", "kind", "limit", "locale"], repeatable=["kind"])
    asked = values.get("q", [""])[0]
    text = unicodedata.normalize("NFC", " ".join(asked.split()))
    if not text or len(asked) > LONGEST:
        raise parameters.bad("q", f"“q” must say what to look for, in 1 to {LONGEST} characters.")
    all_kinds = sorted(kind.kind for kind in published.all_kinds())
    kinds = {parameters.choice("kind", kind, all_kinds) for kind in values.get("kind", [])}
    return SearchQuery(
        text=text,
        kinds=tuple(sorted(kinds)),
        limit=parameters.read_limit(values, default=LIMIT_DEFAULT, most=LIMIT_MAX),
        locale=parameters.read_locale(values),
    )


def found(index: Index, query: SearchQuery) -> dict[str, Any]:
    """The answer's body."""
    question = understood(index, query.text)
    pages = ranking.best(index, question, kinds=query.kinds, limit=query.limit)
    corrected = [word for word in question.asked if word.guesses]
    return {
        "items": [_item(shown(page, question.asked)) for page in pages],
        "corrections": [{"typed": word.typed, "used": word.guesses[0]} for word in corrected],
    }


def _item(item: Shown) -> dict[str, Any]:
    return {
        "id": str(item.page.id),
        "kind": item.page.kind,
        "slug": item.page.slug,
        "name": item.page.name,
        "urgency": item.page.urgency,
        "summary": item.page.summary,
        "matched": str(item.matched),
        "matched_text": item.matched_text,
        "highlights": [asdict(highlight) for highlight in item.highlights],
    }
