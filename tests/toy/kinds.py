"""The editing half of the drill."""

from kb.kinds import Kind, Rows, register
from kb.vocabulary.kinds import RELATED, SOURCED
from tests.toy.models import Drill

register(
    Kind(
        name="drill",
        model=Drill,
        columns=("slug", "name", "how", "minutes", *SOURCED),
        rows={"body_structures": Rows("targets", ("body_structure", "note")), "related": RELATED},
        problems=lambda wording: [] if wording["body_structures"] else ["It works on nothing."],
    )
)
