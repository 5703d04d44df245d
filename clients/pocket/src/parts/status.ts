// How far a page can be trusted: who has reviewed it, in which language it is, and how old this copy is.
import type { AnyDocument, Review } from "stride-kb";
import { day, daysSince, isPast, time } from "../dates";
import { h, type Child } from "../dom";
import type { Pocket } from "../pocket";

const LONG_AGO = 7; // days

export function status(document: AnyDocument, pocket: Pocket): Child {
    const review = "review" in document ? document.review : undefined;
    const lines = [review && reviewed(review, pocket), language(document), age(pocket)].flat().filter(Boolean);
    if (!lines.length) return null;
    const isGood = review?.status === "reviewed" && lines.length === 1;
    return h(
        "div",
        { class: isGood ? "status good" : "status" },
        lines.map((line) => h("p", {}, line)),
    );
}

/** At the very top, where a page was not reviewed as a whole. */
export function inShort(document: AnyDocument): Child {
    const isDue = "review" in document && document.review?.status !== "reviewed";
    return (
        isDue &&
        h("span", {}, document.review?.status === "partly_reviewed" ? "Partly reviewed" : "Not reviewed by a clinician")
    );
}

function reviewed(review: Review, pocket: Pocket): Child[] {
    const role = pocket.labels.of("ReviewRole", review.role).toLowerCase() || "clinician";
    const who = `a ${role}${review.reviewed_on ? ` on ${day(review.reviewed_on)}` : ""}`;
    const words: Record<string, string> = {
        reviewed: `Reviewed by ${who}, with every warning sign and disclaimer on it.`,
        partly_reviewed: `Partly reviewed. ${who[0]?.toUpperCase()}${who.slice(1)} reviewed this page, but not every warning sign or disclaimer on it.`,
        unreviewed: "No clinician has reviewed this page yet.",
    };
    return [
        h("strong", {}, words[review.status] ?? "We cannot tell whether a clinician has reviewed this page."),
        isPast(review.stale_after) && `This review is out of date since ${day(review.stale_after ?? "")}.`,
        review.needs_clinical_review && "Its editors ask for a clinician to check it.",
        review.note && `Editors’ note: ${review.note}`,
    ];
}

function language(document: AnyDocument): Child[] {
    return [
        document.is_fallback &&
            `This page is not in your language yet. You see it in ${languageName(document.content_locale)}.`,
        document.translation_outdated && "This translation is older than the original. The newest wording may differ.",
    ];
}

function age({ store }: Pocket): Child {
    const { syncedAt } = store.state;
    if (!syncedAt || daysSince(syncedAt) < LONG_AGO) return null;
    return `This copy was last checked on ${time(syncedAt)}. Connect to see what has changed since.`;
}

function languageName(locale: string): string {
    try {
        return new Intl.DisplayNames("en", { type: "language" }).of(locale) ?? locale;
    } catch {
        return locale;
    }
}
