// What this browser keeps between visits: keys that are trusted, witnesses, and the newest checkpoint of each book.

const PLACE = "commission.chain.v1";

const nothing = () => ({ keys: [], witnesses: [], checkpoints: {} });

export class Memory {
    /** @param storage the browser's storage, or null where it has none: then it lasts as long as the page */
    constructor(storage) {
        this.storage = storage;
        this.reload();
    }

    /** Another tab may have kept something newer. */
    reload() {
        let found = null;
        try {
            found = JSON.parse(this.storage?.getItem(PLACE) ?? "null");
        } catch {
            // Not ours, or damaged: it is as if nothing had been kept, and the page says so.
        }
        const isOurs = Array.isArray(found?.keys) && Array.isArray(found.witnesses) && typeof found.checkpoints === "object";
        if (isOurs)
            this.kept = found;
        else
            this.kept ??= nothing();
    }

    get keys() {
        return this.kept.keys;
    }

    get witnesses() {
        return this.kept.witnesses;
    }

    get books() {
        return Object.keys(this.kept.checkpoints);
    }

    checkpoint(book) {
        return Object.hasOwn(this.kept.checkpoints, book) ? this.kept.checkpoints[book] : null;
    }

    addKey(text, how) {
        if (!this.keys.some(known => known.text === text))
            this.keys.push({ text, how });
        this.save();
    }

    trust(keys, witnesses) {
        this.kept.keys = keys.map(text => ({ text, how: "yours" }));
        this.kept.witnesses = witnesses;
        this.save();
    }

    keep(book, note) {
        this.kept.checkpoints[book] = { note, at: new Date().toISOString() };
        this.save();
    }

    forget() {
        this.kept = nothing();
        this.save();
    }

    save() {
        try {
            this.storage?.setItem(PLACE, JSON.stringify(this.kept));
        } catch {
            this.storage = null;
        }
    }

    get lasts() {
        return this.storage !== null;
    }
}

/** The browser's storage, or null where it is switched off. */
export function storageOf(scope) {
    try {
        return scope.localStorage;
    } catch {
        return null;
    }
}
