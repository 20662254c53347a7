// @ts-check
/** An HTTP server with configurable handlers. It records the received requests. */
import { generateKeyPairSync, createSign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after } from "node:test";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {(request: IncomingMessage, response: ServerResponse) => void} Handler */

/** Starts a server. It is stopped after the tests of the calling file. */
export async function server() {
  /** @type {Map<string, Handler>} */
  const handlers = new Map();
  /** @type {string[]} */
  const seen = [];
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    seen.push(`${request.method} ${path}`);
    const handler = handlers.get(path);
    if (handler) {
      handler(request, response);
    } else {
      response.writeHead(404).end();
    }
  });
  // A slow test must not meet a connection that the server closes at this moment.
  http.keepAliveTimeout = 0;
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  after(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (http.address());
  const stub = {
    url: `http://127.0.0.1:${port}`,
    seen,
    /** @param {string} path @param {Handler} handler */
    on: (path, handler) => void handlers.set(path, handler),
    /**
     * @param {string} path @param {unknown} body @param {number} [status]
     * @param {Record<string, string>} [headers]
     */
    json: (path, body, status = 200, headers = {}) =>
      stub.on(path, (_, response) => {
        response
          .writeHead(status, { "content-type": "application/json", ...headers })
          .end(JSON.stringify(body));
      }),
  };
  stub.json("/oauth/token", {
    access_token: "service-token",
    expires_in: 3600,
    token_type: "Bearer",
  });
  return stub;
}

/** Generates a key that signs tokens. @param {string} kid */
export function signer(kid) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const encode = (/** @type {object} */ part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url");
  return {
    jwk: { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" },
    /** @param {object} [claims] */
    sign(claims = {}) {
      const payload = { sub: "usr_1", iat: now, exp: now + 3600, ...claims };
      const signed = `${encode({ alg: "RS256", kid })}.${encode(payload)}`;
      return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
    },
  };
}
