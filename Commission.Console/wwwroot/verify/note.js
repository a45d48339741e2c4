// Signed notes (C2SP signed-note), checkpoints (C2SP tlog-checkpoint) and verifier keys: docs/formats/checkpoint.md.

import { base64, equal, hex, textOf, utf8 } from "./bytes.js";
import { isKey, sha256, verifyDer } from "./crypto.js";
import { Failure, Refuted, require } from "./failure.js";

const MAX_BYTES = 65536;
const MAX_SIGNATURES = 100;
const MAX_NAME = 200;
const ECDSA = 0x02;
const LARGEST = 2n ** 63n;

const isName = name => name.length > 0 && name.length <= MAX_NAME && !/[\s\p{Cc}+]/u.test(name);

/** Reads a checkpoint with its signatures. */
export function readNote(text, code = Failure.unreadable) {
    require(typeof text === "string" && text.isWellFormed() && utf8(text).length <= MAX_BYTES, code, "not a note: too long, or no text");
    require(!/[\x00-\x09\x0b-\x1f]/.test(text), code, "not a note: it has control characters");
    const end = text.lastIndexOf("\n\n");
    require(end >= 0 && text.endsWith("\n"), code, "not a note: no signatures after an empty line");
    const lines = text.slice(end + 2).split("\n").slice(0, -1);
    require(lines.length >= 1 && lines.length <= MAX_SIGNATURES, code, `a note has 1 to ${MAX_SIGNATURES} signatures`);
    const signatures = lines.map(line => {
        const parts = line.split(" ");
        require(parts.length === 3 && parts[0] === "\u2014" && isName(parts[1]), code, "a signature line is malformed");
        const bytes = base64(parts[2], code);
        require(bytes.length > 4, code, "a signature is too short");
        return { name: parts[1], id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4), line };
    });
    const body = text.slice(0, end + 1);
    return { note: text, text: utf8(body), signatures, ...readCheckpoint(body, code) };
}

/** The same from bytes, as a server sends them. */
export function readNoteBytes(bytes, code = Failure.unreadable) {
    let text;
    try {
        text = textOf(bytes);
    } catch {
        throw new Refuted(code, "not a note: not UTF-8");
    }
    return readNote(text, code);
}

function readCheckpoint(body, code) {
    const lines = body.split("\n");
    require(lines.length === 4 && lines[0].length > 0 && lines[3] === "", code, "a checkpoint has three lines: origin, size and root");
    require(/^(0|[1-9][0-9]{0,18})$/.test(lines[1]) && BigInt(lines[1]) < LARGEST, code, "a checkpoint's size is a decimal number");
    require(BigInt(lines[1]) <= BigInt(Number.MAX_SAFE_INTEGER), code, "a book of that size cannot be checked here");
    const root = base64(lines[2], code);
    require(root.length === 32, code, "a root has 32 bytes");
    return { origin: lines[0], size: Number(lines[1]), root };
}

/** Reads a verifier key: name+id+base64. */
export async function readKey(text, code = Failure.usage) {
    const parts = text.split("+");
    require(parts.length >= 3 && isName(parts[0]), code, "a verifier key is name+id+base64");
    const bytes = base64(parts.slice(2).join("+"), code);
    require(bytes[0] === ECDSA, code, "the verifier key is not ECDSA P-256 (type 0x02)");
    const spki = bytes.slice(1);
    require(hex((await sha256(spki)).subarray(0, 4)) === parts[1], code, "the verifier key's id does not fit its key");
    require(await isKey(spki), code, "the verifier key holds no ECDSA P-256 key");
    return { name: parts[0], id: parts[1], spki, text };
}

/** Whether all lines in the key's name are its signatures, and there is one. */
export async function isSigned(note, name, key) {
    const mine = note.signatures.filter(each => each.name === name && each.id === key.id);
    for (const each of mine) {
        if (!await verifyDer(key.spki, each.signature, note.text))
            return false;
    }
    return mine.length > 0;
}

/** What comes before book and incarnation. One key serves all books of an installation. */
export function installationOf(origin) {
    const parts = origin.split("/");
    return parts.length >= 3 ? parts.slice(0, -2).join("/") : origin;
}

/** The book that an origin names, or null. */
export const bookOf = origin => origin.split("/").at(-2) ?? null;

/** The keys, of those that are trusted, that signed the checkpoint. */
export async function signersOf(note, keys) {
    const signers = [];
    for (const key of keys) {
        if (installationOf(key.name) === installationOf(note.origin) && await isSigned(note, note.origin, key))
            signers.push(key);
    }
    return signers;
}

export const isSameHead = (a, b) => a.size === b.size && equal(a.root, b.root);
