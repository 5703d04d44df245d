"""The public connection can read the published tables and nothing else, on SQLite and on PostgreSQL."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kb.models.entry import Entry
from kb.reader import READABLE, ROLE, reading
from tests import story
from tests.factories import ConditionFactory, ConditionSymptomFactory

PRIVATE = sorted(
    {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - set(READABLE)
    | {"django_migrations"}
)
CATALOGUES = {
    "sqlite": [
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_temp_master",
        "SELECT * FROM pragma_table_info('kb_entry')",
    ],
    "postgresql": ["SELECT * FROM pg_authid", "SELECT pg_read_file('PG_VERSION')", "SELECT lo_import('/etc/hostname')"],
}
WRITES = [
    "UPDATE kb_document SET slug = 'mine'",
    "DELETE FROM kb_feed",
    "INSERT INTO kb_slug (kind, slug, entry_id, is_current) SELECT kind, 'mine', entry_id, TRUE FROM kb_slug",
    "CREATE TABLE mine (a integer)",
    "DROP TABLE kb_facet",
    "ALTER TABLE kb_document ADD COLUMN mine integer",
]
SIDE_DOORS = {
    "sqlite": [
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA table_list",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "CREATE TEMPORARY TABLE kb_mine (a integer)",
        "SELECT load_extension('anything')",
    ],
    "postgresql": [
        "COPY kb_document TO '/tmp/never-written'",
        "COPY kb_entry TO STDOUT",
        "ALTER ROLE CURRENT_USER SUPERUSER",
    ],
}
OUTSIDE_A_TRANSACTION = {"sqlite": ["VACUUM INTO '/tmp/never-written'"], "postgresql": ["CREATE DATABASE mine"]}
INDIRECT = [
    "SELECT (SELECT name FROM kb_entry LIMIT 1) FROM kb_feed",
    "SELECT 1 FROM kb_document WHERE EXISTS (SELECT 1 FROM kb_entry WHERE name LIKE 'a%')",
    "SELECT d.slug FROM kb_document d JOIN kb_entry e ON e.id = d.entry_id",
    "WITH drafts AS (SELECT * FROM kb_revision) SELECT * FROM drafts",
    "SELECT slug FROM kb_document UNION SELECT slug FROM kb_entry",
    "SELECT count(*) FROM kb_entry",
]


def refusals() -> list[str]:
    """What the readers' connection must refuse on this database."""
    return [
        *(f"SELECT * FROM {table}" for table in PRIVATE),
        *CATALOGUES[connection.vendor],
        *WRITES,
        *SIDE_DOORS[connection.vendor],
        *INDIRECT,
    ]


REFUSALS = (
    "prohibited",
    "not authorized",
    "authorization denied",
    "permission denied",
    "read-only",
    "readonly",
    "must be",
)
"""How the two databases say no. `must be`: a superuser, or a member of some role."""


def answered(on: BaseDatabaseWrapper, statement: str) -> str:
    """`refused`, or what the database said instead."""
    try:
        with on.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return _judged(error)
    return "answered"


def answered_while_reading(statement: str) -> str:
    """The same on the locked default connection. Whatever the statement did is undone."""
    try:
        with transaction.atomic():
            with reading() as public, public.cursor() as cursor:
                cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return _judged(error)
    return "answered"


def _judged(error: DatabaseError) -> str:
    return "refused" if any(word in str(error) for word in REFUSALS) else str(error)


def test_what_readers_need_can_be_read(house):
    with reading() as public, public.cursor() as cursor:
        for table in READABLE:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0, table


def test_links_are_private(house):
    assert "kb_link" in PRIVATE
    assert not {"kb_entry", "kb_revision", "auth_user", "django_session"} - set(PRIVATE)


@pytest.mark.django_db
def test_everything_else_is_refused_while_a_reader_is_answered():
    allowed = {statement: answered_while_reading(statement) for statement in refusals()}
    assert {statement: said for statement, said in allowed.items() if said != "refused"} == {}


@pytest.mark.django_db
def test_the_lock_goes_off_again_and_also_after_an_error():
    for _ in range(2):
        with pytest.raises(DatabaseError), reading():
            Entry.objects.count()
        assert Entry.objects.count() == 0


def test_a_statement_prepared_before_does_not_slip_past(house):
    statement = "SELECT name FROM kb_entry"
    for _ in range(3):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.fetchall()
    with pytest.raises(DatabaseError), reading() as public, public.cursor() as cursor:
        cursor.execute(statement)


def test_a_cursor_opened_before_does_not_slip_past(house):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM kb_entry")
        with pytest.raises(DatabaseError), reading():
            cursor.execute("SELECT name FROM kb_entry")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_lock_holds_too():
    with pytest.raises(DatabaseError), reading() as public, public.cursor() as cursor:
        cursor.execute("SELECT * FROM kb_entry")
    assert Entry.objects.count() == 0


# A connection of its own, as in an installation


@pytest.mark.django_db(transaction=True)
def test_the_readers_own_connection_refuses_everything_else():
    with story.public_connection() as public:
        statements = [*refusals(), *OUTSIDE_A_TRANSACTION[public.vendor]]
        allowed = {statement: answered(public, statement) for statement in statements}
        assert {statement: said for statement, said in allowed.items() if said != "refused"} == {}
        with reading() as used:
            assert used is public


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_opened_anew_is_locked_too():
    with story.public_connection() as public:
        public.close()
        public.connect()
        assert answered(public, "SELECT * FROM kb_entry") == "refused"
        assert answered(public, "SELECT * FROM kb_feed") == "answered"


@pytest.mark.django_db(transaction=True)
def test_readers_on_their_own_connection_get_the_same_bytes_and_see_no_draft(reader, house):
    link = ConditionSymptomFactory()
    story.go_live(link.condition)
    ConditionFactory(slug="never-released")
    path = f"/conditions/{link.condition.slug}"
    before = [
        story.get(reader, some).content for some in (path, "/conditions", "/conditions?symptom=" + link.symptom.slug)
    ]
    with story.public_connection():
        assert [
            story.get(reader, some).content
            for some in (path, "/conditions", "/conditions?symptom=" + link.symptom.slug)
        ] == before
        assert story.get(reader, "/conditions/never-released").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_readers_see_a_release_on_their_own_connection_only_when_it_is_committed(reader, house):
    condition = ConditionFactory()
    with story.public_connection():
        with transaction.atomic():
            story.go_live(condition)
            assert story.get(reader, f"/conditions/{condition.slug}").status_code == 404
        assert story.get(reader, f"/conditions/{condition.slug}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_a_role_that_was_taken_on_can_be_laid_down_so_a_login_of_its_own_is_safer():
    """What kb.reader says of the role is so: RESET leads back to it, SET ROLE NONE out of it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with story.public_connection() as public, public.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (ROLE,)
        cursor.execute("SET ROLE NONE")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() != (ROLE,)


def test_the_tests_and_an_installation_name_the_same_role():
    assert settings.PUBLIC_DATABASE == "default"
    assert ROLE == "stride_kb_reader"
