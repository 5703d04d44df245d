"""What an app should warn of before it syncs: withdrawals, and changes of words that could harm."""

import datetime
import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse

from kb.api import parameters, responses
from kb.api.views import PublicView
from kb.canonical import canonical_json
from kb.models.published import Feed
from kb.reader import reading

MOST = 50

# The feed stands beside each row, so that a database that is not ready is told from one with nothing to say.
NEWEST = """
SELECT e.mark, e.head, e.at, e.severity, e.summary, e.notice FROM kb_feed f
LEFT JOIN (SELECT * FROM kb_edition WHERE notice <> '' ORDER BY head DESC, release_id DESC LIMIT %s) e ON TRUE
ORDER BY e.head DESC, e.release_id DESC
"""


class NoticesView(PublicView):
    """The newest notices, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        values = parameters.read_pairs(request.META["QUERY_STRING"], ["locale"])
        parameters.read_locale(values)
        with reading() as connection:
            body = canonical_json({"items": _newest(connection)})
        return responses.answered(request, body)


def _newest(connection: BaseDatabaseWrapper) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [MOST])
        rows = cursor.fetchall()
    if not rows:
        raise Feed.DoesNotExist
    return [_notice(*row) for row in rows if row[0] is not None]


def _notice(mark: str, head: int, at: Any, severity: str, summary: str, notice: str) -> dict[str, Any]:
    return {
        "edition": mark,
        "head": head,
        "at": _utc(at),
        "severity": severity,
        "summary": summary,
        "documents": json.loads(notice),
    }


def _utc(at: datetime.datetime | str) -> str:
    """As PostgreSQL gives it, or as SQLite stores it: in UTC, without saying so."""
    moment = at if isinstance(at, datetime.datetime) else datetime.datetime.fromisoformat(at)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return aware.astimezone(datetime.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
