"""Three standing people, the house texts that every clinical document needs, and a reader's client."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from kb.models.entry import Entry
from tests import factories, story
from tests.factories import PersonFactory

PACK = Path(settings.BASE_DIR) / "content" / "hip-pain"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """On PostgreSQL the reader's role belongs to the test database too."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django does not export its type
        call_command("prepare_reader", verbosity=0)


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
