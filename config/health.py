"""Two probes: is the process alive, and can it answer readers rightly?"""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from kb.compiler import COMPILER_VERSION
from kb.models.published import Feed
from kb.reader import READABLE, reading

REFUSED = "The database does not answer readers: {}. After an upgrade run `manage.py prepare_reader`."


def alive(request: HttpRequest) -> JsonResponse:
    """200 while the process runs. It asks nothing of the database."""
    return _answer({"status": "alive"}, 200)


def ready(request: HttpRequest) -> JsonResponse:
    """200, or 503 with the reason: no database, a schema that is behind, or documents of another compiler."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return _answer({"status": "not ready", "reason": "The schema is behind: run `manage.py migrate`."}, 503)
        # As readers do: on PostgreSQL their role may be missing while everything else works.
        with reading() as public:
            feed = Feed.objects.using(public.alias).get()
            with public.cursor() as cursor:  # a table that came with an upgrade is not the readers' before they get it
                cursor.execute(f"SELECT 1 FROM {', '.join(READABLE)} LIMIT 0")  # noqa: S608  the names are ours
    except (DatabaseError, Feed.DoesNotExist) as error:
        return _answer({"status": "not ready", "reason": REFUSED.format(type(error).__name__)}, 503)
    if feed.head and feed.compiler_version != COMPILER_VERSION:
        return _answer({"status": "not ready", "reason": "Run `manage.py recompile`."}, 503)
    return _answer({"status": "ready", "head": feed.head}, 200)


def _answer(body: dict[str, object], status: int) -> JsonResponse:
    response = JsonResponse(body, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
