// A way to tell the editors of something that is wrong or could hurt somebody.
import { h, type Child } from "../dom";
import { outside } from "../markdown";
import type { Pocket } from "../pocket";

/** Nothing where the installation has named no address. `page`: what a mail begins with. */
export function report({ about }: Pocket, page: string): Child {
    const address = about?.report_unsafe_content ?? "";
    if (!/^(mailto:|https:)/.test(address)) return null;
    const subject = address.startsWith("mailto:") && !address.includes("?");
    const whole = subject ? `${address}?subject=${encodeURIComponent(page)}` : address;
    return h("p", { class: "report" }, "Is something here wrong or unsafe? ", outside(whole, "Tell the editors"));
}
