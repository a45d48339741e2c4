// SHA-256 and ECDSA P-256 of the browser itself (WebCrypto), and nothing else.

import { concat, equal } from "./bytes.js";

const SPKI_LENGTH = 91;
const SPKI_HEADER = Uint8Array.from([
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
    0x42, 0x00, 0x04,
]);
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SCALAR = 32;

/** Whether there is a WebCrypto: browsers have it on https and on localhost only. */
export const isAvailable = () => globalThis.crypto?.subtle !== undefined;

export async function sha256(...parts) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", parts.length === 1 ? parts[0] : concat(...parts)));
}

/** The key, or null when the bytes are no uncompressed P-256 key. */
async function importKey(spki) {
    if (spki.length !== SPKI_LENGTH || !equal(spki.subarray(0, SPKI_HEADER.length), SPKI_HEADER))
        return null;
    try {
        return await crypto.subtle.importKey("spki", spki, CURVE, false, ["verify"]);
    } catch {
        return null;
    }
}

export const isKey = async spki => await importKey(spki) !== null;

/** Whether a signature of 64 bytes, r and s, is the key's over the message. */
export async function verifyP1363(spki, signature, message) {
    const key = signature.length === 2 * SCALAR ? await importKey(spki) : null;
    return key !== null && crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
}

/** Whether a DER signature is the key's over the message. */
export async function verifyDer(spki, signature, message) {
    const plain = p1363Of(signature);
    return plain !== null && verifyP1363(spki, plain, message);
}

/**
 * r and s of a DER signature, 32 bytes each; null unless it is written in the one way that DER allows:
 * SEQUENCE of two INTEGERs, positive, shortest form, nothing after them.
 */
export function p1363Of(der) {
    if (der.length < 8 || der.length > 72 || der[0] !== 0x30 || der[1] !== der.length - 2)
        return null;
    const plain = new Uint8Array(2 * SCALAR);
    let at = 2;
    for (const end of [SCALAR, 2 * SCALAR]) {
        const length = der[at + 1];
        const number = der.subarray(at + 2, at + 2 + length);
        if (der[at] !== 0x02 || length === 0 || number.length !== length || number[0] & 0x80)
            return null;
        const padded = number[0] === 0 && length > 1;
        if (padded && !(number[1] & 0x80))
            return null;
        const digits = padded ? number.subarray(1) : number;
        if (digits.length > SCALAR)
            return null;
        plain.set(digits, end - digits.length);
        at += 2 + length;
    }
    return at === der.length ? plain : null;
}
