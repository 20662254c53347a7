// @ts-check
/** `client.actions.request`, with the proxy of the emulator. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import {
  ScalekitArgumentException,
  ScalekitCancelledException,
  ScalekitClient,
  ScalekitServerException,
  ScalekitTooManyRequestsException,
  ScalekitUnauthorizedException,
} from "scalekit-client";

import { ITEMS, proxyEnvironment } from "./support/proxy.mjs";

const environment = await proxyEnvironment();
const { url, clientId, clientSecret, request, requests, script } = environment;

beforeEach(() => environment.prepare());

const FORM = "application/x-www-form-urlencoded";
const form = new FormData();
form.append("a", "1");
form.append("file", new Blob(["x,y"]), "a.csv");

/** @type {[params: object, body: string | RegExp, contentType: string | RegExp | undefined][]} */
const BODIES = [
  [{}, "", undefined],
  [{ body: null, formData: null, rawBody: null }, "", undefined],
  [{ body: { a: "ü", b: [1, null] } }, '{"a":"ü","b":[1,null]}', "application/json"],
  [
    { body: { at: new Date(0), no: undefined } },
    `{"at":"${new Date(0).toISOString()}"}`,
    "application/json",
  ],
  [{ json: [] }, "[]", "application/json"],
  [{ body: false }, "false", "application/json"],
  [{ body: 1, headers: { "Content-Type": "a/b" } }, "1", "a/b"],
  [{ formData: { "a b": ["1", 2], c: null, d: true } }, "a+b=1&a+b=2&d=true", FORM],
  [{ formData: new URLSearchParams("a=1&a=2") }, "a=1&a=2", FORM],
  [
    { formData: form },
    /name="a"\r\n\r\n1\r\n.*filename="a.csv".*\r\nx,y\r\n/s,
    /^multipart\/form-data; boundary=/,
  ],
  [{ rawBody: new Uint8Array([0, 97]) }, "\0a", undefined],
  [{ rawBody: new Uint16Array([1, 0x6161, 1]).subarray(1, 2) }, "aa", undefined],
  [{ rawBody: new ArrayBuffer(0) }, "", undefined],
  [{ rawBody: "ü", headers: { "content-type": "text/csv" } }, "ü", "text/csv"],
];

