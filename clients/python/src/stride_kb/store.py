"""The copy on this device. Whatever it gives is read from there, so it is the same without a network."""

import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, overload

from pydantic import BaseModel
from stride_kb_api import ApiIndex, Vocabulary

from stride_kb.copy import Copy, Gone
from stride_kb.kinds import Document, name_of, read
from stride_kb.notices import SafetyWarning, news_for, warnings_of
from stride_kb.search import Hit, Index
from stride_kb.server import Server
from stride_kb.sync import Report, bring_up_to_date

Json = dict[str, Any]
T = TypeVar("T")
D = TypeVar("D", bound=BaseModel)
Found = list[T]  # inside the class, `list` is its own
OnNotices = Callable[[list[SafetyWarning]], object]

# The most urgent first. One that only a later version knows counts as the most urgent; none at all comes last.
URGENCIES = {"urgent": 1, "routine": 2, "self_care": 3, None: 4}
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """`synced_at`: the last good sync, or poll that said: nothing new."""

    is_empty: bool
    edition: str
    synced_at: datetime | None
    documents: int


def open(path: str | Path, *, base_url: str, locale: str | None = None, on_notices: OnNotices | None = None) -> "Store":
    """Opens what is kept in this file. Asks nothing of the network.

    `on_notices` is the hook for safety: it gets all that must be said now, whenever a look at the notices changed it.
    """
    return Store(Copy(Path(path)), base_url, locale, on_notices)


class Store(AbstractContextManager["Store"]):
    """Made by `open`. Threads may share it, and processes the file."""

    def __init__(self, copy: Copy, base_url: str, locale: str | None, on_notices: OnNotices | None) -> None:
        self._copy, self._base_url, self._locale, self._on_notices = copy, base_url, locale, on_notices
        self._warnings: dict[str, SafetyWarning] = {}
        self._index: Index | None = None
        self._mark: tuple[Any, ...] = ()
        self._lock = threading.RLock()

    @property
    def state(self) -> State:
        now = self._copy.position()
        synced_at = datetime.fromisoformat(now.synced_at) if now.synced_at else None
        return State(not now.cursor, now.edition, synced_at, now.documents)

    @property
    def warnings(self) -> Mapping[str, SafetyWarning]:
        """By document id: what must be said of it until the next good sync."""
        with self._lock:
            self._refresh()
            return self._warnings

    def vocabulary(self) -> Vocabulary | None:
        """The labels of enumerations, as they were at the last sync."""
        labels = self._copy.kept("labels")
        return Vocabulary.model_validate(labels["body"]) if labels else None

    def about(self) -> ApiIndex | None:
        """What the server said of itself at the last sync: its intended use, and where to report what could hurt."""
        said = self._copy.kept("about")
        return ApiIndex.model_validate(said) if said else None

    @overload
    def get(self, kind: type[D], slug_or_id: str) -> D | None: ...
    @overload
    def get(self, kind: str, slug_or_id: str) -> Document | None: ...
    def get(self, kind: type[BaseModel] | str, slug_or_id: str) -> BaseModel | None:
        """`get(Condition, "labral-tear")`. None also where a warning hides it."""
        row = self._copy.row(name_of(kind), slug_or_id)
        return read(row.kind, row.body) if row and row.id not in self._hidden() else None

    def gone(self, kind: type[BaseModel] | str, slug_or_id: str) -> Gone | None:
        """What became of an entry that is here no more."""
        return self._copy.gone(name_of(kind), slug_or_id)

    @overload
    def list(self, kind: type[D], where: Callable[[D], bool] = ...) -> Found[D]: ...
    @overload
    def list(self, kind: str, where: Callable[[Document], bool] = ...) -> Found[Document]: ...
    def list(self, kind: type[BaseModel] | str, where: Callable[[Any], bool] = lambda _: True) -> Any:
        """The most urgent first, then by name."""
        hidden = self._hidden()
        rows = [(row, row.json) for row in self._copy.rows(name_of(kind)) if row.id not in hidden]
        rows.sort(key=lambda pair: (URGENCIES.get(pair[1].get("urgency"), 0), *_by_name(pair[1])))
        documents = [read(row.kind, row.body) for row, _ in rows]
        return [document for document in documents if where(document)]

    def showing(self, id: str) -> Found[Document]:
        """The documents in which this one stands: what a treatment is used for, what a source is cited by."""
        hidden = self._hidden()
        rows = [row for row in self._copy.showing(id) if row.id not in hidden]
        return [read(row.kind, row.body) for row in sorted(rows, key=lambda row: _by_name(row.json))]

    def search(self, words: str, *, kinds: Collection[type[BaseModel] | str] = (), limit: int = 20) -> Found[Hit]:
        """Looks through the copy: names first, then other names, summaries and texts."""
        wanted = {name_of(kind) for kind in kinds}
        with self._lock:
            hidden = self._hidden()
            index = self._index = self._index or Index(self._copy.rows())
        return index.search(words, lambda row: row.id not in hidden and (not wanted or row.kind in wanted))[:limit]

    def sync(self, *, stop: threading.Event | None = None) -> Report:
        """Asks what is new and takes it, all or nothing. Raises `Offline`, `Refused`, `WrongCopy` or `Stopped`."""
        server = Server(self._base_url, self._locale, stop)
        with self._copy.alone():
            return bring_up_to_date(self._copy, server, self._locale or "", self._look)

    def forget(self) -> None:
        """Deletes the copy from this device."""
        self._copy.clear()

    def close(self) -> None:
        self._copy.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _look(self, looked: Json) -> None:
        """Keeps the notices, so that a restart without a network warns as well."""
        before = dict(self.warnings)
        self._copy.keep("notices", looked)
        now = self.warnings
        if self._on_notices and now != before:
            try:
                self._on_notices(list(now.values()))
            except Exception:
                LOG.exception("The hook for notices failed")  # and must not keep the newer words away

    def _refresh(self) -> None:
        """Sees what another process has done meanwhile."""
        position, looked = self._copy.position(), self._copy.kept("notices")
        mark = (position.revision, looked and (looked["feed"], looked["etag"], json.dumps(looked["items"])))
        if mark != self._mark:
            news = news_for(position, looked)
            self._warnings = warnings_of(news, self._copy.rows()) if news else {}
            self._index, self._mark = None, mark

    def _hidden(self) -> set[str]:
        return {id for id, warning in self.warnings.items() if warning.is_hidden}


def _by_name(document: Json) -> tuple[str, str]:
    return document["name"].casefold(), document["id"]
