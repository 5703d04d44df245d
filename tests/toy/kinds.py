"""The editing half of the drill."""

from kb.kinds import Kind, Rows, error, register
from kb.vocabulary.kinds import RELATED, SOURCED
from tests.toy.models import Drill

register(
    Kind(
        name="drill",
        model=Drill,
        columns=("slug", "name", "how", "minutes", *SOURCED),
        rows={"body_structures": Rows("targets", ("body_structure", "note")), "related": RELATED},
        findings=lambda wording: (
            [] if wording["body_structures"] else [error(("body_structures",), "It works on nothing.", "Say on what.")]
        ),
    )
)
