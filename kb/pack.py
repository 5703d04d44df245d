"""Content packs: folders of YAML that a clinician can read and correct. One file a kind, links by slug.

`read` takes a pack or refuses it whole, with every error by file and line; `write` is its inverse, byte for byte.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from kb import kinds, published, wording
from kb.kinds import Kind, Wording
from kb.models.entry import Entry

FORMAT = "stride-kb-pack/1"
MAX_BYTES = 20_000_000
PACK_FILE = "pack.yaml"
Progress = Callable[[str, int, int], None]


@dataclass
class Pack:
    """A pack that has been read and is sound: for each kind, wordings by the entry's UUID."""

    title: str
    locale: str
    wordings: dict[str, dict[UUID, Wording]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(entries) for entries in self.wordings.values())


@dataclass(frozen=True, order=True)
class PackError:
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadPack(Exception):
    def __init__(self, errors: list[PackError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


@dataclass(frozen=True)
class _Said:
    """One entry as it stands in a file, before its links are looked up."""

    file: str
    kind: Kind
    pk: UUID
    data: dict[str, Any]
    lines: "_Lines"


def read(folder: Path, known: dict[tuple[str, str], UUID]) -> Pack:
    """`known` are the entries that the database has, by (kind, slug): a pack may link to them. Raises BadPack."""
    errors: list[PackError] = []
    pack = _read_head(folder, errors)
    said = [entry for path in sorted(folder.glob("*.yaml")) for entry in _read_file(path, errors)]
    slugs = known | _own_slugs(said, known, errors)
    for entry in said:
        clean, problems = wording.clean(entry.kind, entry.data, _resolver(slugs))
        errors += [PackError(entry.file, entry.lines.of(p.place), f"{_spell(p.place)}{p.message}") for p in problems]
        pack.wordings.setdefault(entry.kind.name, {})[entry.pk] = clean
    if errors:
        raise BadPack(sorted(set(errors)))
    return pack


def write(folder: Path, pack: Pack, names: dict[UUID, tuple[str, str]]) -> None:
    """`names` gives (kind, slug) of every entry that the pack names or links to."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"format": FORMAT, "locale": pack.locale, "title": pack.title}
    (folder / PACK_FILE).write_text(_dumped(head), encoding="utf-8")
    for kind in kinds.all_kinds():
        entries = pack.wordings.get(kind.name, {})
        if entries:
            listed = [_entry_for_file(kind, pk, entries[pk], names) for pk in entries]
            listed.sort(key=lambda entry: str(entry["slug"]))
            text = "\n".join(_dumped([entry]) for entry in listed)
            (folder / file_name(kind)).write_text(text, encoding="utf-8")


def file_name(kind: Kind) -> str:
    return f"{published.get(kind.name).path}.yaml"


# Reading


def _read_head(folder: Path, errors: list[PackError]) -> Pack:
    path = folder / PACK_FILE
    if not path.is_file():
        errors.append(PackError(PACK_FILE, 1, f"There is no {PACK_FILE} in {folder.name}. It starts with: format: {FORMAT}"))
        return Pack("", "en")
    head, _ = _load(path, errors)
    if not isinstance(head, dict) or head.get("format") != FORMAT or head.get("locale") != "en":
        errors.append(PackError(PACK_FILE, 1, f"It must say “format: {FORMAT}”, “locale: en” and a title."))
        return Pack("", "en")
    return Pack(title=str(head.get("title", "")), locale="en")


def _read_file(path: Path, errors: list[PackError]) -> Iterator[_Said]:
    files = {file_name(kind): kind for kind in kinds.all_kinds()}
    if path.name == PACK_FILE or path.name == "facts.yaml":
        return
    if path.name not in files:
        errors.append(PackError(path.name, 1, f"No kind has this file name. Known: {', '.join(sorted(files))}."))
        return
    entries, lines = _load(path, errors)
    if not isinstance(entries, list):
        if lines is not None:
            errors.append(PackError(path.name, 1, "The file must be a list; start each entry with “- id: …”."))
        return
    assert lines is not None
    for index, data in enumerate(entries):
        entry = _entry_in_file(path.name, files[path.name], data, lines.below(index), errors)
        if entry:
            yield entry


def _entry_in_file(
    file: str, kind: Kind, data: Any, lines: "_Lines", errors: list[PackError]
) -> _Said | None:
    if not isinstance(data, dict):
        errors.append(PackError(file, lines.of(()), "An entry must be a list of “key: value” lines."))
        return None
    try:
        pk = UUID(str(data.pop("id", "")))
    except ValueError:
        errors.append(PackError(file, lines.of(("id",)), "id: every entry needs a UUID that never changes."))
        return None
    return _Said(file, kind, pk, data, lines)


def _own_slugs(
    said: list[_Said], known: dict[tuple[str, str], UUID], errors: list[PackError]
) -> dict[tuple[str, str], UUID]:
    slugs: dict[tuple[str, str], UUID] = {}
    ids: set[UUID] = set()
    kept = {pk for entry in said for pk in [entry.pk]}
    for entry in said:
        key = (entry.kind.name, str(entry.data.get("slug", "")))
        if entry.pk in ids:
            errors.append(PackError(entry.file, entry.lines.of(("id",)), "id: another entry has the same id."))
        owner = slugs.get(key) or known.get(key)
        if owner is not None and owner != entry.pk and (key in slugs or owner not in kept):
            errors.append(PackError(entry.file, entry.lines.of(("slug",)), f"slug: “{key[1]}” belongs to another entry."))
        ids.add(entry.pk)
        slugs[key] = entry.pk
    return slugs


def _resolver(slugs: dict[tuple[str, str], UUID]) -> wording.Resolve:
    names = {kind.model: kind.name for kind in kinds.all_kinds()}

    def resolve(model: type[Entry], text: str) -> str | None:
        kind, _, slug = text.rpartition("/") if model is Entry else (names[model], "", text)
        found = slugs.get((kind, slug))
        return str(found) if found else None

    return resolve


def _spell(place: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in place) + ": " if place else ""


# YAML: the plain part that JSON knows. Dates, “yes” and “no” stay text; aliases, tags and tabs are refused.


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(true|false)$", "tf"),
    ("int", r"^-?[0-9]+$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?$", "-0123456789"),
    ("null", r"^(null|)$", ["n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


class _Lines:
    """Where each value of a file stands: leads from a place in the data to a line."""

    def __init__(self, node: yaml.Node) -> None:
        self.node = node

    def below(self, step: str | int) -> "_Lines":
        if isinstance(self.node, yaml.SequenceNode) and isinstance(step, int) and step < len(self.node.value):
            return _Lines(self.node.value[step])
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                if key.value == step:
                    return _Lines(value) if value.value else _Lines(key)
        return self

    def of(self, place: tuple[str | int, ...]) -> int:
        found = self
        for step in place:
            found = found.below(step)
        return int(found.node.start_mark.line) + 1


def _load(path: Path, errors: list[PackError]) -> tuple[Any, _Lines | None]:
    text = _text_of(path, errors)
    if text is None:
        return None, None
    try:
        loader = _Loader(text)
        loader.name = path.name
        _refuse_aliases(path.name, text, errors)
        node = loader.get_single_node()
        if node is None:
            return [], None
        _refuse_repeated_keys(path.name, node, errors)
        return loader.construct_document(node), _Lines(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it is not YAML"
        errors.append(PackError(path.name, mark.line + 1 if mark else 1, f"This cannot be read: {problem}."))
        return None, None


def _text_of(path: Path, errors: list[PackError]) -> str | None:
    if path.stat().st_size > MAX_BYTES:
        errors.append(PackError(path.name, 1, f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split the pack."))
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        errors.append(PackError(path.name, 1, "The file is not UTF-8 text."))
        return None
    tabs = [number for number, line in enumerate(text.split("\n"), 1) if "\t" in line]
    errors += [PackError(path.name, number, "There is a tab here. Use spaces.") for number in tabs]
    return None if tabs else text


def _refuse_aliases(file: str, text: str, errors: list[PackError]) -> None:
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            errors.append(PackError(file, event.start_mark.line + 1, "Anchors (&) and aliases (*) are not used here. Write it out."))
        elif getattr(event, "tag", None):
            errors.append(PackError(file, event.start_mark.line + 1, "Tags (!) are not used here."))


def _refuse_repeated_keys(file: str, node: yaml.Node, errors: list[PackError]) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(file, item, errors)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                errors.append(PackError(file, key.start_mark.line + 1, f"The key “{key.value}” stands here twice."))
            seen.add(str(key.value))
            _refuse_repeated_keys(file, value, errors)


# Writing


class _Dumper(yaml.SafeDumper):
    """Block style, long text folded, lists indented: what a person would write."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None
    if "\n" in text:
        style = "|"
    elif len(text) > 80 and not re.search(r" {2}|^ | $", text):
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    """Short names stand on one line, everything else on a line each."""
    short = all(isinstance(item, str) and len(item) < 40 for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=bool(items) and short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def _dumped(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _entry_for_file(kind: Kind, pk: UUID, said: Wording, names: dict[UUID, tuple[str, str]]) -> dict[str, Any]:
    listed: dict[str, Any] = {"id": str(pk), **_columns_for_file(kind.model, kind.columns, said, names)}
    for name, rows in kind.rows.items():
        if said[name]:
            model = kind.row_model(name)
            listed[name] = [_columns_for_file(model, rows.columns, row, names) for row in said[name]]
    return listed


def _columns_for_file(
    model: Any, columns: tuple[str, ...], said: Wording, names: dict[UUID, tuple[str, str]]
) -> dict[str, Any]:
    """Leaves out what goes without saying."""
    shown = {column: said[column] for column in columns if said[column] != wording.default_of(model, column)}
    return {column: _names_for(model, column, value, names) for column, value in shown.items()}


def _names_for(model: Any, column: str, value: Any, names: dict[UUID, tuple[str, str]]) -> Any:
    link = model._meta.get_field(column)
    if not link.is_relation:
        return value
    found = [names[UUID(pk)] for pk in (value if isinstance(value, list) else [value])]
    spelled = [f"{kind}/{slug}" if link.related_model is Entry else slug for kind, slug in found]
    return sorted(spelled) if isinstance(value, list) else spelled[0]
