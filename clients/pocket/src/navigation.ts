// Shows the view of the present address: title, focus and place on the page as people and screen readers expect them.
import { byId, nodes } from "./dom";
import { isSamePage, parse, toPlace, type Route } from "./routes";
import type { View } from "./pocket";

const SCROLL_REST = 150; // milliseconds; browsers refuse more than a few changes of the history a second

export class Navigation {
    private shown: Route | null = null;
    private turn = 0; // of the newest address; an older one that is slower is dropped
    private isOnTheWay = false; // somebody goes to a page that is not shown yet
    private hasArrived = false;

    constructor(private readonly viewOf: (route: Route) => Promise<View>) {}

    start(): Promise<void> {
        history.scrollRestoration = "manual"; // the browser would scroll before the page is there
        addEventListener("popstate", () => void this.open());
        let resting: ReturnType<typeof setTimeout>;
        addEventListener("scroll", () => {
            clearTimeout(resting);
            resting = setTimeout(rememberPlace, SCROLL_REST);
        });
        addEventListener("click", rememberPlace, { capture: true });
        byId("skip").addEventListener("click", (event) => {
            event.preventDefault(); // its address would be taken for a page
            byId("main").focus();
        });
        return this.open();
    }

    /** The present page anew, without moving its reader. */
    async refresh(): Promise<void> {
        const route = parse(location.hash);
        if (await this.show(route)) this.arrive(route);
    }

    private async open(): Promise<void> {
        const route = parse(location.hash);
        this.isOnTheWay = true;
        const isHere = isSamePage(this.shown, route);
        if ((isHere && route.section) || (await this.show(route))) this.arrive(route);
    }

    /** Once for each way, whoever has shown the page: news may come while it is made, and it is then made anew. */
    private arrive(route: Route): void {
        if (!this.isOnTheWay) return;
        this.isOnTheWay = false;
        const isFirst = !this.hasArrived;
        this.hasArrived = true;
        if (route.section && goToSection(route.section)) return;
        const top = Number(history.state?.top ?? 0);
        if (!isFirst) document.querySelector<HTMLElement>("#main h1")?.focus({ preventScroll: true });
        scrollTo({ top, behavior: "instant" });
    }

    /** False: another page was asked for meanwhile. */
    private async show(route: Route): Promise<boolean> {
        this.turn += 1;
        const turn = this.turn;
        const view = await this.viewOf(route);
        if (turn !== this.turn) return false;
        document.title = view.title === "Stride KB" ? view.title : `${view.title} · Stride KB`;
        replace(byId("main"), view);
        markPlace(route);
        offerContents(route);
        this.shown = route;
        return true;
    }
}

/** What has not changed stays, and so do focus and selection in it. */
function replace(main: HTMLElement, view: View): void {
    const fresh = document.createElement("main");
    fresh.append(...nodes(view.content));
    fresh.querySelector("h1")?.setAttribute("tabindex", "-1");
    if (fresh.innerHTML === main.innerHTML) return;
    const focused = main.contains(document.activeElement) ? document.activeElement?.id : "";
    main.replaceChildren(...fresh.childNodes);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function markPlace(route: Route): void {
    const here = `#/${route.place}`;
    for (const link of byId("nav").querySelectorAll("a")) {
        if (link.getAttribute("href") === here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }
}

/** On a phone the warning signs fill several screens; who comes back for the exercises need not scroll past them. */
function offerContents(route: Route): void {
    const jump = byId("jump");
    jump.hidden = !document.getElementById("section-contents");
    jump.setAttribute("href", toPlace(route.place, route.name, "contents"));
}

function goToSection(section: string): boolean {
    const heading = document.getElementById(`section-${section}`);
    heading?.scrollIntoView();
    heading?.focus({ preventScroll: true });
    return Boolean(heading);
}

function rememberPlace(): void {
    history.replaceState({ top: scrollY }, "");
}
