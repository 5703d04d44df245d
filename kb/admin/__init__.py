"""The editors' desk: Django's admin, with drafts, revisions and publishing.

Nothing is registered here, because settings name `kb.admin.apps` before any model exists. `kb.admin.apps` says what is.
"""
