// The steps of a check, each with its state.

import { element, icon, STATE_WORDS } from "./dom.js";

/** The list of a check's steps, and how to tell it what became of one. */
export function stepList(steps) {
    const items = new Map(steps.map(([step, words]) => {
        const mark = element("span", { class: "mark" }, icon("waiting"));
        const [state, told] = [element("span", { class: "state" }, STATE_WORDS.waiting), element("span")];
        const line = element("div", {}, element("span", { class: "step" }, words), state, told);
        const item = element("li", { "data-step": step, "data-state": "waiting" }, mark, line);
        return [step, { item, mark, state, told }];
    }));
    return {
        list: element("ol", { class: "steps" }, ...Array.from(items.values(), each => each.item)),
        tell(step, state, words, code) {
            const each = items.get(step);
            each.item.dataset.state = state;
            each.mark.replaceChildren(icon(state));
            each.state.textContent = code === undefined ? STATE_WORDS[state] : `${STATE_WORDS[state]} (${code})`;
            each.told.textContent = words;
        },
    };
}
