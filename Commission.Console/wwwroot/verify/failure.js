// What can be wrong. The numbers are those of docs/formats/pack.md; the other verifiers end with the same ones.

export const Failure = Object.freeze({
    none: 0,
    unreadable: 1,
    usage: 2,
    signature: 3,
    witness: 4,
    inclusion: 5,
    link: 6,
    handshake: 7,
    handshakeSignature: 8,
    authority: 9,
    calculation: 10,
    statement: 11,
    consistency: 12,
    completeness: 13,
});

/** The word for a code, as commission-verify says it. */
export const WORDS = Object.freeze([
    "None", "Unreadable", "Usage", "Signature", "Witness", "Inclusion", "Link", "Handshake", "HandshakeSignature", "Authority", "Calculation",
    "Statement", "Consistency", "Completeness",
]);

/** Leaves a verification at the first thing that is wrong. */
export class Refuted extends Error {
    constructor(code, text) {
        super(text);
        this.code = code;
    }
}

export function require(holds, code, text) {
    if (!holds)
        throw new Refuted(code, text);
}
