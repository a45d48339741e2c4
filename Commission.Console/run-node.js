// Verifies an evidence pack in Node with the modules that the page gives to browsers, word for word.
//
//     node run-node.js FILE --key VKEY [--witness VKEY …] [--checkpoint OLDER [--proof FILE]]
//
// Needs Node 20 or newer and nothing else. The exit code says what is wrong: docs/formats/pack.md.

import { open } from "node:fs/promises";
import { textOf } from "./wwwroot/verify/bytes.js";
import { Failure, Refuted, require, WORDS } from "./wwwroot/verify/failure.js";
import { proofOf } from "./wwwroot/verify/log.js";
import { readKey, readNoteBytes } from "./wwwroot/verify/note.js";
import { verifyPack } from "./wwwroot/verify/pack.js";
import { MAX_BYTES } from "./wwwroot/verify/pack-reader.js";

const OPTIONS = ["--key", "--witness", "--checkpoint", "--proof"];

/** At most one byte more than any file may have: the rest would be refused anyway. */
async function readBounded(path) {
    const file = await open(path).catch(error => {
        throw new Refuted(Failure.usage, error.message);
    });
    try {
        const { size } = await file.stat();
        const bytes = new Uint8Array(Math.min(size, MAX_BYTES + 1));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
        return bytes.subarray(0, bytesRead);
    } finally {
        await file.close();
    }
}

async function main([file, ...rest]) {
    require(file !== undefined, Failure.usage, "Say which pack to verify.");
    const given = Object.fromEntries(OPTIONS.map(name => [name, []]));
    for (let i = 0; i < rest.length; i += 2) {
        require(OPTIONS.includes(rest[i]) && i + 1 < rest.length, Failure.usage, `'${rest[i]}' is not understood, or its value is missing.`);
        given[rest[i]].push(rest[i + 1]);
    }
    const [older, proof] = [given["--checkpoint"][0], given["--proof"][0]];
    const trust = {
        keys: await Promise.all(given["--key"].map(key => readKey(key))),
        witnesses: await Promise.all(given["--witness"].map(key => readKey(key))),
        older: older === undefined ? null : readNoteBytes(await readBounded(older), Failure.usage),
        proof: proof === undefined ? null : proofOf(textOf(await readBounded(proof)), Failure.usage),
    };
    return verifyPack(await readBounded(file), trust);
}

let found;
try {
    found = await main(process.argv.slice(2));
} catch (error) {
    const code = error instanceof Refuted ? error.code : Failure.usage;
    found = { code, word: WORDS[code], text: error.message };
}
if (found.code === Failure.none) {
    const indented = texts => texts.flatMap(text => text.split("\n")).map(text => `  ${text}`);
    console.log(["VERIFIED", ...indented(found.shown), "Not shown:", ...indented(found.notShown)].join("\n"));
} else {
    console.error(`NOT VERIFIED (${found.word}): ${found.text}`);
}
process.exitCode = found.code;
