"""The YAML of pack files: the part that JSON knows. Dates, “yes” and “no” stay text; aliases, tags, tabs are refused.

What `dumped` writes, `read` reads back unchanged, and so does any other YAML reader.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Complain = Callable[[int, str], None]
"""Takes the line, counted from 1, and what is wrong there."""

MAX_DEPTH = 20
"""A pack goes five deep. Without a limit, a file of brackets would exhaust the stack."""

FOLD_FROM = 90
"""Longer texts get lines of their own; shorter ones fit into one with their key."""
WIDTH = 102
"""A line is broken after the word that passes this column."""

TEXT_TAG = "tag:yaml.org,2002:str"
LIST_TAG = "tag:yaml.org,2002:seq"


@dataclass(frozen=True)
class Lines:
    """Where each value of a file stands: leads from a place in the data to a line."""

    node: yaml.Node
    line: int

    def below(self, step: str | int) -> "Lines":
        """A value stands where its key does. What is not in the file stands where its nearest parent does."""
        if isinstance(self.node, yaml.SequenceNode) and isinstance(step, int) and step < len(self.node.value):
            return _lines(self.node.value[step])
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                if key.value == step:
                    return Lines(value, _line(key))
        return self

    def of(self, place: tuple[str | int, ...]) -> int:
        found = self
        for step in place:
            found = found.below(step)
        return found.line


def read(path: Path, complain: Complain) -> tuple[Any, Lines] | None:
    """A file's data and where it stands; None if it cannot be read. Complains of all that it can find in one pass."""
    text = _text_of(path, complain)
    if text is None:
        return None
    try:
        loader = _Loader(text, complain)
        node = loader.get_single_node()
        if node is None:
            complain(1, "The file is empty. Delete it, or write something in it.")
            return None
        _check_keys(node, complain)
        return loader.construct_document(node), _lines(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it is not YAML"
        complain(mark.line + 1 if mark else 1, f"This cannot be read: {problem}.")
        return None


def dumped(data: Any) -> str:
    """Block style, long text folded, short lists on one line: what a person would write."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


# Reading


class _Loader(yaml.SafeLoader):
    """Takes for numbers and truths only what YAML 1.1 takes for them, so nothing written plain changes its type."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def __init__(self, text: str, complain: Complain) -> None:
        super().__init__(text)
        self.complain = complain
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it untyped
        if self.depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="lists in lists go too deep", problem_mark=event.start_mark)
        if event.anchor:
            self.complain(_line(event), "Anchors (&) and aliases (*) are not used here. Write it out.")
            event.anchor = None
        if isinstance(event, yaml.AliasEvent):
            self.get_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it untyped
            where: Any = event.start_mark
            return yaml.ScalarNode(TEXT_TAG, "", where, where)
        if event.tag:
            self.complain(_line(event), "Tags (!) are not used here.")
            event.tag = None
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _name, _pattern, _first in (
    ("bool", r"(true|false)\Z", "tf"),
    ("int", r"-?(0|[1-9][0-9]{0,17})\Z", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+([eE][-+][0-9]+)?\Z", "-0123456789"),
    ("null", r"(null)?\Z", ["n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), list(_first))


def _text_of(path: Path, complain: Complain) -> str | None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        complain(1, "The file is not UTF-8 text. Save it as UTF-8.")
        return None
    except OSError as error:
        complain(1, f"The file cannot be read: {error.strerror}.")
        return None
    lines = text.split("\n")
    tabs = [number for number, line in enumerate(lines, 1) if "\t" in line]
    junk = [number for number, line in enumerate(lines, 1) if _Loader.NON_PRINTABLE.search(line)]
    for number in tabs:
        complain(number, "There is a tab here. Use spaces.")
    for number in junk:
        complain(number, "There is an invisible control character here. Remove it.")
    return None if tabs or junk else text


def _check_keys(node: yaml.Node, complain: Complain) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, complain)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key.start_mark)
            if key.value in seen:
                complain(_line(key), f"The key “{key.value}” stands here twice.")
            seen.add(key.value)
            key.tag = TEXT_TAG  # so that “1:” is the unknown key “1”
            _check_keys(value, complain)


def _lines(node: yaml.Node) -> Lines:
    return Lines(node, _line(node))


def _line(marked: Any) -> int:
    return int(marked.start_mark.line) + 1


# Writing


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None
    if text != text.strip() or re.search("[\u2028\u2029]", text):
        style = '"'  # the other styles lose some of these
    elif "\n" in text:
        style = "|"
    elif len(text) > FOLD_FROM and " " in text and "  " not in text:
        style = ">"
    return dumper.represent_scalar(TEXT_TAG, text, style=style)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    """Short names stand on one line, everything else on a line each."""
    are_short = all(isinstance(item, str) and len(item) < 40 for item in items)
    return dumper.represent_sequence(LIST_TAG, items, flow_style=bool(items) and are_short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
