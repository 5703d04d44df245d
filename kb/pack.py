"""Content packs: folders of YAML that a clinician can read and correct. One file a kind, links by slug.

`read` takes a pack or refuses it whole, with every error by file and line; `write` is its inverse, byte for byte.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Model

from kb import kinds, plain_yaml, published, wording
from kb.cleaning import Problem, Resolve, clean
from kb.constraints import Constraints
from kb.kinds import Kind, Wording
from kb.models.entry import Entry
from kb.plain_yaml import Lines

FORMAT = "stride-kb-pack/1"
MAX_BYTES = 20_000_000
PACK_FILE = "pack.yaml"
HEAD = ("format", "locale", "title")
TITLE_LENGTH = 200
NOT_CONTENT = ("facts.yaml",)
"""Stands beside the starter content, for its tests."""

Name = tuple[str, str]
"""What a link says: (kind, slug)."""


@dataclass
class Pack:
    """A pack that has been read and is sound: for each kind, wordings by the entry's UUID."""

    title: str
    locale: str
    wordings: dict[str, dict[UUID, Wording]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(entries) for entries in self.wordings.values())


@dataclass(frozen=True)
class Known:
    """What the database has: a pack may link to these entries, and may take the slugs of none."""

    entries: dict[Name, UUID] = field(default_factory=dict)
    once_live: dict[Name, UUID] = field(default_factory=dict)


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
    lines: Lines

    @property
    def slug(self) -> str:
        slug = self.data.get("slug")
        return slug.strip() if isinstance(slug, str) else ""

    def error(self, problem: Problem) -> PackError:
        """With the way to it, counted as people do: “labral-tear, causes 1, sources 2”."""
        steps = [f" {step + 1}" if isinstance(step, int) else f", {step}" for step in problem.place]
        where = "".join([self.slug or str(self.pk), *steps])
        return PackError(self.file, self.lines.of(problem.place), f"{where}: {problem.message}")


def read(folder: Path, known: Known, progress: Callable[[str], None] = lambda step: None) -> Pack:
    """Raises BadPack with all that is wrong."""
    reading = _Reading(folder, known)
    paths = sorted(
        path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.name not in NOT_CONTENT
    )
    reading.check_size(paths)
    pack = reading.head()
    for path in paths:
        if path.name != PACK_FILE:
            progress(f"Reading {path.name}")
            reading.file(path)
    progress("Checking links and rules")
    pack.wordings = reading.wordings()
    errors = reading.errors
    if errors:
        raise BadPack(sorted(set(errors)))
    return pack


