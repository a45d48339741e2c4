// Bytes and their texts. Every text is read in its one canonical form: what is read is written so again.

import { Failure, require } from "./failure.js";

const encoder = new TextEncoder();
const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = STANDARD.slice(0, 62) + "-_";

export const ZERO = new Uint8Array(32);

export const utf8 = text => encoder.encode(text);

/** The text of UTF-8 bytes; throws on any that are none. A byte order mark is a character as others are. */
export const textOf = bytes => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export function concat(...parts) {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

export function equal(a, b) {
    return a.length === b.length && a.every((value, i) => value === b[i]);
}

export function u32(number) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
}

export const hex = bytes => Array.from(bytes, value => value.toString(16).padStart(2, "0")).join("");

/** 32 bytes from 64 lower-case hexadecimal digits. */
export function hash(text, code = Failure.unreadable) {
    require(typeof text === "string" && /^[0-9a-f]{64}$/.test(text), code, "not 64 hexadecimal digits");
    return Uint8Array.from({ length: 32 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** Base64 with padding, as signed notes have it. */
export function base64(text, code) {
    const bare = text.replace(/={1,2}$/, "");
    require(text.length % 4 === 0, code, "not base64");
    return decode(bare, STANDARD, code, "not base64");
}

export function toBase64(bytes) {
    const text = encode(bytes, STANDARD);
    return text + "=".repeat((4 - text.length % 4) % 4);
}

/** Base64url without padding, as packs and handshakes have it. */
export function base64Url(text, code = Failure.unreadable) {
    require(typeof text === "string", code, "not base64url");
    return decode(text, URL_SAFE, code, "not base64url");
}

export const toBase64Url = bytes => encode(bytes, URL_SAFE);

const codes = new Map([STANDARD, URL_SAFE].map(alphabet => {
    const table = new Int16Array(128).fill(-1);
    Array.from(alphabet, (letter, i) => table[letter.charCodeAt(0)] = i);
    return [alphabet, table];
}));

function decode(text, alphabet, code, problem) {
    const table = codes.get(alphabet);
    require(text.length % 4 !== 1, code, problem);
    const bytes = new Uint8Array(Math.floor(text.length * 3 / 4));
    let [bits, count, at] = [0, 0, 0];
    for (let i = 0; i < text.length; i++) {
        const place = text.charCodeAt(i);
        const value = place < 128 ? table[place] : -1;
        require(value >= 0, code, problem);
        bits = (bits << 6 | value) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes[at++] = bits >> count & 0xff;
        }
    }
    require((bits & (1 << count) - 1) === 0, code, `${problem}: stray bits`);
    return bytes;
}

function encode(bytes, alphabet) {
    let text = "";
    for (let i = 0; i < bytes.length; i += 3) {
        const group = bytes[i] << 16 | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0);
        const letters = Math.min(bytes.length - i, 3) + 1;
        for (let j = 0; j < letters; j++)
            text += alphabet[group >> 18 - 6 * j & 63];
    }
    return text;
}
