// @ts-check
/** Large answers are decoded in pieces, between which other work is done; they are what the runtime makes of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { mock, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { ScalekitClient } from "scalekit-client";

import { json, message, object, random } from "./support/generate.mjs";
import { ROOT } from "./support/programs.mjs";
import { modules } from "./support/schema.mjs";
import { server } from "./support/server.mjs";

const require = createRequire(import.meta.url);
const { create, createRegistry, fromBinary, fromJson, toBinary } = require("@bufbuild/protobuf");
const wkt = require("@bufbuild/protobuf/wkt");
const { decodeInPieces } = require("scalekit-client/lib/decode/index");
const { PIECE, TEXT_PIECE } = require("scalekit-client/lib/decode/piece");
const { ListOrganizationsResponseSchema } = require("scalekit-client/v1/organizations");
const { ExecuteToolResponseSchema } = require("scalekit-client/v1/tools");

const PLAN = JSON.parse(readFileSync(join(ROOT, "tests/conformance/operations.json"), "utf8"));
const schemas = [...modules().values()]
  .flatMap((module) => Object.values(module))
  .filter((thing) => thing?.kind === "message");

/** A difference is not shown, for it may be a megabyte. @param {unknown} one @param {unknown} other @param {string} what */
function same(one, other, what) {
  assert.ok(isDeepStrictEqual(one, other), what);
}

/** @param {any} schema @param {Uint8Array} bytes */
async function agrees(schema, bytes) {
  same(await decodeInPieces(schema, bytes), fromBinary(schema, bytes), schema.typeName);
}

/** A client of a service that always gives this answer. @param {string} path @param {unknown} answer */
async function answering(path, answer) {
  const stub = await server();
  stub.json(path, answer);
  return new ScalekitClient(stub.url, "skc_1", "secret");
}

const records = Array.from({ length: 4000 }, (_, n) => ({
  id: `org_${n}`,
  display_name: `Organization number ${n} ${"x".repeat(200)}`,
  external_id: `external-${n}`,
  metadata: { number: String(n) },
}));

test("a page of a megabyte arrives whole", async () => {
  const answer = { organizations: records, total_size: 4000, next_page_token: "next" };
  const client = await answering("/api/v1/organizations", answer);
  const listed = await client.organization.listOrganization({ pageSize: 4000 });
  same(listed, fromJson(ListOrganizationsResponseSchema, answer), "a page");
});

test("a tool's result of a megabyte arrives whole, whatever it consists of", async () => {
  const text = "Zażółć gęślą jaźń 😀 ".repeat(40_000);
  for (const data of [{ records }, { text }, { "": [null, [], {}], ["__proto__"]: { text, n: -1.5 } }]) {
    const client = await answering("/api/v1/execute_tool", { data, execution_id: "exec_1" });
    const executed = await client.tools.executeTool({ toolName: "search", connectedAccountId: "ca_1" });
    same(executed.data, data, "a result");
    assert.equal(executed.executionId, "exec_1");
  }
});

test("a large answer arrives under a test's fake timers", { timeout: 30_000 }, async () => {
  const client = await answering("/api/v1/organizations", { organizations: records });
  mock.timers.enable({ apis: ["setImmediate"] });
  try {
    assert.equal((await client.organization.listOrganization({ pageSize: 4000 })).organizations.length, records.length);
  } finally {
    mock.timers.reset();
  }
});

test("between two pieces the event loop turns", async () => {
  const data = { records: records.map(({ id, metadata }) => ({ id, metadata, tags: ["a", "b", null] })) };
  /** @type {[any, any, number][]} */
  const answers = [
    [ListOrganizationsResponseSchema, fromJson(ListOrganizationsResponseSchema, { organizations: records }), PIECE],
    [ExecuteToolResponseSchema, create(ExecuteToolResponseSchema, { data }), PIECE],
    [ExecuteToolResponseSchema, create(ExecuteToolResponseSchema, { data: { text: "ż".repeat(500_000) } }), TEXT_PIECE],
  ];
  for (const [schema, answer, piece] of answers) {
    const bytes = toBinary(schema, answer);
    let turns = 0;
    await decodeInPieces(schema, bytes, async () => void turns++);
    const wanted = bytes.length / piece;
    assert.ok(turns > 0.9 * wanted && turns < 1.1 * wanted, `${turns} turns for ${bytes.length} bytes`);

    // By itself, the event loop.
    let counted = 0;
    const count = () => void (counted++, (counting = setImmediate(count)));
    let counting = setImmediate(count);
    await decodeInPieces(schema, bytes);
    clearImmediate(counting);
    assert.ok(counted >= turns - 1, `${counted} of ${turns}`);
  }
});

test("every message decodes as the runtime decodes it", async () => {
  let large = 0;
  for (const schema of schemas) {
    for (let seed = 0; seed < 12; seed++) {
      const bytes = toBinary(schema, message(schema, random(seed)));
      await agrees(schema, bytes);
      large += Number(bytes.length > TEXT_PIECE);
    }
  }
  assert.ok(schemas.length > 400 && large > 100, `${schemas.length} messages, ${large} large ones`);
});

test("so does every answer of the plan", async () => {
  const registry = createRegistry(wkt.EmptySchema, ...schemas);
  for (const { response_type, cases } of PLAN.operations) {
    const schema = registry.getMessage(response_type) ?? assert.fail(response_type);
    for (const { response } of cases) {
      await agrees(schema, toBinary(schema, fromJson(schema, response)));
    }
  }
});

test("so does what the API has none of", async () => {
  // Closed enums, explicit presence, packed lists, bytes; as text, maps of messages.
  const descriptor = toBinary(wkt.FileDescriptorProtoSchema, wkt.file_google_protobuf_descriptor.proto);
  await agrees(wkt.FileDescriptorProtoSchema, descriptor);
  // Fields that the schema does not know.
  await agrees(wkt.EmptySchema, descriptor);
  for (let seed = 0; seed < 100; seed++) {
    const next = random(seed);
    await agrees(wkt.ValueSchema, toBinary(wkt.ValueSchema, fromJson(wkt.ValueSchema, json(next, 6))));
    await agrees(wkt.StructSchema, toBinary(wkt.StructSchema, fromJson(wkt.StructSchema, object(next, 6))));
  }
});

test("what breaks off is refused", async () => {
  const answer = create(ExecuteToolResponseSchema, { data: { a: [1, "b", { c: true }], d: null }, executionId: "exec_1" });
  const bytes = toBinary(ExecuteToolResponseSchema, answer);
  let refused = 0;
  for (let end = 0; end < bytes.length; end++) {
    const broken = bytes.subarray(0, end);
    try {
      fromBinary(ExecuteToolResponseSchema, broken);
    } catch {
      await assert.rejects(decodeInPieces(ExecuteToolResponseSchema, broken), Error, `${end} bytes`);
      refused++;
      continue;
    }
    await agrees(ExecuteToolResponseSchema, broken);
  }
  assert.ok(refused > bytes.length / 2);
});
