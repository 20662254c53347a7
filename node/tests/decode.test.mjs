// @ts-check
/** Decoding of large responses in pieces: the result is the same as the protobuf runtime's. */
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
const { decodeInPieces } = require("scalekit-client/lib/runtime/decode/index");
const { PIECE, TEXT_PIECE } = require("scalekit-client/lib/runtime/decode/piece");
const { ListOrganizationsResponseSchema } = require("scalekit-client/v1/organizations");
const { ExecuteToolResponseSchema } = require("scalekit-client/v1/tools");

const PLAN = JSON.parse(readFileSync(join(ROOT, "tests/conformance/operations.json"), "utf8"));
const schemas = [...modules().values()]
  .flatMap((module) => Object.values(module))
  .filter((value) => value?.kind === "message");

/**
 * Compares values without showing the difference, which may have a megabyte.
 * @param {unknown} actual @param {unknown} expected @param {string} message
 */
function assertSame(actual, expected, message) {
  assert.ok(isDeepStrictEqual(actual, expected), message);
}

/** @param {any} schema @param {Uint8Array} bytes */
async function assertDecodesAsRuntime(schema, bytes) {
  assertSame(await decodeInPieces(schema, bytes), fromBinary(schema, bytes), schema.typeName);
}

/**
 * Creates a client of a service with a fixed response.
 * @param {string} path @param {unknown} response
 */
async function clientWithResponse(path, response) {
  const stub = await server();
  stub.json(path, response);
  return new ScalekitClient(stub.url, "skc_1", "secret");
}

const records = Array.from({ length: 4000 }, (_, n) => ({
  id: `org_${n}`,
  display_name: `Organization number ${n} ${"x".repeat(200)}`,
  external_id: `external-${n}`,
  metadata: { number: String(n) },
}));

test("a page of a megabyte is decoded completely", async () => {
  const response = { organizations: records, total_size: 4000, next_page_token: "next" };
  const client = await clientWithResponse("/api/v1/organizations", response);
  const listed = await client.organization.listOrganization({ pageSize: 4000 });
  assertSame(listed, fromJson(ListOrganizationsResponseSchema, response), "page");
});

test("a tool result of a megabyte is decoded completely, for any kind of JSON value", async () => {
  const text = "Zażółć gęślą jaźń 😀 ".repeat(40_000);
  for (const data of [
    { records },
    { text },
    { "": [null, [], {}], ["__proto__"]: { text, n: -1.5 } },
  ]) {
    const client = await clientWithResponse("/api/v1/execute_tool", {
      data,
      execution_id: "exec_1",
    });
    const executed = await client.tools.executeTool({
      toolName: "search",
      connectedAccountId: "ca_1",
    });
    assertSame(executed.data, data, "tool result");
    assert.equal(executed.executionId, "exec_1");
  }
});

test("a large response is decoded while a test has fake timers", { timeout: 30_000 }, async () => {
  const client = await clientWithResponse("/api/v1/organizations", { organizations: records });
  mock.timers.enable({ apis: ["setImmediate"] });
  try {
    assert.equal(
      (await client.organization.listOrganization({ pageSize: 4000 })).organizations.length,
      records.length,
    );
  } finally {
    mock.timers.reset();
  }
});

test("the event loop runs between two pieces", async () => {
  const data = {
    records: records.map(({ id, metadata }) => ({ id, metadata, tags: ["a", "b", null] })),
  };
  /** @type {[any, any, number][]} */
  const responses = [
    [
      ListOrganizationsResponseSchema,
      fromJson(ListOrganizationsResponseSchema, { organizations: records }),
      PIECE,
    ],
    [ExecuteToolResponseSchema, create(ExecuteToolResponseSchema, { data }), PIECE],
    [
      ExecuteToolResponseSchema,
      create(ExecuteToolResponseSchema, { data: { text: "ż".repeat(500_000) } }),
      TEXT_PIECE,
    ],
  ];
  for (const [schema, response, piece] of responses) {
    const bytes = toBinary(schema, response);
    let turns = 0;
    await decodeInPieces(schema, bytes, async () => void turns++);
    const expected = bytes.length / piece;
    assert.ok(
      turns > 0.9 * expected && turns < 1.1 * expected,
      `${turns} turns for ${bytes.length} bytes`,
    );

    // The same with the real event loop.
    let counted = 0;
    const count = () => void (counted++, (counting = setImmediate(count)));
    let counting = setImmediate(count);
    await decodeInPieces(schema, bytes);
    clearImmediate(counting);
    assert.ok(counted >= turns - 1, `${counted} of ${turns}`);
  }
});

test("every message type is decoded as the runtime decodes it", async () => {
  let large = 0;
  for (const schema of schemas) {
    for (let seed = 0; seed < 12; seed++) {
      const bytes = toBinary(schema, message(schema, random(seed)));
      await assertDecodesAsRuntime(schema, bytes);
      large += Number(bytes.length > TEXT_PIECE);
    }
  }
  assert.ok(schemas.length > 400 && large > 100, `${schemas.length} messages, ${large} large ones`);
});

test("every response of the conformance plan is decoded as the runtime decodes it", async () => {
  const registry = createRegistry(wkt.EmptySchema, ...schemas);
  for (const { response_type, cases } of PLAN.operations) {
    const schema = registry.getMessage(response_type) ?? assert.fail(response_type);
    for (const { response } of cases) {
      await assertDecodesAsRuntime(schema, toBinary(schema, fromJson(schema, response)));
    }
  }
});

test("features that the API does not use are decoded as the runtime decodes them", async () => {
  // Closed enums, explicit presence, packed lists, bytes.
  const descriptor = toBinary(
    wkt.FileDescriptorProtoSchema,
    wkt.file_google_protobuf_descriptor.proto,
  );
  await assertDecodesAsRuntime(wkt.FileDescriptorProtoSchema, descriptor);
  // Unknown fields.
  await assertDecodesAsRuntime(wkt.EmptySchema, descriptor);
  for (let seed = 0; seed < 100; seed++) {
    const next = random(seed);
    await assertDecodesAsRuntime(
      wkt.ValueSchema,
      toBinary(wkt.ValueSchema, fromJson(wkt.ValueSchema, json(next, 6))),
    );
    await assertDecodesAsRuntime(
      wkt.StructSchema,
      toBinary(wkt.StructSchema, fromJson(wkt.StructSchema, object(next, 6))),
    );
  }
});

test("a truncated response is rejected", async () => {
  const response = create(ExecuteToolResponseSchema, {
    data: { a: [1, "b", { c: true }], d: null },
    executionId: "exec_1",
  });
  const bytes = toBinary(ExecuteToolResponseSchema, response);
  let rejected = 0;
  for (let end = 0; end < bytes.length; end++) {
    const truncated = bytes.subarray(0, end);
    try {
      fromBinary(ExecuteToolResponseSchema, truncated);
    } catch {
      await assert.rejects(
        decodeInPieces(ExecuteToolResponseSchema, truncated),
        Error,
        `${end} bytes`,
      );
      rejected++;
      continue;
    }
    await assertDecodesAsRuntime(ExecuteToolResponseSchema, truncated);
  }
  assert.ok(rejected > bytes.length / 2);
});
