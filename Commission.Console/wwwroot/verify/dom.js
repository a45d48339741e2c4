// Small parts of the page.

const SVG = "http://www.w3.org/2000/svg";

/** An element with text and children; attributes by name. */
export function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes))
        made.setAttribute(attribute, value);
    made.append(...children);
    return made;
}

const SHAPES = {
    checking: [["circle", { cx: 8, cy: 8, r: 5.25, "stroke-dasharray": "3 3" }]],
    holds: [["circle", { cx: 8, cy: 8, r: 6, class: "fill" }], ["path", { d: "M5 8.2 7.2 10.4 11 6", class: "cut" }]],
    none: [["path", { d: "M4 8h8" }]],
    waiting: [["circle", { cx: 8, cy: 8, r: 5.25 }]],
    broken: [["path", { d: "M8 1.5 15 14H1z", class: "fill" }], ["path", { d: "M8 6v4M8 11.6v.6", class: "cut" }]],
    error: [["rect", { x: 2.5, y: 2.5, width: 11, height: 11, rx: 1.5 }], ["path", { d: "M8 5v4M8 10.6v.6" }]],
};

/** The shape of a state: told apart without colour. */
export function icon(state) {
    const svg = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ width: 16, height: 16, viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }))
        svg.setAttribute(name, value);
    for (const [name, attributes] of SHAPES[state]) {
        const shape = document.createElementNS(SVG, name);
        for (const [attribute, value] of Object.entries(attributes))
            shape.setAttribute(attribute, value);
        svg.append(shape);
    }
    return svg;
}

export const STATE_WORDS = Object.freeze({
    waiting: "Not checked", checking: "Checking", holds: "Holds", none: "None yet", broken: "Broken", error: "Error",
});

/** The headline of an outcome. */
export function verdict(state, words) {
    return element("p", { class: `verdict ${state}` }, icon(state), element("span", {}, element("strong", {}, STATE_WORDS[state]), " ", words));
}

/** A text to keep, whole, with a button that copies it. */
export function evidence(label, text) {
    const area = element("textarea", { class: "evidence", readonly: "", rows: "6", spellcheck: "false", "aria-label": label });
    area.value = text;
    const button = element("button", { type: "button" }, "Copy");
    button.addEventListener("click", async () => {
        area.select();
        await navigator.clipboard?.writeText(text);
        button.textContent = "Copied";
    });
    return element("div", { class: "evidence-box" }, element("p", { class: "hint" }, label), area, button);
}