def write(folder: Path, pack: Pack, names: dict[UUID, Name]) -> None:
    """`names` gives (kind, slug) of every entry that the pack names or links to. Removes files of kinds it lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"format": FORMAT, "locale": pack.locale, "title": pack.title}
    _write(folder / PACK_FILE, plain_yaml.dumped(head))
    for kind in kinds.all_kinds():
        entries = pack.wordings.get(kind.name, {})
        listed = [_entry_for_file(kind, pk, entries[pk], names) for pk in entries]
        listed.sort(key=lambda entry: str(entry["slug"]))
        if listed:
            _write(folder / file_name(kind), "\n".join(plain_yaml.dumped([entry]) for entry in listed))
        else:
            (folder / file_name(kind)).unlink(missing_ok=True)


def file_name(kind: Kind) -> str:
    return f"{published.get(kind.name).path}.yaml"


# Reading


class _Reading:
    """One pack while it is read: what its files say, and what is wrong with them."""

    def __init__(self, folder: Path, known: Known) -> None:
        self.folder = folder
        self.known = known
        self.errors: list[PackError] = []
        self.files = {file_name(kind): kind for kind in kinds.all_kinds()}
        self.said: list[_Said] = []
        self.unread: set[str] = set()

    def complain(self, file: str, line: int, message: str) -> None:
        self.errors.append(PackError(file, line, message))

    def check_size(self, paths: list[Path]) -> None:
        """Nothing of a pack that is too large is read at all."""
        sizes = {path: path.stat().st_size for path in paths if path.is_file()}
        if sum(sizes.values()) > MAX_BYTES:
            largest = max(sizes, key=lambda path: sizes[path])
            limit = f"{MAX_BYTES // 1_000_000} MB"
            raise BadPack([PackError(largest.name, 1, f"With this file, the pack is larger than {limit}. Split it.")])

    def head(self) -> Pack:
        pack = Pack("", "en")
        if not (self.folder / PACK_FILE).exists():
            self.complain(
                PACK_FILE, 1, f"There is no {PACK_FILE} in {self.folder.name}. It starts with: format: {FORMAT}"
            )
            return pack
        read = plain_yaml.read(self.folder / PACK_FILE, partial(self.complain, PACK_FILE))
        if read is None:
            return pack
        data, lines = read
        if not isinstance(data, dict):
            data = {}
        for key in data:
            if key not in HEAD:
                self.complain(
                    PACK_FILE, lines.of((key,)), f"There is no key “{key}” here. Known keys: {', '.join(HEAD)}."
                )
        for key, value in (("format", FORMAT), ("locale", pack.locale)):
            if data.get(key) != value:
                self.complain(PACK_FILE, lines.of((key,)), f"It must say “{key}: {value}”.")
        pack.title = str(data.get("title") or "")
        if not pack.title.isprintable() or not 0 < len(pack.title) <= TITLE_LENGTH:
            self.complain(
                PACK_FILE, lines.of(("title",)), f"It needs a title: a line of {TITLE_LENGTH} characters at most."
            )
        return pack

    def file(self, path: Path) -> None:
        kind = self.files.get(path.name)
        if kind is None:
            self.complain(path.name, 1, f"No kind has this file name. Known: {', '.join(sorted(self.files))}.")
            return
        read = plain_yaml.read(path, partial(self.complain, path.name))
        if read is None or not isinstance(read[0], list):
            self.unread.add(kind.name)
        if read is None:
            return
        entries, lines = read
        if not isinstance(entries, list):
            self.complain(path.name, lines.line, "The file must be a list; start each entry with “- id: …”.")
            return
        for index, data in enumerate(entries):
            self._entry(path.name, kind, data, lines.below(index))

    def _entry(self, file: str, kind: Kind, data: Any, lines: Lines) -> None:
        if not isinstance(data, dict):
            self.complain(file, lines.line, "An entry must be a list of “key: value” lines.")
            return
        said = data.pop("id", None)
        try:
            pk = UUID(said if isinstance(said, str) else "")
        except ValueError:
            self.complain(file, lines.of(("id",)), "id: every entry needs a UUID that never changes.")
            pk = uuid4()  # stands in, so that everything else can be checked
        self.said.append(_Said(file, kind, pk, data, lines))

    def wordings(self) -> dict[str, dict[UUID, Wording]]:
        """All entries, checked; call it when all files are read."""
        unreadable = {(error.file, error.line) for error in self.errors}  # one error says enough of such a line
        resolve = self._resolver(self._names())
        constraints = Constraints({said.pk for said in self.said})
        wordings: dict[str, dict[UUID, Wording]] = {}
        for said in self.said:
            cleaned, problems = clean(said.kind, said.data, resolve)
            problems += list(constraints.problems(said.kind, said.pk, cleaned, problems))
            self.errors += [error for error in map(said.error, problems) if (error.file, error.line) not in unreadable]
            wordings.setdefault(said.kind.name, {})[said.pk] = cleaned
        return wordings

    def _names(self) -> dict[Name, UUID]:
        """What each entry will be called after the load. Complains of ids and slugs that are taken."""
        first = {said.pk: said for said in reversed(self.said)}
        kind_of = {pk: kind for (kind, _), pk in self.known.entries.items()}
        others = {name: pk for name, pk in self.known.entries.items() if pk not in first}
        names: dict[Name, UUID] = {}
        for said in self.said:
            name = (said.kind.name, said.slug)
            is_second = first[said.pk] is not said
            if is_second:
                self._taken(said, "id", f"“{first[said.pk].slug}” in {first[said.pk].file} has the same id.")
            elif kind_of.get(said.pk, said.kind.name) != said.kind.name:
                self._taken(said, "id", f"This is the id of a {kind_of[said.pk]} here already.")
            if name in names:
                self._taken(said, "slug", "Another entry in this file has the same slug.")
            elif name in others:
                self._taken(said, "slug", "This slug belongs to another entry here already.")
            elif self.known.once_live.get(name, said.pk) != said.pk:
                self._taken(said, "slug", "Another entry was once published under this slug and keeps it for ever.")
            if said.slug:
                names.setdefault(name, uuid4() if is_second else said.pk)
        return others | names

    def _taken(self, said: _Said, key: str, message: str) -> None:
        self.errors.append(said.error(Problem((key,), message)))

    def _resolver(self, names: dict[Name, UUID]) -> Resolve:
        name_of = {kind.model: kind.name for kind in kinds.all_kinds()}

        def resolve(model: type[Entry], text: str) -> str | None:
            kind, _, slug = text.rpartition("/") if model is Entry else (name_of[model], "", text)
            if kind in self.unread:
                return str(uuid4())  # its file has errors of its own; a thousand dangling links would hide them
            found = names.get((kind, slug))
            return str(found) if found else None

        return resolve


# Writing


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _entry_for_file(kind: Kind, pk: UUID, said: Wording, names: dict[UUID, Name]) -> dict[str, Any]:
    listed: dict[str, Any] = {"id": str(pk), **_columns_for_file(kind.model, kind.columns, said, names)}
    for name, rows in kind.rows.items():
        if said[name]:
            model = kind.row_model(name)
            listed[name] = [_columns_for_file(model, rows.columns, row, names) for row in said[name]]
    return listed


def _columns_for_file(
    model: type[Model], columns: tuple[str, ...], said: Wording, names: dict[UUID, Name]
) -> dict[str, Any]:
    """Leaves out what goes without saying."""
    shown = {column: said[column] for column in columns if said[column] != wording.default_of(model, column)}
    return {column: _names_for(model, column, value, names) for column, value in shown.items()}


def _names_for(model: type[Model], column: str, value: Any, names: dict[UUID, Name]) -> Any:
    link = model._meta.get_field(column)
    if not link.is_relation:
        return value
    found = [names[UUID(pk)] for pk in (value if isinstance(value, list) else [value])]
    spelled = [f"{kind}/{slug}" if link.related_model is Entry else slug for kind, slug in found]
    return sorted(spelled) if isinstance(value, list) else spelled[0]
