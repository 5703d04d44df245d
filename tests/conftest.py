"""Three standing people, the house texts that every clinical document needs, and a reader's client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.backends.sqlite3.base import DatabaseOperations
from django.test import Client

from conditions.models import Condition
from config import environment
from kb.models.entry import Entry
from tests import factories, story
from tests.desk import Desk, at_desk
from tests.factories import ConditionFactory, PersonFactory
from tests.serving import database_beside

PACK = Path(settings.BASE_DIR) / "content" / "hip-pain"


@pytest.fixture
def own_database() -> Iterator[str]:
    """A PostgreSQL database for a server beside the tests' own; “” for a new SQLite file."""
    with database_beside(environment.text("DATABASE_URL"), "beside") as url:
        yield url


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """On PostgreSQL the reader's role belongs to the test database too."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django does not export its type
        call_command("prepare_reader", verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def _the_record_may_go_with_its_test_database() -> None:
    """Tests with `transaction=True` empty all tables behind them; SQLite's triggers would keep the record."""

    def sql_flush(self: DatabaseOperations, style: Any, tables: Any, **kwargs: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_is_kept'")
            triggers = cursor.fetchall()
        emptying = original(self, style, tables, **kwargs)
        return [*(f"DROP TRIGGER {name}" for name, _ in triggers), *emptying, *(sql for _, sql in triggers)]

    original = DatabaseOperations.sql_flush
    DatabaseOperations.sql_flush = sql_flush


@pytest.fixture
def therapist(db: None) -> User:
    return PersonFactory(username="therapist", group="Therapist")


@pytest.fixture
def editor(db: None) -> User:
    return PersonFactory(username="editor", group="Clinical editor")


@pytest.fixture
def reader() -> Client:
    """Somebody with the app: no account, no cookie."""
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def house(therapist: User, editor: User) -> dict[str, Entry]:
    """The default contact route, a disclaimer and a global red flag, live."""
    kinds = ["condition", "symptom", "treatment", "exercise", "prevention_strategy", "guide", "question"]
    texts = {
        "route": factories.ContactRouteFactory(slug="anywhere"),
        "disclaimer": factories.DisclaimerFactory(slug="not-a-diagnosis", applies_to=kinds),
        "global_flag": factories.RedFlagFactory(slug="cannot-bear-weight", urgency="emergency", is_global=True),
    }
    story.go_live(*texts.values())
    return texts


@pytest.fixture
def writing(therapist: User) -> Desk:
    """The therapist, signed in."""
    return at_desk(therapist)


@pytest.fixture
def reviewing(editor: User) -> Desk:
    """The editor, signed in."""
    return at_desk(editor)


@pytest.fixture
def draft(house: dict[str, Entry], therapist: User) -> Condition:
    """A condition that the therapist has saved and nobody has approved. Its red flag is live."""
    condition: Condition = ConditionFactory(slug="sore-hip", name="Sore hip")
    flag = condition.red_flags.get().red_flag
    story.go_live(flag)
    story.save(condition, by=therapist)
    return condition
