// The panel of keys that this browser trusts.

import { element } from "./dom.js";
import { readKey } from "./note.js";

const linesOf = area => area.value.split("\n").map(line => line.trim()).filter(line => line.length > 0);

const FIRST_USE = "Trusted on first use: compare the key with one that you get by another way.";

const item = (how, text) => element("li", {}, element("span", { class: "hint" }, how), element("code", {}, text));

export function showTrust(memory) {
    const [state, list, form, problem] = ["trust-state", "trust-keys", "trust-form", "trust-problem"].map(id => document.getElementById(id));

    function refresh() {
        const firstUse = memory.keys.some(key => key.how === "first use");
        const books = memory.books.length === 0 ? "" : ` Checkpoints are kept of: ${memory.books.join(", ")}.`;
        if (memory.keys.length === 0)
            state.textContent = "None yet. The first check takes the key that this server shows, and keeps it: trusted on first use.";
        else
            state.textContent = (firstUse ? FIRST_USE : "These are keys that you brought.") + books;
        if (!memory.lasts)
            state.textContent += " This browser keeps nothing for this page, so each visit is a first one.";
        list.replaceChildren(
            ...memory.keys.map(key => item(key.how === "yours" ? "brought by you" : key.how, key.text)),
            ...memory.witnesses.map(text => item("witness", text)));
        document.getElementById("trust-log").value = memory.keys.map(key => key.text).join("\n");
        document.getElementById("trust-witness").value = memory.witnesses.join("\n");
    }

    form.addEventListener("submit", async event => {
        event.preventDefault();
        const [keys, witnesses] = [linesOf(form.elements.keys), linesOf(form.elements.witnesses)];
        try {
            await Promise.all([...keys, ...witnesses].map(text => readKey(text)));
        } catch (error) {
            problem.textContent = `Nothing was changed: ${error.message}.`;
            problem.hidden = false;
            return;
        }
        problem.hidden = true;
        memory.trust(keys, witnesses);
        refresh();
    });
    document.getElementById("trust-forget").addEventListener("click", () => {
        memory.forget();
        problem.hidden = true;
        refresh();
    });
    document.getElementById("trust-panel").hidden = false;
    refresh();
    return {
        refresh,
        say(words) {
            state.textContent = words;
        },
    };
}
