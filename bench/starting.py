"""`python -m bench.starting`: a phone starts from the installation in DATA_DIR; `bench.first_start` makes some."""

import bench.configured  # isort: skip  # noqa: F401  models need Django set up

import gzip
import json
import sys
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from kb import snapshots
from tests.phone import Phone

MOST_REQUESTS = 3


class Counting:
    """The way to the server, in the codings that a phone asks for."""

    def __init__(self) -> None:
        self.client = Client(SERVER_NAME="localhost")
        self.sizes: list[int] = []

    def get(self, path: str) -> tuple[int, Any]:
        response = self.client.get(f"/api/v1{path}", headers={"Accept-Encoding": "gzip"})
        self.sizes.append(len(response.content))
        return response.status_code, json.loads(gzip.decompress(response.content))

    def download(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        response: Any = self.client.get(f"/api/v1{path}", headers=headers)
        body = b"".join(response.streaming_content)
        self.sizes.append(len(body))
        return response.status_code, body


def main() -> int:
    started = time.perf_counter()
    [snapshot] = snapshots.make(at=timezone.now())
    print(f"  made in {time.perf_counter() - started:.1f} s: {snapshot.documents} documents", end="")
    print(f", {snapshot.uncompressed_bytes:,} bytes, compressed {snapshot.bytes:,}")
    with_it, without = Counting(), Counting()
    Phone(with_it.get, download=with_it.download).sync()
    Phone(without.get).sync()
    for name, way in (("with it", with_it), ("without", without)):
        print(f"  first start {name}: {len(way.sizes)} requests, {sum(way.sizes):,} bytes compressed")
    return 0 if len(with_it.sizes) <= MOST_REQUESTS else 1


if __name__ == "__main__":
    sys.exit(main())
