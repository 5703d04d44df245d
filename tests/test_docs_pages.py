"""The documentation's pages: they load nothing from elsewhere, and every error type leads to its explanation."""

import html
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from config.docs import GUIDES
from kb.admin.middleware import POLICY
from kb.api import problems

PAGES = ("/docs", "/docs/problems", *(f"/docs/{name}" for name in GUIDES))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere(reader, path):
    text = reader.get(path).content.decode()
    loaded = re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"([^\"]+)\"", text)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/"), address
        assert finders.find(address.removeprefix("/static/")), f"{address} is not there"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_to_the_strict_policy(reader, path):
    """No script or style is written into it, so the policy that every page has is enough."""
    response = reader.get(path)
    text = response.content.decode()
    assert response.headers["Content-Security-Policy"] == POLICY
    assert re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", text) == []
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_to_the_contract_the_api_and_the_desk(reader, path):
    text = reader.get(path).content.decode()
    for address in ("/docs", "/docs/problems", "/api/v1", "/api/v1/openapi.json", "/api/v1/openapi.yaml", "/admin/"):
        assert f'href="{address}"' in text


def test_the_reference_sends_the_contract_nowhere():
    """Swagger UI asks a validator on another host unless it is told not to."""
    script = Path(str(finders.find("kb/docs.js"))).read_text(encoding="utf-8")
    assert "validatorUrl: null" in script
    assert re.findall(r"https?://", script) == []


@pytest.mark.parametrize("type_", problems.ALL, ids=lambda type_: type_.name)
def test_an_error_type_is_explained_where_its_uri_leads(reader, type_):
    path, _, name = (problems.TYPE_BASE + type_.name).partition("#")
    [section] = re.findall(rf'<section id="{name}">(.*?)</section>', reader.get(path).content.decode(), re.DOTALL)
    assert html.escape(type_.title) in section
    example = json.loads(html.unescape(section.partition("<pre><code>")[2].partition("</code>")[0]))
    assert (example["type"], example["status"]) == (problems.TYPE_BASE + type_.name, type_.status)


def test_the_front_door_leads_to_the_reference(reader):
    assert reader.get("/").headers["Location"] == "/docs"
