// @ts-check
/** Decompression of cookies, compared with zlib. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

import { inflate } from "../lib/edge/session/inflate.mjs";

const LIMIT = 256 * 1024;
const require = createRequire(import.meta.url);

/** Inputs with different kinds of blocks: stored, fixed codes and dynamic codes. */
const INPUTS = [
  Buffer.alloc(0),
  Buffer.from("a"),
  Buffer.from("abcabcabcabcabcabc"),
  Buffer.from(JSON.stringify(require("../package.json"))),
  Buffer.alloc(LIMIT, "x"),
  Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))),
  Buffer.concat([
    Buffer.from(crypto.getRandomValues(new Uint8Array(40_000))),
    Buffer.from("0123456789".repeat(10_000)),
    Buffer.from(crypto.getRandomValues(new Uint8Array(40_000))),
  ]),
];

const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;

test("the output equals the input of zlib", () => {
  for (const input of INPUTS) {
    for (const level of [0, 1, 6, 9]) {
      for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
        const output = inflate(deflateRawSync(input, { level, strategy }), LIMIT);
        assert.ok(output && input.equals(output), `${input.length} bytes, ${level}, ${strategy}`);
      }
    }
  }
});

test("an output above the limit is rejected", () => {
  const exact = deflateRawSync(Buffer.alloc(LIMIT, "x"));
  assert.equal(inflate(exact, LIMIT)?.length, LIMIT);
  assert.equal(inflate(exact, LIMIT - 1), undefined);
  assert.equal(inflate(deflateRawSync(Buffer.alloc(50 * LIMIT)), LIMIT), undefined);
});

test("truncated and changed data have the result of zlib", () => {
  const input = Buffer.from(JSON.stringify(require("../package.json")));
  for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED]) {
    const compressed = deflateRawSync(input, { strategy });
    for (let at = 0; at < compressed.length; at += 1) {
      assert.equal(inflate(compressed.subarray(0, at), LIMIT), undefined);
      const changed = Buffer.from(compressed);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      let expected;
      try {
        expected = inflateRawSync(changed);
      } catch {
        // zlib also rejects codes that are not complete, so the output may differ only here.
        continue;
      }
      const output = inflate(changed, LIMIT);
      assert.ok(output && expected.equals(output), `byte ${at}`);
    }
  }
});
