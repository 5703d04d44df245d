"""What one sync asks for, through the generated client.

Answers are given as they came: the generated objects would lose kinds that a later version adds.
"""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import stride_kb_api as api
import urllib3
from stride_kb_api.exceptions import ApiException

from stride_kb.errors import Offline, Refused, Stopped

Json = dict[str, Any]
PATIENCE = (10.0, 30.0)
"""Seconds to connect, and without a byte, after which a request is given up."""
AT_ONCE = 500
PIECE = 64 * 1024


class Answer(NamedTuple):
    """A JSON body, and its tag."""

    body: Json
    etag: str


class Server:
    def __init__(self, base_url: str, locale: str | None, stop: threading.Event | None) -> None:
        # Without retries of its own: a 503 is told at once.
        self._client = api.ApiClient(api.Configuration(host=base_url.rstrip("/"), retries=0))
        self._about, self._phones = api.AboutApi(self._client), api.ForPhonesApi(self._client)
        self._locale, self._stop = locale, stop
        self.requests = self.bytes = 0

    def index(self, tag: str) -> Answer | None:
        """None: the copy of which this is the tag is still right."""
        return self._json(self._about.get_index_without_preload_content, if_none_match=tag or None)

    def notices(self, tag: str) -> Answer | None:
        ask = self._phones.list_notices_without_preload_content
        return self._json(ask, locale=self._locale, if_none_match=tag or None)

    def vocabulary(self, tag: str) -> Answer | None:
        ask = self._about.get_vocabulary_without_preload_content
        return self._json(ask, locale=self._locale, if_none_match=tag or None)

    def snapshots(self) -> list[Json]:
        answer = self._json(self._phones.list_snapshots_without_preload_content, locale=self._locale)
        assert answer
        found: list[Json] = answer.body["items"]
        return found

    def changes(self, since: str) -> Json:
        query = {"since": since} if since else {"locale": self._locale}
        answer = self._json(self._phones.sync_content_without_preload_content, limit=AT_ONCE, **query)
        assert answer
        return answer.body

    def download(self, name: str, start: int) -> tuple[bool, Iterator[bytes]]:
        """A file from a byte on, piece by piece, and whether the server sent all of it."""
        ask = self._phones.download_snapshot_without_preload_content
        response = self._ask(ask, name=name, range=f"bytes={start}-" if start else None)
        assert response
        return response.status != 206, self._pieces(response)

    def _json(self, call: Callable[..., Any], **given: Any) -> Answer | None:
        response = self._ask(call, **given)
        if response is None:
            return None
        try:
            body = response.data
            self.bytes += len(body)
            return Answer(json.loads(body), response.headers.get("ETag", ""))
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            # It broke off, or somebody else answered, as the Wi-Fi of a hotel does.
            raise Offline("The server could not be reached.") from error

    def _ask(self, call: Callable[..., Any], **given: Any) -> urllib3.BaseHTTPResponse | None:
        self._look()
        self.requests += 1
        try:
            response: urllib3.BaseHTTPResponse = call(**given, _request_timeout=PATIENCE)
            if response.status == 304:
                response.drain_conn()
                return None
            if response.status >= 300:
                raise _refusal(response)
        except (urllib3.exceptions.HTTPError, ApiException) as error:
            raise Offline("The server could not be reached.") from error
        return response

    def _pieces(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            while piece := response.read1(PIECE):
                self._look()
                self.bytes += len(piece)
                yield piece
        except urllib3.exceptions.HTTPError as error:
            raise Offline("The download broke off; what came is kept.") from error

    def _look(self) -> None:
        if self._stop and self._stop.is_set():
            raise Stopped


def _refusal(response: urllib3.BaseHTTPResponse) -> Offline | Refused:
    is_problem = response.headers.get("Content-Type", "").startswith("application/problem+json")
    if not is_problem or response.status >= 500 or response.status == 429:
        return Offline(f"The server answered {response.status}.", _seconds(response.headers.get("Retry-After")))
    return Refused(api.Problem.model_validate_json(response.data))


def _seconds(said: str | None) -> int | None:
    """As a number of seconds, or until a date."""
    if not said:
        return None
    if said.isdecimal():
        return int(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0, round((until.astimezone(UTC) - datetime.now(UTC)).total_seconds()))
