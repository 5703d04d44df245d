"""`python -m config.server run [--setup]`: check that the server can start, make the database ready, serve.

This process never loads the applications. It looks at the machine, has `config.first_start` look at the database in a
process of its own, and then watches over the worker processes, which load the applications and answer.

Whatever keeps the server from starting is told in one line that says what to do, with exit code 78 (EX_CONFIG).
"""

import argparse
import http.client
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.checks.urls import check_resolver
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from config import environment, sqlite_engine


def main(arguments: list[str]) -> int:
    """Run this command line; what comes back is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.server")
    run_parser = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("run", help="check, then serve")
    run_parser.add_argument(
        "--setup",
        action="store_true",
        help="first bring the schema up to date; fill an empty installation with starter content and demo accounts",
    )
    options = parser.parse_args(arguments)
    try:
        return run(setup=options.setup)
    except ImproperlyConfigured as error:
        print(f"Stride KB cannot start: {error}", file=sys.stderr)
        return os.EX_CONFIG
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run(*, setup: bool) -> int:
    """Check, prepare and serve until told to stop."""
    # Until the server has handlers of its own: end the process that prepares the database too.
    signal.signal(signal.SIGTERM, _stop)
    _check_engine()
    environment.publish_due_every()  # a wrong one would be told by every worker only
    environment.snapshot_every()
    _check_data_folder(environment.data_dir())
    _free_address(environment.host(), environment.port())
    prepared = subprocess.run([sys.executable, "-m", "config.first_start", *(["--setup"] if setup else [])])
    if prepared.returncode:
        return prepared.returncode
    # Preparing may take a while, and on Linux two of these servers could share a port and each get half the requests.
    _serve(_free_address(environment.host(), environment.port()), environment.port())
    return 0


def _stop(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


def _check_engine() -> None:
    problem = None if environment.text("DATABASE_URL") else sqlite_engine.why_not()
    if problem:
        raise ImproperlyConfigured(problem)


def _check_data_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for kept in folder.glob("stride.sqlite3*"):
            kept.open("r+b").close()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the data folder {folder} is not writable ({error.strerror}): "
            "give this user the right to write there, or choose another folder with DATA_DIR."
        ) from error


def _free_address(host: str, port: int) -> str:
    """The numeric address to listen at, after making sure that nobody does."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as probe:
            # Without this, the connections of a server that was just stopped would still count as taking the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen()
    except OSError as error:
        raise ImproperlyConfigured(
            f"port {port} of {host} is not to be had ({error.strerror}): "
            "stop what uses it, or choose another with PORT (and HOST)."
        ) from error
    return str(where[0])


def _serve(address: str, port: int) -> None:
    # Forked workers would share the state of this process; started afresh, they are the same on Linux and macOS.
    multiprocessing.set_start_method("spawn")
    server = Granian(
        "config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        # Encryption, and with it HTTP/2, is the work of a proxy in front.
        http=HTTPModes.http1,
        # On SQLite one process with a few threads is enough: a read is one short query, and there is one writer anyway.
        workers=environment.workers(),
        blocking_threads=environment.THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        # Its warnings are advice on these settings, given at every start.
        log_level=LogLevels.error,
    )

    # A closed terminal stops the server like Ctrl-C, unless it was started with nohup; Granian would reload instead.
    stays = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN

    @server.on_startup
    def _when_the_terminal_closes() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN if stays else server.signal_handler_interrupt)

    threading.Thread(target=_announce, args=(address, port), daemon=True).start()
    server.serve(target_loader=_application, wrap_loader=False)


def _application() -> Any:
    """Runs in each worker: the WSGI application, in a process that stops with the one above it and not before."""
    # Out of the terminal's process group: Ctrl-C reaches only the process above, which lets requests finish.
    os.setpgid(0, 0)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    application = get_wsgi_application()
    # Loads every view now: a fault there stops the start, and the first reader does not wait for it.
    check_resolver(get_resolver())
    # Only now: they import models, which the process above must not.
    import_module("config.publisher").start()
    import_module("config.snapshotter").start()
    return application


def _stop_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _announce(address: str, port: int) -> None:
    """Print the addresses to open, once the server answers."""
    nearest = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    while not _answers(nearest, port):
        time.sleep(0.05)
    base = f"http://[{nearest}]:{port}" if ":" in nearest else f"http://{nearest}:{port}"
    print(
        "\nStride KB is running; Ctrl-C stops it.\n"
        f"  API    {base}/api/v1\n"
        f"  Docs   {base}/docs\n"
        f"  App    {base}/app\n"
        f"  Admin  {base}/admin/",
        flush=True,
    )


def _answers(address: str, port: int) -> bool:
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
