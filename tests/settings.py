"""The real settings, on a throwaway database and with passwords that are quick to check."""

from config.settings import *  # noqa: F403  every setting that is not changed below is the real one
from config.settings import DATA_DIR, DATABASES

# Ordinary tests run in a transaction that only their own connection sees, so readers use that one; kb.reader locks it
# down around each request. Tests that need two real connections make them.
del DATABASES["public"]
PUBLIC_DATABASE = "default"

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: several threads and connections then meet the locks that they would meet in an installation.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    # One connection for each test thread is plenty, and a pool would hold on to a database that is to be dropped.
    del DATABASES["default"]["OPTIONS"]["pool"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
