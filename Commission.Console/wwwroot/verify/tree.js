// The Merkle tree of RFC 6962: docs/formats/checkpoint.md.

import { equal } from "./bytes.js";
import { sha256 } from "./crypto.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
export const WIDTH = 256;
export const HEIGHT = 8;
export const MAX_HASHES = 64;

export const leafHash = bytes => sha256(LEAF, bytes);

export const nodeHash = (left, right) => sha256(NODE, left, right);

export const emptyRoot = () => sha256(new Uint8Array(0));

// Sizes may be beyond 32 bits, where the bitwise operators end.
const isOdd = number => number % 2 === 1;
const half = number => Math.floor(number / 2);

/** Whether the path leads from the leaf's hash at its place to the root (RFC 9162 section 2.1.3.2). */
export async function isIncluded(leaf, index, size, path, root) {
    if (!(index >= 0 && index < size))
        return false;
    let [node, last, value] = [index, size - 1, leaf];
    for (const sibling of path) {
        if (last === 0)
            return false;
        if (isOdd(node) || node === last) {
            value = await nodeHash(sibling, value);
            while (!isOdd(node) && node !== 0)
                [node, last] = [half(node), half(last)];
        } else {
            value = await nodeHash(value, sibling);
        }
        [node, last] = [half(node), half(last)];
    }
    return last === 0 && equal(value, root);
}

/** Whether the later tree begins with the leaves of the earlier one (RFC 9162 section 2.1.4.2). */
export async function isConsistent(first, second, firstRoot, secondRoot, proof) {
    if (first < 0 || first > second)
        return false;
    if (first === 0)
        return proof.length === 0 && equal(firstRoot, await emptyRoot());
    if (first === second)
        return proof.length === 0 && equal(firstRoot, secondRoot);
    const hashes = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
    if (hashes.length === 0)
        return false;
    let [node, last] = [first - 1, second - 1];
    while (isOdd(node))
        [node, last] = [half(node), half(last)];
    let [early, late] = [hashes[0], hashes[0]];
    for (const hash of hashes.slice(1)) {
        if (last === 0)
            return false;
        if (isOdd(node) || node === last) {
            [early, late] = [await nodeHash(hash, early), await nodeHash(hash, late)];
            while (!isOdd(node) && node !== 0)
                [node, last] = [half(node), half(last)];
        } else {
            late = await nodeHash(late, hash);
        }
        [node, last] = [half(node), half(last)];
    }
    return last === 0 && equal(early, firstRoot) && equal(late, secondRoot);
}

function isPowerOfTwo(number) {
    while (number > 1 && !isOdd(number))
        number = half(number);
    return number === 1;
}

/** The root over hashes of equal height. */
export async function rootOf(hashes) {
    if (hashes.length === 0)
        return emptyRoot();
    if (hashes.length === 1)
        return hashes[0];
    let split = 1;
    while (split * 2 < hashes.length)
        split *= 2;
    return nodeHash(await rootOf(hashes.slice(0, split)), await rootOf(hashes.slice(split)));
}

/** The perfect subtrees of a tree, the largest first: height, and place among the nodes of that height. */
export function subtreesOf(size) {
    const subtrees = [];
    let from = 0;
    for (let height = 52; height >= 0; height--) {
        const leaves = 2 ** height;
        if (size - from >= leaves) {
            subtrees.push({ height, index: from / leaves });
            from += leaves;
        }
    }
    return subtrees;
}

/** The root from the roots of the perfect subtrees, the largest first. */
export async function foldSubtrees(roots) {
    let value = roots.at(-1);
    for (const left of roots.slice(0, -1).reverse())
        value = await nodeHash(left, value);
    return value;
}

/** A tile's place as C2SP tlog-tiles writes it: x001/x234/067, and .p/112 for its first 112 hashes. */
export function tilePath(index, width) {
    let place = String(index % 1000).padStart(3, "0");
    for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
        place = `x${String(rest % 1000).padStart(3, "0")}/${place}`;
    return width === WIDTH ? place : `${place}.p/${width}`;
}

export function hashesOf(bytes) {
    return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(32 * i, 32 * i + 32));
}
