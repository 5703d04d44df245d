"""The tests. Importing this package gives them a data folder of their own, before any setting is read."""

import atexit
import os
import shutil
import tempfile

# What the developer has set must not change a test; only the choice of the database is taken from outside.
for _name in (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "HOST",
    "PORT",
    "PUBLIC_DATABASE_URL",
    "SECRET_KEY",
    "TRUST_PROXY",
    "WORKERS",
):
    os.environ.pop(_name, None)

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="stride-kb-tests-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
# Where the test server of tests.postgres keeps its lock, on systems that name no such folder.
os.environ.setdefault("XDG_RUNTIME_DIR", os.environ["DATA_DIR"])