for (const method of ["GET", "post", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
  test(`${method} sends every body`, async () => {
    for (const [params, body, contentType] of BODIES) {
      const { data } = await request({ method, ...params });
      assert.equal(data.method, method.toUpperCase());
      assert.equal(data.path, "/v1/items");
      for (const [found, expected] of [
        [data.body, body],
        [data.headers["content-type"], contentType],
      ]) {
        if (expected instanceof RegExp) {
          assert.match(found, expected);
        } else {
          assert.equal(found, expected);
        }
      }
    }
  });
}

test("a HEAD request has no body in its response", async () => {
  assert.equal((await request({ method: "HEAD" })).data, "");
});

test("query and headers are sent", async () => {
  const { data } = await request({
    path: "v1/items?a=1",
    params: { b: [1, "ü"], c: null, d: false, e: new Date(0), f: 10n },
    headers: new Headers({ "X-Trace": "7", accept: "image/png" }),
  });
  assert.equal(data.path, "/v1/items");
  const query = "a=1&b=1&b=%C3%BC&d=false&e=1970-01-01T00%3A00%3A00.000Z&f=10";
  assert.equal(data.query, query);
  const { headers } = data;
  assert.deepEqual([headers["x-trace"], headers["accept"]], ["7", "image/png"]);
  assert.deepEqual([headers.connection_name, headers.identifier], ["gmail", "ada"]);
  const joined = await request({ headers: { "x-a": ["1", 2], "X-A": "3" } });
  assert.equal(joined.data.headers["x-a"], "1, 2, 3");
  const other = await request({ identifier: "Zoë 李", queryParams: new Map([["a", "b"]]) });
  assert.equal(other.data.headers.identifier, "Zoë 李");
  assert.equal(other.data.query, "a=b");
});

test("the first request of a client has a token", async () => {
  const fresh = new ScalekitClient(url, clientId, clientSecret);
  assert.equal((await fresh.actions.request(ITEMS)).status, 200);
  assert.equal((await fresh.connect.request(ITEMS)).status, 200);
  assert.equal((await requests()).length, 2);
  fresh.close();
});

test("a status other than 2xx is an exception, and the request is sent once", async () => {
  const headers = { location: "/proxy/elsewhere", "retry-after": "0" };
  for (const status of [302, 307, 400, 401, 403, 404, 418, 429, 500, 503]) {
    for (const method of ["GET", "POST"]) {
      for (const responseType of ["json", "stream"]) {
        await script({ path: "/v1/items", times: 1, status, headers, json: { a: status } });
        const error = await request({ method, responseType }).then(
          assert.fail,
          (/** @type {unknown} */ e) => e,
        );
        assert.ok(error instanceof ScalekitServerException);
        assert.equal(error.httpStatus, status < 400 ? 500 : status);
        assert.equal(error.operation, "proxy");
        assert.match(
          error.message,
          new RegExp(`^the third-party service responded with ${status} `),
        );
        const response = /** @type {any} */ (error).response;
        assert.deepEqual([response.status, response.data], [status, { a: status }]);
        assert.equal(response.headers.location, "/proxy/elsewhere");
        assert.ok(!JSON.stringify(error).includes("elsewhere"));
      }
    }
  }
  assert.equal((await requests()).length, 40);
});

test("the exception of a status accepts a new authorization", async () => {
  await script({ path: "/v1/items", status: 401 });
  await script({ path: "/limited", status: 429 });
  const error = await request({}).catch((/** @type {unknown} */ thrown) => thrown);
  assert.ok(error instanceof ScalekitUnauthorizedException);
  const { link } = await environment.client().actions.getAuthorizationLinkFor(error);
  assert.ok(link.startsWith(url));
  const limited = await request({ path: "/limited" }).catch((/** @type {unknown} */ e) => e);
  assert.ok(limited instanceof ScalekitTooManyRequestsException);
  assert.equal(limited.retryable, true);
});

test("an error of Scalekit is an exception too", async () => {
  await assert.rejects(request({ identifier: "nobody" }), (/** @type {any} */ error) => {
    assert.equal(error.httpStatus, 404);
    assert.equal(typeof error.response.data.message, "string");
    return true;
  });
});

test("data depends on the body and on the response type", async () => {
  const read = async (/** @type {object} */ response, /** @type {object} */ params = {}) => {
    await script({ path: "/v1/items", times: 1, ...response });
    return (await request(params)).data;
  };
  assert.deepEqual(await read({ body: '{"a":1}' }), { a: 1 });
  assert.equal(await read({ body: "Zoë" }), "Zoë");
  assert.equal(await read({ status: 204 }), "");
  const latin = { base64: "Wm/r", headers: { "content-type": 'text/plain; charset="ISO-8859-1"' } };
  assert.equal(await read(latin), "Zoë");
  assert.equal(
    await read({ body: "a", headers: { "content-type": "text/plain; charset=x" } }),
    "a",
  );
  const bytes = Buffer.from("AP+AiQoNAA==", "base64");
  assert.deepEqual(await read({ base64: "AP+AiQoNAA==" }), bytes);
  const arraybuffer = { responseType: "arraybuffer" };
  assert.deepEqual(await read({ base64: "AP+AiQoNAA==" }, arraybuffer), bytes);
  assert.deepEqual(await read({ body: "1" }, arraybuffer), Buffer.from("1"));
  assert.equal(await read({ body: '{"a":1}' }, { responseType: "text" }), '{"a":1}');
  assert.equal(await read({ base64: "YYA=" }, { responseType: "text" }), "a\ufffd");
});

test("a response has the status, its name and the headers", async () => {
  const headers = { "x-a": "1", "content-type": "text/plain" };
  await script({ path: "/v1/items", status: 201, body: "a", headers });
  const response = await request({});
  assert.deepEqual([response.status, response.statusText], [201, "Created"]);
  assert.equal(response.headers["x-a"], "1");
  assert.equal(response.headers["content-type"], "text/plain");
  assert.deepEqual(Object.keys(response), ["data", "status", "statusText", "headers"]);
});

/** @type {[params: any, message: string | RegExp][]} */
const INVALID = [
  [{ connectionName: "" }, "connectionName is required"],
  [{ identifier: undefined }, "identifier is required"],
  [{ identifier: " ada" }, /identifier must not start or end with white space/],
  [{ identifier: "a\nb" }, /identifier must not contain control characters/],
  [{ path: "" }, "path is required"],
  [{ path: 5 }, "path must be a string, not number"],
  [{ path: "/../oauth/token" }, /path must not contain the segments/],
  [{ path: "/%2e%2E/oauth/token" }, /path must not contain the segments/],
  [{ path: "https://gmail.googleapis.com/a" }, /path must not be a URL/],
  [{ method: "GE T" }, /method must be an HTTP method/],
  [{ method: "TRACE" }, /method TRACE is not supported/],
  [{ headers: { Authorization: "x" } }, /the client sets this header itself/],
  [{ headers: { Connection_Name: "x" } }, /the client sets this header itself/],
  [{ headers: { IDENTIFIER: "eve" } }, /the client sets this header itself/],
  [{ headers: [["Transfer-Encoding", "chunked"]] }, /the client sets this header itself/],
  [{ headers: { "x-a": "1\r\nidentifier: eve" } }, /characters that headers cannot contain/],
  [{ headers: "a: b" }, "headers must be an object, not string"],
  [{ headers: ["a"] }, "headers must be an object or pairs of names and values"],
  [{ queryParams: "a=1" }, "queryParams must be an object, not string"],
  [
    { queryParams: { a: {} } },
    "queryParams.a must be a string, number, boolean or Date, not Object",
  ],
  [{ queryParams: { a: Number.NaN } }, "queryParams.a must be a finite number"],
  [{ formData: Buffer.from("a=1") }, "formData must be an object, not Buffer"],
  [{ body: 1, formData: {} }, "pass only one of body and formData"],
  [{ body: { a: new Set() } }, "body.a must be a JSON value, not Set"],
  [{ body: Number.NaN }, "body must be a finite number"],
  [{ body: "{}" }, /^body must be .*, not a string; pass text and bytes as rawBody$/],
  [{ body: Buffer.from("a") }, /^body must be .*, not bytes; pass text and bytes as rawBody$/],
  [{ rawBody: 5 }, /^rawBody must be a string, a Buffer.*, not number$/],
  [{ body: 1, json: 2 }, /json and body are the same/],
  [{ params: {}, queryParams: {} }, /params and queryParams are the same/],
  [{ timeoutMs: 0 }, /timeoutMs/],
  [{ signal: {} }, /signal must be an AbortSignal/],
  [{ responseType: "blob" }, "responseType must be one of json, text, arraybuffer, stream"],
  [{ data: {} }, "request() has no 'data'; use 'body'"],
  [{ maxRedirects: 0 }, /request\(\) has no 'maxRedirects'/],
];

test("invalid arguments send nothing, and errors contain no values", async () => {
  for (const [params, message] of INVALID) {
    await assert.rejects(request(params), (error) => {
      assert.ok(error instanceof ScalekitArgumentException, String(error));
      if (message instanceof RegExp) {
        assert.match(error.message, message);
      } else {
        assert.equal(error.message, message);
      }
      assert.ok(!error.message.includes("eve"));
      return true;
    });
  }
  assert.deepEqual(await requests(), []);
});

test("a closed client and a client without a secret send nothing", async () => {
  const closed = new ScalekitClient(url, clientId, clientSecret);
  closed.close();
  await assert.rejects(closed.actions.request(ITEMS), ScalekitCancelledException);
  const incomplete = new ScalekitClient(url, clientId, "");
  await assert.rejects(incomplete.actions.request(ITEMS), /clientSecret is missing/);
  assert.deepEqual(await requests(), []);
});
