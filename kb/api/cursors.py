"""How far a phone has come: an opaque cursor, which only this API makes and reads."""

import base64
import binascii
import re
from dataclasses import dataclass
from uuid import UUID

from kb.api.problems import BAD_PARAMETER, RESYNC_REQUIRED, ApiProblem

SHAPE = re.compile(r"1 ([0-9a-f]{32}) ([0-9a-f]{16}|) (0|[1-9][0-9]{0,17}) ([a-z]{2}(?:-[A-Z]{2})?) ([a-z_,]+|[*])")
OF_ANOTHER_VERSION = re.compile(r"[1-9][0-9]{0,3} [0-9a-f]{32} [ -~]*")
LONGEST = 1000
ALL = "*"


@dataclass(frozen=True)
class SyncCursor:
    """Everything up to `seq` was received, when the feed stood at the edition `mark`.

    `kinds` are sorted names; none are all kinds, with those that come later.
    """

    feed_id: UUID
    mark: str
    seq: int
    locale: str
    kinds: tuple[str, ...]

    def encoded(self) -> str:
        text = f"1 {self.feed_id.hex} {self.mark} {self.seq} {self.locale} {','.join(self.kinds) or ALL}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_sync_cursor(text: str, all_kinds: tuple[str, ...]) -> SyncCursor:
    """A problem for everything that `encoded` does not make. 410 for what another version of this program made."""
    try:
        padded = text[:LONGEST] + "=" * (-len(text[:LONGEST]) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _not_ours() from error
    match = SHAPE.fullmatch(decoded)
    if match is None and OF_ANOTHER_VERSION.fullmatch(decoded) and not decoded.startswith("1 "):
        raise _from_another_version()
    if match is None:
        raise _not_ours()
    feed_id, mark, seq, locale, kinds = match.groups()
    named = () if kinds == ALL else tuple(kinds.split(","))
    cursor = SyncCursor(UUID(feed_id), mark, int(seq), locale, named)
    if cursor.encoded() != text or list(cursor.kinds) != sorted(set(cursor.kinds)):
        raise _not_ours()
    if not set(cursor.kinds) <= set(all_kinds):
        raise _from_another_version()
    return cursor


def _from_another_version() -> ApiProblem:
    return ApiProblem(RESYNC_REQUIRED, "This cursor was made by another version of this API. Take everything again.")


def _not_ours() -> ApiProblem:
    detail = "This cursor was not made by this API. Use the `cursor` of the last answer, or leave `since` out."
    return ApiProblem(BAD_PARAMETER, detail, parameter="since")
