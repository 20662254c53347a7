// @ts-check
/** Verification of webhooks and interceptor requests. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mock, test } from "node:test";

import {
  ScalekitArgumentException,
  ScalekitClient,
  ScalekitException,
  WebhookVerificationError,
} from "scalekit-client";

const client = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret");
const KEY = Buffer.from("a key of thirty-two bytes, or so");
const SECRET = `whsec_${KEY.toString("base64")}`;
const BODY = JSON.stringify({ type: "user.created", name: "Zoë" });

/** @param {string | Uint8Array} body */
function signed(body, { prefix = "webhook", at = Math.floor(Date.now() / 1000), key = KEY } = {}) {
  const signature = createHmac("sha256", key).update(`msg_1.${at}.`).update(body).digest("base64");
  return {
    [`${prefix}-id`]: "msg_1",
    [`${prefix}-timestamp`]: String(at),
    [`${prefix}-signature`]: `v1,${signature}`,
  };
}

/** @param {Record<string, any>} headers */
const renamed = (headers, /** @type {(name: string) => string} */ rename) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [rename(name), value]));

test("headers are accepted in the forms that frameworks use", () => {
  const headers = signed(BODY);
  const forms = {
    "an object": headers,
    "IncomingHttpHeaders with more": {
      host: "x",
      "set-cookie": ["a", "b"],
      via: undefined,
      ...headers,
    },
    "arrays of values": renamed(headers, (name) => name),
    "another letter case": renamed(headers, (name) => name.toUpperCase()),
    "CGI names": renamed(headers, (name) => `HTTP_${name.toUpperCase().replaceAll("-", "_")}`),
    Headers: new Headers(headers),
    "a Map": new Map(Object.entries(headers)),
    pairs: Object.entries(headers),
    "an object without a prototype": Object.assign(Object.create(null), headers),
  };
  forms["arrays of values"] = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value, "v1,x"]]),
  );
  for (const [form, variant] of Object.entries(forms)) {
    assert.equal(client.verifyWebhookPayload(SECRET, variant, BODY), true, form);
    assert.throws(
      () => client.verifyWebhookPayload(SECRET, variant, `${BODY} `),
      WebhookVerificationError,
      form,
    );
  }
});

test("bodies are accepted as strings and as any view of bytes", () => {
  const headers = signed(BODY);
  const bytes = Buffer.from(BODY);
  const larger = Buffer.concat([Buffer.from("before"), bytes, Buffer.from("after")]);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const bodies = [
    BODY,
    bytes,
    new Uint8Array(bytes),
    larger.subarray(6, 6 + bytes.length),
    new Uint8Array(bytes).buffer,
    new DataView(new Uint8Array(bytes).buffer),
    shared,
  ];
  for (const body of bodies) {
    assert.equal(client.verifyWebhookPayload(SECRET, headers, /** @type {any} */ (body)), true);
  }
  const binary = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
  assert.equal(client.verifyWebhookPayload(SECRET, signed(binary), binary), true);
  const empty = new Uint8Array(0);
  assert.equal(client.verifyWebhookPayload(SECRET, signed(empty), empty), true);
  assert.equal(client.verifyWebhookPayload(SECRET, signed(""), ""), true);
});

test("a body that has been transferred is rejected", () => {
  const transferred = () => {
    const bytes = new Uint8Array([1, 2, 3]);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  };
  const buffer = Buffer.from(new ArrayBuffer(3));
  structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  for (const body of [transferred().buffer, transferred(), buffer]) {
    for (const headers of [signed(""), new Headers(signed(""))]) {
      assert.throws(
        () => client.verifyWebhookPayload(SECRET, headers, body),
        ScalekitArgumentException,
      );
    }
  }
});

test("interceptor headers have their own names, and webhook headers are the fallback", () => {
  assert.equal(
    client.verifyInterceptorPayload(SECRET, signed(BODY, { prefix: "interceptor" }), BODY),
    true,
  );
  assert.equal(client.verifyInterceptorPayload(SECRET, signed(BODY), BODY), true);
  assert.throws(
    () => client.verifyWebhookPayload(SECRET, signed(BODY, { prefix: "interceptor" }), BODY),
    {
      message: "Missing required headers",
    },
  );
});

const NO_PREFIX = 'it must be a prefix, "_" and a key in base64, such as whsec_c2VjcmV0';

test("a secret that is not strict base64 is decoded as Buffer does", () => {
  const secrets = ["secret", "dummy", "test-secret", "abc123_-9"];
  for (const text of [...secrets, "c2VjcmU", "c2Vj cmV0", "c2VjcmV0A", "c2VjcmU=="]) {
    const key = Buffer.from(text, "base64");
    assert.equal(
      client.verifyWebhookPayload(`whsec_${text}`, signed(BODY, { key }), BODY),
      true,
      text,
    );
  }
});

test("a secret that cannot be decoded safely is rejected with the reason", () => {
  /** @type {[string, string][]} */
  const cases = [
    ["whsec-secret", NO_PREFIX],
    ["whsec_A", 'the key after the first "_" is empty'],
    ["whsec_YQ==c2VjcmV0", 'the key after the first "_" contains "=" before its end'],
    ["whsec_${SECRET}", 'the key after the first "_" contains a character that is not base64'],
  ];
  for (const [secret, reason] of cases) {
    for (const headers of [signed(BODY), new Headers(signed(BODY))]) {
      assert.throws(() => client.verifyWebhookPayload(secret, headers, BODY), {
        name: "WebhookVerificationError",
        message: `Invalid secret: ${reason}`,
      });
    }
  }
});

