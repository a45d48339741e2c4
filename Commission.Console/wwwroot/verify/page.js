// The public chain page: brings the checks and the page together.

import { showBooks } from "./book-view.js";
import { isAvailable } from "./crypto.js";
import { Memory, storageOf } from "./memory.js";
import { showPacks } from "./pack-view.js";
import { showTrust } from "./trust-view.js";

const memory = new Memory(storageOf(globalThis));
const trust = showTrust(memory);

if (isAvailable()) {
    showBooks(memory, trust.refresh);
    showPacks(memory, trust.refresh);
} else {
    trust.say("This browser checks signatures only on https, or on localhost. Open the page there, or use commission-verify.");
}

for (const button of document.querySelectorAll("[data-copy]")) {
    if (navigator.clipboard === undefined)
        continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        const words = button.firstChild;
        words.data = "Copied";
        setTimeout(() => words.data = "Copy", 2000);
    });
}
