// What the reader chose, kept on this device: where to get help, how large, how light. Nothing about their health.

export interface Settings {
    region: string; // of a contact route; "" until one was chosen
    size: number; // 1 to 4
    colours: "system" | "light" | "dark";
}

const KEY = "stride-kb-pocket";
const UNTOUCHED: Settings = { region: "", size: 1, colours: "system" };

export const SIZES = [1, 2, 3, 4];
export const COLOURS = ["system", "light", "dark"] as const;

export function read(): Settings {
    try {
        return checked({ ...UNTOUCHED, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") });
    } catch {
        return { ...UNTOUCHED }; // no right to store, or something else under our name
    }
}

export function change(settings: Settings, changes: Partial<Settings>): void {
    Object.assign(settings, changes);
    apply(settings);
    try {
        localStorage.setItem(KEY, JSON.stringify(settings));
    } catch {
        // It holds until the page is closed.
    }
}

export function apply(settings: Settings): void {
    const root = document.documentElement;
    root.dataset["size"] = String(settings.size);
    root.dataset["colours"] = settings.colours;
}

function checked(found: Settings): Settings {
    return {
        region: typeof found.region === "string" ? found.region : "",
        size: SIZES.includes(found.size) ? found.size : UNTOUCHED.size,
        colours: COLOURS.includes(found.colours) ? found.colours : UNTOUCHED.colours,
    };
}
