"""Query parameters, read strictly: what is not known, not single or not well formed is refused, never ignored."""

import base64
import binascii
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from kb.api.problems import BAD_PARAMETER, ApiProblem
from kb.published import Filter, PublishedKind
from kb.slugs import SLUG_SHAPE, UUID_SHAPE

# What a list may cost is bounded by these. MAX_QUERY only keeps parsing cheap: the longest query that they allow fits
# into it, and so does every `next` link.
MAX_IDS = 200
MAX_VALUES = 50
MAX_ALL_VALUES = 200
MAX_QUERY = 32_000
LIMIT_MAX = 200
LIMIT_DEFAULT = 50
SORTS = ("urgency", "name")
LOCALES = ("en",)
UUID_EXACT = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
ENCODED = re.compile(r"(?:[!-$&-~]|%[0-9A-Fa-f]{2})*")  # visible ASCII, in which % begins two hexadecimal digits
NOT_WELL_FORMED = "The query is not well formed: it must be name=value pairs, percent-encoded as UTF-8."


@dataclass(frozen=True)
class ListQuery:
    """A list request, understood. `canonical` is the same for requests that mean the same."""

    locale: str
    limit: int
    sort: str
    after: str
    ids: tuple[UUID, ...]
    filters: dict[str, tuple[str, ...]]

    def canonical(self, after: str | None = None) -> str:
        after = self.after if after is None else after
        pairs = [("locale", self.locale), ("limit", str(self.limit)), ("sort", self.sort)]
        pairs += [("id", str(pk)) for pk in self.ids]
        pairs += [(name, value) for name in sorted(self.filters) for value in self.filters[name]]
        return urlencode([*pairs, ("cursor", encode_cursor(self.sort, after))] if after else pairs)


def read_pairs(query_string: str, known: Iterable[str], repeatable: Iterable[str] = ()) -> dict[str, list[str]]:
    """Every parameter with its values, in the order given. Raises a problem that names what is wrong."""
    known, repeatable = list(known), set(repeatable)
    if len(query_string) > MAX_QUERY:
        raise bad("", f"The query is longer than {MAX_QUERY} characters. Ask for less at once.")
    if not ENCODED.fullmatch(query_string):
        raise bad("", NOT_WELL_FORMED)
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, strict_parsing=bool(query_string), errors="strict")
    except ValueError as error:
        raise bad("", NOT_WELL_FORMED) from error
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise _unknown(name, known)
        if name in values and name not in repeatable:
            raise bad(name, f"“{name}” may be given once only.")
        if "\x00" in value:
            raise bad(name, f"“{name}” holds a NUL character.")
        values.setdefault(name, []).append(value)
    return values


def read_locale(values: dict[str, list[str]]) -> str:
    return choice("locale", values.get("locale", [LOCALES[0]])[0], LOCALES)


def read_limit(values: dict[str, list[str]], *, default: int, most: int) -> int:
    text = values.get("limit", [str(default)])[0]
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > most:
        raise bad("limit", f"“limit” must be a whole number from 1 to {most}.")
    return int(text)


def read_list(kind: PublishedKind, query_string: str) -> ListQuery:
    """The parameters of a list of this kind."""
    filters = {filter_.name: filter_ for filter_ in kind.filters}
    known = ["locale", "limit", "sort", "cursor", "id", *filters]
    values = read_pairs(
        query_string, known, repeatable=["id", *(name for name in filters if not filters[name].is_flag)]
    )
    _bound([value for name in filters for value in values.get(name, [])])
    sort = choice("sort", values.get("sort", [SORTS[0]])[0], SORTS)
    ids = _ids(values.get("id", []))
    # Who names the entries wants them all: a batch comes whole unless a limit is given.
    default = LIMIT_MAX if ids else LIMIT_DEFAULT
    return ListQuery(
        locale=read_locale(values),
        limit=read_limit(values, default=default, most=LIMIT_MAX),
        sort=sort,
        after=decode_cursor(sort, values["cursor"][0]) if "cursor" in values else "",
        ids=ids,
        filters={name: _filter_values(filters[name], values[name]) for name in values if name in filters},
    )


def encode_cursor(sort: str, key: str) -> str:
    return base64.urlsafe_b64encode(f"{sort}\n{key}".encode()).decode().rstrip("=")


def decode_cursor(sort: str, cursor: str) -> str:
    """The key after which the page starts. A cursor belongs to the sorting that it was made for."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("\n", 1)
    except (binascii.Error, ValueError) as error:
        raise bad("cursor", "This cursor was not made by this API. Follow the `next` link of a list.") from error
    if not key or "\x00" in key or len(key) > 500 or encode_cursor(sort, key) != cursor:
        raise bad("cursor", "This cursor belongs to another list. Follow the `next` link of the list that you read.")
    return key


def choice(name: str, value: str, allowed: Iterable[str]) -> str:
    allowed = list(allowed)
    if value not in allowed:
        raise bad(name, f"“{name}” must be one of: {', '.join(allowed)}.{_did_you_mean(value, allowed)}")
    return value


def bad(name: str, detail: str) -> ApiProblem:
    return ApiProblem(BAD_PARAMETER, detail, parameter=name)


def is_uuid(text: str) -> bool:
    return bool(UUID_EXACT.fullmatch(text))


def _ids(texts: list[str]) -> tuple[UUID, ...]:
    if len(texts) > MAX_IDS:
        raise bad("id", f"At most {MAX_IDS} ids may be asked for at once.")
    for text in texts:
        if not is_uuid(text):
            raise bad("id", "“id” must be a UUID: 01234567-89ab-cdef-0123-456789abcdef.")
    return tuple(sorted({UUID(text) for text in texts}))


def _bound(values: list[str]) -> None:
    if len(values) > MAX_ALL_VALUES:
        raise bad("", f"All filters together may have {MAX_ALL_VALUES} values at most.")


def _filter_values(filter_: Filter, values: list[str]) -> tuple[str, ...]:
    if len(values) > MAX_VALUES:
        raise bad(filter_.name, f"“{filter_.name}” may be given {MAX_VALUES} times at most.")
    for value in values:
        _check_filter_value(filter_, value)
    return tuple(sorted({value.lower() if filter_.target else value for value in values}))


def _check_filter_value(filter_: Filter, value: str) -> None:
    if filter_.choices is not None:
        choice(filter_.name, value, filter_.choices.values)
    elif filter_.target:
        if not (is_uuid(value) or (SLUG_SHAPE.match(value) and not UUID_SHAPE.match(value) and len(value) <= 80)):
            raise bad(filter_.name, f"“{filter_.name}” must be a slug (hip-bursitis) or a UUID.")
    elif not re.fullmatch(filter_.pattern, value, re.ASCII):
        raise bad(filter_.name, f"“{filter_.name}” must match {filter_.pattern}.")


def _unknown(name: str, known: list[str]) -> ApiProblem:
    shown = name[:40]
    listed = ", ".join(sorted(known)) or "none"
    return bad(shown, f"There is no parameter “{shown}” here.{_did_you_mean(name, known)} Known: {listed}.")


def _did_you_mean(word: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(word[:40], known, n=1, cutoff=0.6)
    return f" Did you mean “{nearest[0]}”?" if nearest else ""
