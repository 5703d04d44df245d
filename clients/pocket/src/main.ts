// Starts the app: opens the copy, shows the page of the address, then asks for news.
import { open, type Report, type Warning } from "stride-kb";
import { SafetyAlerts, say } from "./announce";
import { Contacts } from "./contacts";
import { byId, h } from "./dom";
import { Installed } from "./installed";
import { Labels } from "./labels";
import { Navigation } from "./navigation";
import type { Pocket, View } from "./pocket";
import type { Route } from "./routes";
import { apply, read } from "./settings";
import { isNews, Syncing } from "./syncing";
import { about } from "./views/about";
import { article } from "./views/article";
import { first } from "./views/first";
import { help } from "./views/help";
import { home } from "./views/home";
import { ofKind, ofRegion } from "./views/lists";
import { search } from "./views/search";
import { settings } from "./views/settings";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/article.css";

const chosen = read();
apply(chosen);
void start();

async function start(): Promise<void> {
    let alerts: SafetyAlerts | null = null;
    const onNotices = (warnings: Warning[]): void => alerts?.show(warnings);
    const store = await open({ baseUrl: "", name: "stride-kb-pocket", onNotices });
    alerts = new SafetyAlerts(store);
    const syncing = new Syncing(store, (report) => void afterSync(pocket, report));
    const pocket: Pocket = {
        store,
        settings: chosen,
        syncing,
        labels: new Labels(await store.vocabulary()),
        about: await store.about(),
        contacts: await Contacts.of(store, chosen.region),
        refresh: () => navigation.refresh(),
    };
    const navigation = new Navigation((route) => view(pocket, route));
    await navigation.start();
    syncing.start();
    const installed = new Installed(() => offerNewer(installed));
    await installed.start();
}

/** Every address leads somewhere; before there is a copy, all lead to the way to get one. */
async function view(pocket: Pocket, route: Route): Promise<View> {
    const own: Record<string, (pocket: Pocket, route: Route) => Promise<View>> = {
        "": home,
        search,
        help,
        settings,
        about,
    };
    if (pocket.store.state.isEmpty && route.place !== "about") return first(pocket);
    if (route.place === "region") return ofRegion(pocket, route);
    if (route.name) return article(pocket, route);
    return (own[route.place] ?? ofKind)(pocket, route);
}

async function afterSync(pocket: Pocket, report: Report | null): Promise<void> {
    if (report) {
        pocket.labels = new Labels(await pocket.store.vocabulary());
        pocket.about = await pocket.store.about();
        pocket.contacts = await Contacts.of(pocket.store, pocket.settings.region);
        if (isNews(report)) say("The pages have been brought up to date.");
    }
    await pocket.refresh();
}

function offerNewer(installed: Installed): void {
    const button = h("button", { type: "button", click: () => installed.take() }, "Use it now");
    byId("newer").replaceChildren(h("p", {}, "A newer version of this app is here."), button);
    byId("newer").hidden = false;
}
