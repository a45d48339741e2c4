// A deal's handshakes: one chain, the right steps by the right people, each signed by whom it must be. docs/formats/handshake.md.

import { base64Url, equal, hash, hex, textOf, toBase64Url, utf8, ZERO } from "./bytes.js";
import { sha256, verifyDer, verifyP1363 } from "./crypto.js";
import { Failure, require } from "./failure.js";
import { derive, isId } from "./ids.js";
import { allow, canonical, integer, isObject, parse, text, time } from "./json.js";
import { STEPS } from "./leaf.js";
import { keyId } from "./pack-reader.js";
import { checkHeader, checkPayload } from "./payload.js";
import { hashesOf, isIncluded, leafHash, MAX_HASHES } from "./tree.js";

const MAX_LINES = 100_000;
const MAX_LINE = 16 * 1024;
const AUTHENTICATOR_HEADER = 37;
const USER_PRESENT = 1;

const wrong = (holds, words) => require(holds, Failure.handshake, words);
const unsigned = (holds, words) => require(holds, Failure.handshakeSignature, words);

/** Checks them all; gives the chain in order and the payloads by step. */
export async function checkHandshakes(pack, deal, leaves, isComplete) {
    wrong(leaves.every(leaf => leaf.deal === deal), `The pack holds handshakes of other deals than ${deal}.`);
    const found = {
        deal, relyingParty: pack.relyingParty, keys: new Map(pack.keys.map(key => [key.id, key])), used: new Set(), lines: new Map(),
        steps: Object.create(null), chain: chainOf(deal, leaves), passkey: false,
    };
    for (const [i, leaf] of found.chain.entries()) {
        const isLast = i === found.chain.length - 1;
        wrong(leaf.step === i + 1 || (leaf.step > 5 && i > 0 && i < 4 && isLast), `${STEPS[leaf.step]} is handshake ${i + 1} of ${deal}.`);
        await checkHandshake(leaf, found);
    }
    wrong(!isComplete || "H5" in found.steps, `${deal} has entries and not all five handshakes.`);
    unsigned(
        Array.from(found.keys.keys()).every(each => found.used.has(each)) && (pack.relyingParty !== undefined) === found.passkey,
        "The pack holds keys or a relying party that no handshake needs.");
    return found;
}

/** The handshakes in the order in which they name each other. */
function chainOf(deal, leaves) {
    const following = new Map();
    for (const leaf of leaves) {
        leaf.content = parse(leaf.payload, Failure.handshake);
        wrong(isObject(leaf.content), `A handshake of ${deal} is no object.`);
        const previous = hex(hash(leaf.content.previous, Failure.handshake));
        wrong(!following.has(previous), "Two handshakes follow the same one.");
        following.set(previous, leaf);
    }
    const chain = [];
    for (let next = following.get(hex(ZERO)); next !== undefined && chain.length < leaves.length; next = following.get(hex(next.handshake)))
        chain.push(next);
    wrong(chain.length > 0 && chain.length === leaves.length, `The handshakes of ${deal} are no chain: one is missing or was changed.`);
    return chain;
}

async function checkHandshake(leaf, found) {
    const [step, payload] = [STEPS[leaf.step], leaf.content];
    const envelope = parse(leaf.envelope, Failure.handshake);
    wrong(isObject(envelope), `The envelope of ${step} is no object.`);
    if (envelope.alg === "ES256-BULK")
        await addLine(envelope, found);
    if (envelope.alg === "ES256-BULK" || envelope.alg === "ES256-BULK-LINE") {
        const name = envelope.alg === "ES256-BULK" ? hex(await leafHash(base64Url(envelope.line, Failure.handshake))) : envelope.line;
        const stated = found.lines.has(name) ? await attested(leaf, name, found.lines.get(name)) : null;
        wrong(stated !== null && equal(canonical(stated), leaf.payload), `${step} is not in the bulk line that it names.`);
    } else {
        checkPayload(step, payload);
    }
    checkHeader(step, payload, found.deal);
    wrong(mayTake(step, payload, found.steps.H1), `${payload.actor} may not take ${step} of ${found.deal}.`);
    await checkSignature(step, leaf, envelope, found);
    found.steps[step] = payload;
}

function mayTake(step, payload, intent) {
    switch (step) {
        case "H1":
            return true;
        case "H3":
        case "H4":
            return payload.actor === intent.receiver;
        case "DECLINE":
            return payload.actor === intent.client || payload.actor === intent.receiver;
        case "WITHDRAWAL":
            return payload.actor === intent.client || payload.actor === intent.actor;
        default:
            return payload.actor === intent.client;
    }
}

async function addLine(envelope, found) {
    allow(envelope, "alg index key line lines path root service signature time", Failure.handshake);
    integer(envelope, "lines", Failure.handshake, 1, MAX_LINES);
    integer(envelope, "index", Failure.handshake, 0, MAX_LINES);
    wrong(isId("contact", envelope.service) && isId("key", envelope.key), "A bulk signature names nobody.");
    hash(envelope.root, Failure.handshake);
    time(envelope, "time", Failure.handshake);
    const bytes = base64Url(envelope.line, Failure.handshake);
    wrong(bytes.length <= MAX_LINE, "A bulk line is too long.");
    const line = parse(bytes, Failure.handshake);
    wrong(isObject(line), "A bulk line is no object.");
    found.lines.set(hex(await leafHash(bytes)), { line, service: envelope.service });
}

