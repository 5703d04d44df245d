"""What every page of review has in common: the page that it is about as it stands, and the act that is to be done."""

import datetime
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils.safestring import SafeString

from kb import desk, kinds, workflow
from kb.admin import used
from kb.admin.act_forms import ActForm
from kb.admin.standing import Standing, standing_of
from kb.kinds import Kind
from kb.models.editing import Revision
from kb.models.entry import Entry
from kb.planning import Plan
from kb.workflow import Move

Said = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """One page of the library as one person sees it now. `chosen`: the older wording that they asked for, if any."""

    entry: Entry
    standing: Standing
    person: Any
    at: datetime.datetime
    query: Any
    chosen: Revision | None = None

    @property
    def kind(self) -> Kind:
        return kinds.get(self.entry.kind)

    @property
    def revision(self) -> Revision | None:
        """The wording that it is about."""
        return self.chosen or self.standing.newest

    @cached_property
    def used(self) -> dict[str, Any]:
        """Where it is used, as `admin/entry/used_list.html` wants it."""
        return used.listed(self.entry)

    @property
    def live_revision_id(self) -> int:
        return self.standing.live.revision_id if self.standing.live else 0


def scene_of(entry_id: Any, *, by: Any, at: datetime.datetime, query: Any) -> Scene:
    """`query` is what the address asks for: `revision`, an older wording's number; `into`, a page to merge into."""
    entry = desk.with_status(Entry.objects.filter(pk=entry_id)).get()
    number = query.get("revision", "")
    chosen = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        history = Revision.objects.filter(entry=entry, locale=desk.DEFAULT_LOCALE, number=int(number))
        chosen = history.select_related("entry").first()
    return Scene(entry, standing_of(entry), by, at, query, chosen)


class Act:
    """One thing to do with a page. `said` is what its form was filled in with; empty before."""

    move: ClassVar[Move]
    button: ClassVar[str]
    style: ClassVar[str] = "default"
    is_open_without_publishing: ClassVar[bool] = False
    """Whether it makes sense where publishing this page alone would be refused."""
    form: ClassVar[type[ActForm]]

    @property
    def name(self) -> str:
        return self.move.name

    def title(self, scene: Scene) -> str:
        return self.move.label

    def make_form(self, scene: Scene, data: Any) -> ActForm:
        return self.form(data, shown=self.shown(scene), entry=scene.entry)

    def shown(self, scene: Scene) -> dict[str, int]:
        """What the form carries hidden."""
        return {"revision": scene.revision.pk if scene.revision else 0, "live": scene.live_revision_id}

    def refusals(self, scene: Scene) -> list[str]:
        """Why it cannot be done at all as things stand, whatever is filled in."""
        stands = workflow.is_open(self.move, scene.standing.status, is_live=scene.standing.live is not None)
        return [] if stands else [f"The page is “{scene.standing.status.label.lower()}”, so this is not possible now."]

    def rehearse(self, scene: Scene, said: Said) -> Plan | None:
        """What phones would receive; None for what readers do not notice."""
        return None

    def to_read(self, scene: Scene, said: Said) -> list[str]:
        """What somebody must say that they have read before it is done, a sentence each."""
        return []

    def details(self, scene: Scene, said: Said, plan: Plan | None) -> dict[str, Any]:
        """What its page shows besides."""
        return {}

    def headline(self, scene: Scene, said: Said) -> dict[str, Any]:
        """What is shown of it even where it is refused."""
        return {}

    def is_done(self, scene: Scene, said: Said) -> bool:
        """Whether it was done already: by a first press of the same button."""
        return False

    def perform(self, scene: Scene, said: Said) -> None:
        raise NotImplementedError

    def done(self, scene: Scene, said: Said) -> SafeString | str:
        """What to tell afterwards; `scene` is how it stands then."""
        raise NotImplementedError


def digest(sentences: list[str]) -> str:
    """Names what somebody has read, so that nothing else counts as read."""
    return hashlib.sha256("\n".join(sentences).encode()).hexdigest()[:16]
