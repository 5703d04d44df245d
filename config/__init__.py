"""Settings, URLs and server entry points.

Whatever loads the settings loads this package first, so this is where the SQLite engine is chosen: later would be too
late, because Django keeps the engine that it finds.
"""

from config import sqlite_engine

sqlite_engine.choose()
