// Evidence packs: chosen or dropped, verified here, and sent nowhere.

import { element, verdict } from "./dom.js";
import { Failure } from "./failure.js";
import { proofOf } from "./log.js";
import { readKey, readNote } from "./note.js";
import { STEPS_OF_PACK, verifyPack } from "./pack.js";
import { MAX_BYTES } from "./pack-reader.js";
import { stepList } from "./steps.js";

const FIRST_USE = "Trusted on first use: the key came from this server. Compare it with one that you get by another way.";

export function showPacks(memory, refreshTrust) {
    const [form, drop, input, outcome] = ["pack-form", "pack-drop", "pack-file", "pack-outcome"].map(id => document.getElementById(id));
    let run = 0;

    async function show(file) {
        const mine = ++run;
        memory.reload();
        const steps = stepList(STEPS_OF_PACK);
        const head = element("div", {}, verdict("checking", file.name));
        outcome.replaceChildren(head, steps.list);
        outcome.hidden = false;
        outcome.dataset.state = "checking";
        const [state, parts] = await verified(file, form, memory, steps.tell);
        if (mine !== run)
            return;
        head.replaceChildren(...parts);
        outcome.dataset.state = state;
        refreshTrust();
    }

    form.hidden = false;
    form.addEventListener("submit", event => event.preventDefault());
    input.addEventListener("change", () => input.files.length > 0 && show(input.files[0]));
    for (const name of ["dragover", "dragleave", "drop"])
        drop.addEventListener(name, event => {
            event.preventDefault();
            drop.classList.toggle("over", name === "dragover");
        });
    drop.addEventListener("drop", event => event.dataTransfer.files.length > 0 && show(event.dataTransfer.files[0]));
}

async function verified(file, form, memory, tell) {
    let trust;
    try {
        trust = await trustOf(form, memory);
    } catch (error) {
        return ["error", [verdict("error", `Usage (${Failure.usage}). ${error.message}.`)]];
    }
    if (file.size > MAX_BYTES)
        return ["broken", [verdict("broken", `Unreadable (${Failure.unreadable}). A pack has at most 16 MiB.`)]];
    let bytes;
    try {
        bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
        return ["error", [verdict("error", "The file could not be read. Choose it again.")]];
    }
    const found = await verifyPack(bytes, trust.given, tell);
    if (found.code === Failure.usage)
        return ["error", [verdict("error", `${found.word} (${found.code}). ${found.text}`)]];
    if (found.code !== Failure.none)
        return ["broken", [verdict("broken", `Not verified: ${found.word} (${found.code}). ${found.text}`)]];
    if (trust.isFirstUse)
        memory.addKey(trust.given.keys[0].text, "first use");
    return ["holds", [verdict("holds", `Verified in this browser: ${file.name}`), ...told(found, trust.isFirstUse)]];
}

/** What the reader trusts. Without a key of its own, the browser takes the one that this page shows. */
async function trustOf(form, memory) {
    const shown = Array.from(document.querySelectorAll("[data-key]"), card => card.dataset.key).filter(text => text.length > 0);
    const isFirstUse = memory.keys.length === 0;
    const texts = isFirstUse ? shown.slice(0, 1) : memory.keys.map(key => key.text);
    const [older, proof] = [form.elements.older.value, form.elements.proof.value.trim()];
    return {
        isFirstUse: isFirstUse && texts.length > 0,
        given: {
            keys: await Promise.all(texts.map(text => readKey(text))),
            witnesses: await Promise.all(memory.witnesses.map(text => readKey(text))),
            older: older.trim() === "" ? null : readNote(`${older.trim()}\n`, Failure.usage),
            proof: proof === "" ? null : proofOf(proof, Failure.usage),
        },
    };
}

function told(found, isFirstUse) {
    const parts = [];
    if (isFirstUse)
        parts.push(element("p", { class: "note warn" }, FIRST_USE));
    parts.push(
        element("h3", {}, "What it says"), element("p", { class: "statement" }, found.statement),
        element("h3", {}, "Not shown"), element("ul", { class: "bullets" }, ...found.notShown.map(text => element("li", {}, text))));
    return parts;
}
