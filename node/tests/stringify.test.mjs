// @ts-check
/** Responses as JSON text: 64-bit integers are written as strings. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { inspect } from "node:util";

import { ScalekitClient } from "scalekit-client";

import { message, random } from "./support/generate.mjs";
import { modules } from "./support/schema.mjs";
import { server } from "./support/server.mjs";

const require = createRequire(import.meta.url);
const { create, equals, fromBinary, toBinary } = require("@bufbuild/protobuf");
const { timestampDate, TimestampSchema } = require("@bufbuild/protobuf/wkt");
const { decodeInPieces } = require("scalekit-client/lib/runtime/decode/index");
const { stringifiable } = require("scalekit-client/lib/runtime/stringify");
const { GetOrganizationResponseSchema } = require("scalekit-client/v1/organizations");

const stub = await server();
const client = new ScalekitClient(stub.url, "skc_1", "secret");
const record = {
  id: "org_1",
  display_name: "Acme",
  create_time: "2026-01-02T03:04:05.5Z",
  update_time: "2026-01-02T03:04:05Z",
};
const CREATED = { $typeName: "google.protobuf.Timestamp", seconds: "1767323045", nanos: 500000000 };

async function organization() {
  stub.json("/api/v1/organizations/org_1", { organization: record });
  const response = await client.organization.getOrganization("org_1");
  return { response, organization: /** @type {any} */ (response.organization) };
}

test("a response, its messages and copies of them can be stringified", async () => {
  const { response, organization: acme } = await organization();
  const whole = JSON.parse(JSON.stringify(response));
  assert.equal(whole.organization.displayName, "Acme");
  assert.deepEqual(whole.organization.createTime, CREATED);
  for (const value of [acme, { ...acme }, { ...acme, more: 1 }, { createTime: acme.createTime }]) {
    assert.deepEqual(JSON.parse(JSON.stringify(value)).createTime, CREATED);
  }
  assert.deepEqual(await Response.json(acme.createTime).json(), CREATED);
});

test("a response that is decoded in pieces can be stringified", async () => {
  const organizations = Array.from({ length: 100 }, (_, n) => ({ ...record, id: `org_${n}` }));
  stub.json("/api/v1/organizations", { organizations });
  const listed = JSON.parse(
    JSON.stringify(await client.organization.listOrganization({ pageSize: 100 })),
  );
  assert.equal(listed.organizations.length, 100);
  for (const item of listed.organizations) {
    assert.deepEqual(item.createTime, CREATED);
  }
});

test("64-bit fields are written as strings", async () => {
  stub.json("/api/v1/passwordless/email/send", {
    auth_request_id: "req_1",
    expires_at: "9007199254740993",
    expires_in: 300,
  });
  const sent = await client.passwordless.sendPasswordlessEmail("me@example.com");
  assert.equal(sent.expiresAt, 9007199254740993n);
  const written = JSON.parse(JSON.stringify(sent));
  assert.equal(written.expiresAt, "9007199254740993");
  assert.equal(written.expiresIn, 300);
});

test("messages stay plain objects: they can be compared, copied and logged", async () => {
  const { organization: acme } = await organization();
  const { createTime } = acme;
  const plain = create(TimestampSchema, { seconds: 1767323045n, nanos: 500000000 });
  assert.deepEqual(createTime, plain);
  assert.deepEqual(structuredClone(createTime), { ...plain });
  assert.deepEqual(Object.entries({ ...createTime }), Object.entries(plain));
  assert.equal(Object.getPrototypeOf(createTime), Object.prototype);
  assert.ok(equals(TimestampSchema, createTime, plain));
  assert.equal(inspect(createTime), inspect(plain));
  assert.equal(timestampDate(createTime).toISOString(), "2026-01-02T03:04:05.500Z");
  const names = [];
  for (const name in createTime) {
    names.push(name);
  }
  assert.deepEqual(names, Object.keys(plain));
});

/** Converts a value to JSON and back, with bigints as strings. @param {any} value */
function jsonValue(value) {
  return JSON.parse(
    JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)),
  );
}

test("every message of the API can be stringified after either way of decoding", async () => {
  let withBigInts = 0;
  for (const module of modules().values()) {
    for (const schema of Object.values(module)) {
      if (schema?.kind !== "message") {
        continue;
      }
      for (let seed = 0; seed < 4; seed++) {
        const bytes = toBinary(schema, message(schema, random(seed)));
        const plain = fromBinary(schema, bytes);
        const expected = JSON.stringify(jsonValue(plain));
        const whole = stringifiable(schema, fromBinary(schema, bytes));
        assert.equal(JSON.stringify(whole), expected, schema.typeName);
        assert.equal(
          JSON.stringify(await decodeInPieces(schema, bytes)),
          expected,
          schema.typeName,
        );
        withBigInts += Number(/"seconds":"/.test(expected));
      }
    }
  }
  assert.ok(withBigInts > 100, `${withBigInts} messages`);
});

test("a message type that contains itself can be stringified", () => {
  const {
    FileDescriptorProtoSchema,
    file_google_protobuf_descriptor: file,
  } = require("@bufbuild/protobuf/wkt");
  const bytes = toBinary(FileDescriptorProtoSchema, file.proto);
  const decoded = stringifiable(
    FileDescriptorProtoSchema,
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  assert.equal(JSON.parse(JSON.stringify(decoded)).name, "google/protobuf/descriptor.proto");
});

test("a response without 64-bit fields has no toJSON", () => {
  const bytes = toBinary(GetOrganizationResponseSchema, create(GetOrganizationResponseSchema, {}));
  const empty = stringifiable(
    GetOrganizationResponseSchema,
    fromBinary(GetOrganizationResponseSchema, bytes),
  );
  assert.ok(!("toJSON" in empty));
});
