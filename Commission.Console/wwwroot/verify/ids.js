// Ids: TypeIDs, and those that are derived from what they name. docs/formats/handshake.md, Ids.

import { concat, u32, utf8 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { Failure, require } from "./failure.js";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const LETTERS = 26;

/** Whether a text is an id with the prefix. */
export const isId = (prefix, text) => typeof text === "string" && text.startsWith(`${prefix}_`)
    && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length + 1));

export function id(prefix, node, name, code = Failure.unreadable) {
    require(isId(prefix, node?.[name]), code, `${name} is no id ${prefix}_`);
    return node[name];
}

export function typeId(prefix, bytes) {
    let number = bytes.reduce((sum, value) => sum << 8n | BigInt(value), 0n);
    let suffix = "";
    for (let i = 0; i < LETTERS; i++) {
        suffix = ALPHABET[Number(number & 31n)] + suffix;
        number >>= 5n;
    }
    return `${prefix}_${suffix}`;
}

export async function derive(prefix, domain, ...parts) {
    const framed = parts.map(part => utf8(part)).flatMap(part => [u32(part.length), part]);
    const bytes = (await sha256(concat(utf8(`${domain}\n`), ...framed))).slice(0, 16);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    return typeId(prefix, bytes);
}
