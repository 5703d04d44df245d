"""What becomes of a document on phones, in words. In this order people want to know."""

from kb.planning import Effect

LABELS = {
    Effect.NEW: "New for readers",
    Effect.CHANGED: "Changed",
    Effect.GONE: "Gone: apps are told to remove it",
    Effect.RECOMPILED: "Sent again, because it shows something that changes",
}
