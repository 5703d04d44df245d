"""Stride KB on the device: `with stride_kb.open("kb.sqlite3", base_url=…) as store:`, with or without a network.

The models are those of the generated client, `stride_kb_api`, which comes with this package.
"""

from stride_kb.copy import Gone, Replacement
from stride_kb.errors import Offline, Refused, Stopped, WrongCopy
from stride_kb.kinds import Document, OtherDocument
from stride_kb.notices import SafetyWarning
from stride_kb.search import Hit
from stride_kb.store import State, Store, open
from stride_kb.sync import Report

__all__ = [
    "Document",
    "Gone",
    "Hit",
    "Offline",
    "OtherDocument",
    "Refused",
    "Replacement",
    "Report",
    "SafetyWarning",
    "State",
    "Stopped",
    "Store",
    "WrongCopy",
    "open",
]
