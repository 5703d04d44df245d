"""One server, its editors, the network in front of it, and a device that has one of the two packages.

`make clients` makes what the packages ship. Where that was not done, these tests are skipped; in CI they fail.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from clients import compiled, generate
from config import environment
from tests.browser import chromium
from tests.packages import editors as desks
from tests.packages import in_browser
from tests.packages import network as networks
from tests.packages.editors import Editors
from tests.packages.in_browser import BrowserDevice
from tests.packages.in_python import PythonDevice
from tests.packages.network import Network
from tests.serving import Started, running

NewDevice = Callable[..., Any]
IN_CI = bool(os.environ.get("CI"))
NOT_MADE = pytest.mark.skip(reason="no clients of today: run `make clients`")
ONCE = pytest.mark.skip(reason="the same on either database, and it ran on SQLite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if __package__ in item.nodeid.replace("/", "."):
            if environment.text("DATABASE_URL"):
                item.add_marker(ONCE)
            elif not generate.is_made() and not IN_CI:
                item.add_marker(NOT_MADE)


@pytest.fixture(scope="package", params=["typescript", "python"])
def package(request: pytest.FixtureRequest) -> str:
    """Which of the two an app has. Each has a server of its own, so that the same things can happen to both."""
    return request.param


@pytest.fixture(scope="package")
def folder(package: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(package) / "data"


@pytest.fixture(scope="package")
def server(folder: Path) -> Iterator[Started]:
    assert generate.is_made(), "Run `make clients`."
    with running(folder) as started:
        yield started


@pytest.fixture(scope="package")
def editors(server: Started, folder: Path) -> Iterator[Editors]:
    with desks.at_desk(folder) as sitting:
        yield sitting


@pytest.fixture
def network(server: Started) -> Iterator[Network]:
    with networks.before(server.port) as network:
        yield network


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.opened() as started:
        yield started


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that has the npm package, compiled now."""
    folder = tmp_path_factory.mktemp("app")
    compiled.npm_package(folder / "dist")
    with in_browser.app_of(folder) as address:
        yield address


@pytest.fixture(scope="package")
def new_device(request: pytest.FixtureRequest, package: str, tmp_path_factory: Any) -> Iterator[NewDevice]:
    """Makes devices that hold nothing yet, behind this network."""
    if package == "python":

        def in_python(network: Network, **options: str) -> PythonDevice:
            return PythonDevice(tmp_path_factory.mktemp("device") / "kb.sqlite3", network.address, **options)

        yield in_python
        return
    app, numbers = request.getfixturevalue("app"), itertools.count()
    with request.getfixturevalue("browser").new_context() as context:

        def in_chromium(network: Network, **options: str) -> BrowserDevice:
            return BrowserDevice(context, app, network.address, f"kb-{next(numbers)}", **options)

        yield in_chromium


@pytest.fixture
def device(new_device: NewDevice, network: Network) -> Iterator[Any]:
    """One that holds nothing yet."""
    device = new_device(network)
    yield device
    device.closes()


@pytest.fixture
def synced(device: Any, network: Network) -> Any:
    """One that holds everything."""
    device.syncs()
    network.asked.clear()
    return device


@pytest.fixture(scope="package")
def library(new_device: NewDevice, server: Started) -> Iterator[Any]:
    """The same for all tests that only read."""
    with networks.before(server.port) as network:
        device = new_device(network)
        device.syncs()
        yield device
        device.closes()


@pytest.fixture
def live(server: Started) -> Callable[[], dict[str, str]]:
    """Id → version of all that the server would give to a new device now."""

    def read() -> dict[str, str]:
        page = server.get("/api/v1/sync?limit=500")
        arrays = [page[name] for name in page["state_digest"]]
        return {document["id"]: document["version"] for array in arrays for document in array}

    return read
