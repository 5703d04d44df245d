"""The guides for app developers: shown as pages, true of the starter content, and leading nowhere in vain."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from config.docs import GUIDES
from kb import loading
from tests import story
from tests.conftest import PACK

DOCS = Path(settings.BASE_DIR) / "docs"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Loaded once for all tests that ask for it."""
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load_starter(PACK, at=story.NOW)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_leads_only_to_what_this_server_has(reader, name):
    text = reader.get(f"/docs/{name}").content.decode()
    assert f'href="/docs/{name}" aria-current="page"' in text
    headings = set(re.findall(r'<h\d id="([^"]+)">', text))
    assert headings
    for address in re.findall(r'<a href="([^"]+)"', text):
        path, _, place = html.unescape(address).partition("#")
        if not path.startswith("http"):
            answer = reader.get(path)
            assert answer.status_code in (200, 301, 302), address
            assert not place or f'id="{place}"' in answer.content.decode(), address


def test_what_stands_in_the_repository_only_keeps_its_name_and_no_link(reader):
    text = reader.get("/docs/versioning").content.decode()
    assert "<em>ADR 0013</em> says how" in text
    assert ".md" not in re.sub(r"<code>.*?</code>", "", text)


def test_a_guide_that_is_not_there_is_not_found(reader):
    assert reader.get("/docs/measurements").status_code == 404


@pytest.mark.parametrize("name", GUIDES)
def test_each_command_of_a_guide_gets_an_answer(reader, name):
    for address in re.findall(r"'http://127\.0\.0\.1:8000(/[^']+)'", (DOCS / f"{name}.md").read_text(encoding="utf-8")):
        answer = reader.get(address)
        assert answer.status_code == 200, address
        assert json.loads(answer.content).get("items", True), f"{address} finds nothing"


def test_the_error_in_the_guide_is_the_one_that_is_given(reader):
    (said,) = re.findall(r"```json\n(.*?)```", (DOCS / "errors.md").read_text(encoding="utf-8"), re.DOTALL)
    told = json.loads(reader.get("/api/v1/conditions?tisue=bone").content)
    assert {name: told[name] for name in told if name != "detail"} == {
        name: value for name, value in json.loads(said).items() if name != "detail"
    }
    assert told["detail"].startswith(json.loads(said)["detail"])
