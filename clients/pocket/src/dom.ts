// Builds elements. Text becomes text nodes and nothing else, so content cannot become code.

export type Child = Node | string | number | false | null | undefined | Child[];
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

/** `h("a", { href: "#/" }, "Home")`. A function is a listener; false, null and undefined leave an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Attributes = {},
    ...children: Child[]
): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") element.addEventListener(name, value);
        else if (value === true) element.setAttribute(name, "");
        else if (value !== false && value != null) element.setAttribute(name, String(value));
    }
    element.append(...nodes(children));
    return element;
}

export function nodes(children: Child[]): (Node | string)[] {
    return children.flatMap((child) => {
        if (Array.isArray(child)) return nodes(child);
        if (child === false || child == null || child === "") return [];
        return [child instanceof Node ? child : String(child)];
    });
}

/** The element of index.html that has this id. */
export function byId(id: string): HTMLElement {
    const found = document.getElementById(id);
    if (!found) throw new Error(`index.html lacks #${id}.`);
    return found;
}
