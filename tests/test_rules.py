"""Rules of the house that a machine can keep. Each failure says what to do."""

import re
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from kb import kinds, published
from kb.models.entry import Entry
from tests.factories import ENTRY_FACTORIES

PACKAGES = ("kb", "remedies", "conditions", "config")
LEVEL = {"auth": 0, "contenttypes": 0, "kb": 1, "remedies": 2, "conditions": 3}
PUBLISHED_TABLES = ("Document", "Slug", "Facet", "Link", "Edition", "Feed")
WRITES = ("create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create")
MAY_WRITE_THEM = {"kb/publishing.py", "kb/installation.py"}


def sources() -> list[Path]:
    root = Path(settings.BASE_DIR)
    return [path for package in PACKAGES for path in root.glob(f"{package}/**/*.py") if "migrations" not in path.parts]


def test_no_modules_import_each_other_in_a_circle():
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    circles = [
        f"{module} → {imported}"
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if module != imported and graph.chain_exists(importer=imported, imported=module)
    ]
    assert circles == []


def test_only_publishing_writes_the_published_tables():
    names, verbs = "|".join(PUBLISHED_TABLES), "|".join(WRITES)
    pattern = re.compile(rf"\b({names})\.objects\b[^\n]*\.({verbs})\(|\b({names})\(\s*(pk|entry|kind|document)\w*=")
    root = Path(settings.BASE_DIR)
    writers = {str(path.relative_to(root)) for path in sources() if pattern.search(path.read_text())}
    assert writers <= MAY_WRITE_THEM
    assert "kb/publishing.py" in writers, "the rule looks for something that is no longer there"


def test_no_relation_points_up():
    ours = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in LEVEL]
    upward = [
        f"{model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and LEVEL[field.related_model._meta.app_label] > LEVEL[model._meta.app_label]
    ]
    assert upward == []


def test_every_table_of_the_kernel_is_one_that_the_design_names():
    kernel = {model.__name__ for model in apps.get_models() if model.__module__.startswith("kb.models.")}
    assert kernel == {
        "Entry",
        "Revision",
        "Approval",
        "Release",
        "ReleaseItem",
        "Step",
        *PUBLISHED_TABLES,
    }, "A new table needs a decision record: docs/adr/"


def test_every_kind_has_both_halves_and_a_factory():
    halves = {kind.name for kind in kinds.all_kinds()}
    assert halves == {kind.kind for kind in published.all_kinds()} == set(ENTRY_FACTORIES)


def test_every_entry_model_is_a_registered_kind():
    children = {model for model in apps.get_models() if issubclass(model, Entry) and model is not Entry}
    assert children == {kind.model for kind in kinds.all_kinds()}


def test_ordering_always_ends_in_a_unique_column():
    """Two rows that compare equal would come in any order, another one on each database."""
    loose = []
    for model in apps.get_models():
        ordering = model._meta.ordering
        if model._meta.app_label in ("kb", "remedies", "conditions") and ordering:
            last = str(ordering[-1]).lstrip("-").removesuffix("_id")
            unique_together = [set(c.fields) for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
            columns = {str(column).lstrip("-").removesuffix("_id") for column in ordering}
            if last not in ("id", model._meta.pk.name) and not any(fields <= columns for fields in unique_together):
                loose.append(model.__name__)
    assert loose == []


def test_the_kernels_page_names_every_room():
    page = (Path(settings.BASE_DIR) / "kb" / "README.md").read_text()
    rooms = {path.stem for path in (Path(settings.BASE_DIR) / "kb").glob("*.py")} - {"__init__", "apps"}
    rooms |= {path.parent.name for path in (Path(settings.BASE_DIR) / "kb").glob("*/__init__.py")}
    rooms -= {"migrations", "management"}
    missing = {room for room in rooms if f"{room}`" not in page and f"{room}/" not in page}
    assert missing == set(), "Say in kb/README.md what happens there."


def test_the_drawn_map_of_packages_is_the_one_that_is_checked():
    pyproject = (Path(settings.BASE_DIR) / "pyproject.toml").read_text()
    layers = re.search(r'layers = \["config".*\]', pyproject)
    assert layers
    drawn = " ──▶ ".join(re.findall(r'"(\w+)"', layers[0]))
    assert drawn in (Path(settings.BASE_DIR) / "README.md").read_text()


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_module_can_be_read_in_one_pass(path):
    lines = path.read_text().splitlines()
    assert len(lines) <= 450, "Split it where it holds two things."
    assert not path.stem.endswith(("utils", "helpers")), "A module that is hard to name holds two things."
