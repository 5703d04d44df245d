"""The kernel's tables: `entry` and `editing` belong to editors, `published` to readers."""

from kb.models.editing import Approval, Release, ReleaseItem, Revision
from kb.models.entry import Entry
from kb.models.published import Document, Facet, Feed, Link, Slug

__all__ = ["Approval", "Document", "Entry", "Facet", "Feed", "Link", "Release", "ReleaseItem", "Revision", "Slug"]
