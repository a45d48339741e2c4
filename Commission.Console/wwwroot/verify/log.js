// Reads a book from whoever serves it: docs/formats/checkpoint.md, "Where to read". Nothing that comes from here is believed.

import { hash, textOf } from "./bytes.js";
import { Failure, require } from "./failure.js";
import { hashesOf, MAX_HASHES, tilePath, WIDTH } from "./tree.js";

const PATIENCE_MILLISECONDS = 20_000;
const MAX_NOTE = 65_536;
const MAX_BUNDLE = WIDTH * (2 + 65_535);
const MAX_JSON = 65_536;

/** The server gave no usable answer: nothing is shown to be wrong, and nothing to be right. */
export class Unanswered extends Error {
}

export class Log {
    constructor(book, base = "/log/") {
        this.address = `${base}${encodeURIComponent(book)}/`;
    }

    checkpoint() {
        return this.get("checkpoint", MAX_NOTE);
    }

    async keys() {
        return textOf(await this.get("keys", MAX_NOTE)).split("\n").filter(line => line.length > 0);
    }

    async tile(level, index, width) {
        const bytes = await this.get(`tile/${level}/${tilePath(index, width)}`, 32 * WIDTH);
        require(bytes.length === 32 * width, Failure.inclusion, `tile ${level}/${index} has another length than its hashes`);
        return hashesOf(bytes);
    }

    /** The leaves of a bundle, their bytes. */
    async leaves(index, width) {
        const bytes = await this.get(`tile/entries/${tilePath(index, width)}`, MAX_BUNDLE);
        const leaves = [];
        for (let at = 0; at < bytes.length;) {
            const length = at + 2 <= bytes.length ? bytes[at] << 8 | bytes[at + 1] : bytes.length;
            require(at + 2 + length <= bytes.length, Failure.inclusion, "a bundle ends within a leaf");
            leaves.push(bytes.subarray(at + 2, at + 2 + length));
            at += 2 + length;
        }
        require(leaves.length === width, Failure.inclusion, `a bundle has ${leaves.length} leaves instead of ${width}`);
        return leaves;
    }

    inclusion(index, size) {
        return this.proof(`proof/inclusion?index=${index}&size=${size}`);
    }

    consistency(first, second) {
        return this.proof(`proof/consistency?first=${first}&second=${second}`);
    }

    async proof(path) {
        return proofOf(textOf(await this.get(path, MAX_JSON))).hashes;
    }

    async get(path, max) {
        let answer;
        try {
            answer = await fetch(this.address + path, {
                cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
            });
        } catch {
            throw new Unanswered("The server did not answer.");
        }
        if (!answer.ok)
            throw new Unanswered(`The server answered ${answer.status} for ${this.address}${path}.`);
        return bounded(answer, max);
    }
}

async function bounded(answer, max) {
    const bytes = [];
    let length = 0;
    try {
        for await (const part of parts(answer.body.getReader())) {
            length += part.length;
            if (length > max)
                throw new Unanswered("The server's answer is too long.");
            bytes.push(part);
        }
    } catch (error) {
        throw error instanceof Unanswered ? error : new Unanswered("The server's answer broke off.");
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const part of bytes) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

// Streams are not iterable in every browser yet.
async function* parts(reader) {
    for (let next = await reader.read(); !next.done; next = await reader.read())
        yield next.value;
}

/** A consistency proof as the log's API gives it: sizes and hashes. */
export function proofOf(text, code = Failure.inclusion) {
    let said = null;
    try {
        said = JSON.parse(text);
    } catch {
        // Told below.
    }
    require(Array.isArray(said?.hashes) && said.hashes.length <= MAX_HASHES, code, "the proof is not what the log's API answers");
    return { first: said.first, second: said.second, hashes: said.hashes.map(each => hash(each, code)) };
}