const LINE_STEPS = {
    H1: ["referredOn", "referrer", ["vertical", "product", "receiver", "client", "referredOn", "upline", "furtherUplines"]],
    H2: ["acknowledgedOn", "client", []],
    H3: ["intakeOn", "receiver", []],
    H4: ["settledOn", "receiver", ["settledOn", "settledValueMinor", "currency", "bases"]],
    H5: ["completedOn", "client", []],
    DECLINE: ["declinedOn", "receiver", []],
    WITHDRAWAL: ["withdrawnOn", "referrer", []],
};

/** The payload that the engine makes of a line; null when the line has no such step. */
async function attested(leaf, lineHash, { line, service }) {
    const step = STEPS[leaf.step];
    const [day, actor, own] = LINE_STEPS[step] ?? ["", "", []];
    if (!(day in line && actor in line))
        return null;
    const payload = Object.assign(Object.create(null), {
        version: 1, handshake: step, deal: await derive("deal", "commission/deal/v1", service, text(line, "key", Failure.handshake)), actor: line[actor],
        time: `${line[day]}T00:00:00.000Z`, previous: leaf.content.previous, attestedBy: service, line: lineHash,
    });
    for (const name of own.filter(each => each in line))
        payload[name] = line[name];
    if (step === "H1")
        Object.assign(payload, { businessKey: line.key, clientCommitment: hex(hash(leaf.content.clientCommitment, Failure.handshake)) });
    else if (step === "H3")
        payload.metOn = line[day];
    else if (step === "H5")
        payload.outcome = "confirmed";
    else if (leaf.step > 5)
        payload.reason = line.reason ?? "unspecified";
    return payload;
}

async function checkSignature(step, leaf, envelope, found) {
    unsigned((step === "EXPIRY") === (envelope.alg === "none"), `${step} is not signed.`);
    switch (envelope.alg) {
        case "none":
            allow(envelope, "alg by", Failure.handshake);
            wrong(envelope.by === "engine", `${step} is of nobody.`);
            return;
        case "ES256-BULK-LINE":
            allow(envelope, "alg line", Failure.handshake);
            return;
        case "ES256":
            allow(envelope, "alg key signature", Failure.handshake);
            break;
        case "WEBAUTHN-ES256":
            allow(envelope, "alg authenticatorData clientDataJSON key signature", Failure.handshake);
            break;
        default:
            wrong(envelope.alg === "ES256-BULK", `${step} has an unknown algorithm.`);
    }
    const key = await keyOf(step, leaf.content, envelope, found);
    found.used.add(key.id);
    unsigned(await isGood(key, leaf.payload, envelope, found), `The signature of ${step} does not verify.`);
}

/** The key that signed, which must be one of who must sign, valid at the time. */
async function keyOf(step, payload, envelope, found) {
    if ("key" in payload) {
        const brought = base64Url(payload.key, Failure.handshake);
        const id = await keyId(payload.actor, brought);
        if (id === envelope.key && !found.keys.has(id))
            found.keys.set(id, { id, owner: payload.actor, spki: brought, validFrom: payload.time, validTo: null });
    }
    const signer = payload.attestedBy ?? payload.actor;
    const key = found.keys.get(envelope.key);
    unsigned(key !== undefined && key.owner === signer, `${step} is signed with a key that is not of ${signer}.`);
    const when = envelope.alg === "ES256-BULK" ? envelope.time : payload.time;
    unsigned(key.validFrom <= when && (key.validTo === null || when < key.validTo), `${step} is signed with a key that was not valid then.`);
    return key;
}

async function isGood(key, payload, envelope, found) {
    const signature = base64Url(envelope.signature, Failure.handshake);
    if (envelope.alg === "ES256")
        return verifyP1363(key.spki, signature, payload);
    if (envelope.alg === "WEBAUTHN-ES256") {
        found.passkey = true;
        return isAssertion(key, payload, envelope, signature, found.relyingParty ?? "");
    }
    const { lines, root, service, index } = envelope;
    const path = base64Url(envelope.path, Failure.handshake);
    wrong(path.length % 32 === 0 && path.length <= 32 * MAX_HASHES, "A path is not whole hashes.");
    const leaf = await leafHash(base64Url(envelope.line, Failure.handshake));
    return await isIncluded(leaf, index, lines, hashesOf(path), hash(root, Failure.handshake))
        && verifyP1363(key.spki, signature, canonical({ key: key.id, lines, root, service, time: envelope.time, version: 1 }));
}

/** A passkey's assertion over the payload (W3C WebAuthn level 2, section 7.2). */
async function isAssertion(key, payload, envelope, signature, relyingParty) {
    const [authenticator, client] = [base64Url(envelope.authenticatorData, Failure.handshake), base64Url(envelope.clientDataJSON, Failure.handshake)];
    let said;
    try {
        said = JSON.parse(textOf(client));
    } catch {
        return false;
    }
    return said?.type === "webauthn.get" && said.challenge === toBase64Url(await sha256(payload))
        && authenticator.length >= AUTHENTICATOR_HEADER && equal(authenticator.subarray(0, 32), await sha256(utf8(relyingParty)))
        && (authenticator[32] & USER_PRESENT) !== 0
        && verifyDer(key.spki, signature, Uint8Array.of(...authenticator, ...await sha256(client)));
}