test("each failure has its documented message", () => {
  const now = Math.floor(Date.now() / 1000);
  const good = signed(BODY);
  /** @type {[string, string, Record<string, string>][]} */
  const cases = [
    ["Missing required headers", SECRET, {}],
    ["Missing required headers", SECRET, { ...good, "webhook-id": "" }],
    [`Invalid secret: ${NO_PREFIX}`, "whsec", good],
    [`Invalid secret: ${NO_PREFIX}`, "", good],
    ['Invalid secret: the key after the first "_" is empty', "whsec_", good],
    ["Invalid Signature Headers", SECRET, { ...good, "webhook-timestamp": "yesterday" }],
    ["Message timestamp too old", SECRET, signed(BODY, { at: now - 600 })],
    ["Message timestamp too new", SECRET, signed(BODY, { at: now + 600 })],
    ["Invalid signature", SECRET, { ...good, "webhook-signature": "v1,AAAA" }],
  ];
  for (const [message, secret, headers] of cases) {
    assert.throws(
      () => client.verifyWebhookPayload(secret, headers, BODY),
      (/** @type {any} */ error) => {
        assert.equal(error.constructor, WebhookVerificationError);
        assert.equal(error.message, message);
        assert.equal(error.retryable, false);
        return true;
      },
    );
  }
});

test("verification uses Date, so tests can set the clock", () => {
  const then = Date.UTC(2020, 0, 1);
  const headers = signed(BODY, { at: then / 1000 });
  const forms = [headers, new Headers(headers)];
  mock.timers.enable({ apis: ["Date"], now: then + 299_000 });
  try {
    for (const variant of forms) {
      for (const body of [BODY, Buffer.from(BODY)]) {
        assert.equal(client.verifyWebhookPayload(SECRET, variant, body), true);
      }
      assert.equal(client.verifyInterceptorPayload(SECRET, variant, BODY), true);
      assert.throws(() => client.verifyWebhookPayload(SECRET, variant, `${BODY} `), {
        message: "Invalid signature",
      });
    }
    assert.throws(() => client.verifyWebhookPayload("whsec", {}, BODY), {
      message: "Missing required headers",
    });
    assert.throws(() => client.verifyWebhookPayload("whsec", headers, BODY), {
      message: /^Invalid secret: /,
    });
    mock.timers.setTime(then + 301_000);
    for (const variant of forms) {
      assert.throws(() => client.verifyWebhookPayload(SECRET, variant, BODY), {
        message: "Message timestamp too old",
      });
    }
    mock.timers.setTime(then - 301_000);
    assert.throws(() => client.verifyWebhookPayload(SECRET, headers, BODY), {
      message: "Message timestamp too new",
    });
  } finally {
    mock.timers.reset();
  }
  assert.throws(() => client.verifyWebhookPayload(SECRET, headers, BODY), {
    message: "Message timestamp too old",
  });
});

test("the tolerance is an option", () => {
  const tolerant = new ScalekitClient("https://acme.scalekit.com", "skc_1", "secret", {
    webhookToleranceMs: 3_600_000,
  });
  const old = signed(BODY, { at: Math.floor(Date.now() / 1000) - 3000 });
  assert.equal(tolerant.verifyWebhookPayload(SECRET, old, BODY), true);
});

test("arguments of a wrong type are rejected by name", () => {
  const headers = signed(BODY);
  /** @type {[RegExp, any[]][]} */
  const cases = [
    [/^payload must be .* not Object$/, [SECRET, headers, { parsed: true }]],
    [/^payload must be .* not undefined$/, [SECRET, headers, undefined]],
    [/^headers must be .* not undefined$/, [SECRET, undefined, BODY]],
    [/^headers must be .* not string$/, [SECRET, "webhook-id: 1", BODY]],
    [/^headers must be .* not Array$/, [SECRET, [5], BODY]],
    [/^secret must be .* not undefined$/, [undefined, headers, BODY]],
  ];
  for (const [message, args] of cases) {
    assert.throws(
      () => client.verifyWebhookPayload(.../** @type {[any, any, any]} */ (args)),
      (/** @type {any} */ error) => {
        assert.equal(error.constructor, ScalekitArgumentException);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});

test("parseWebhookEvent verifies a webhook and returns its event", () => {
  const event = {
    spec_version: "1",
    id: "evt_1",
    type: "organization.created",
    object: "Organization",
    occurred_at: "2026-01-01T00:00:00.123456Z",
    environment_id: "env_1",
    organization_id: "org_1",
    data: { id: "org_1", display_name: "Zoë & Co" },
    display_name: "Organization created",
  };
  const unknown = { ...event, type: "moon.landed", object: "Moon", phase: { new: [true] } };
  for (const expected of [event, unknown]) {
    const text = JSON.stringify(expected);
    const bytes = Buffer.from(text);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    for (const body of [text, bytes, new Uint8Array(bytes), shared]) {
      assert.deepEqual(client.parseWebhookEvent(SECRET, signed(text), body), expected);
    }
    assert.throws(
      () => client.parseWebhookEvent(SECRET, signed(`${text} `), text),
      WebhookVerificationError,
    );
  }
});

test("a signed payload that is not an event is an error without its content", () => {
  const latin1 = Buffer.from('{"type":"\xe9"}', "latin1");
  const mark = '\ufeff{"type":"t"}';
  for (const body of ["", "s3cret", "null", "5", "[]", "{}", '{"type":5}', latin1, mark]) {
    assert.throws(
      () => client.parseWebhookEvent(SECRET, signed(body), body),
      (/** @type {any} */ error) => {
        assert.equal(error.constructor, ScalekitException);
        assert.equal(error.operation, "parse_webhook_event");
        assert.doesNotMatch(`${error.stack} ${error.cause}`, /s3cret/);
        return true;
      },
    );
  }
  const type = /** @type {any} */ (5);
  assert.throws(() => client.parseWebhookEvent(SECRET, {}, type), ScalekitArgumentException);
});
