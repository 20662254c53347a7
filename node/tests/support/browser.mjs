// @ts-check
import { once } from "node:events";
import { request as httpRequest } from "node:http";

/** A minimal browser: follows redirects and stores the cookies of each origin. */
export class Browser {
  /** @type {Map<string, Map<string, string>>} */
  #jars = new Map();

  /**
   * Opens a page and follows redirects.
   * @param {string} url @param {(url: URL) => string | URL} [redirect] returns the URL to follow
   */
  async open(url, redirect = (url) => url) {
    let current = new URL(url);
    for (let hops = 0; hops < 10; hops += 1) {
      const headers = { accept: "text/html", "sec-fetch-mode": "navigate" };
      const response = await this.send(current, { headers });
      const location = response.headers.get("location");
      if (!location) {
        return { url: current.href, status: response.status, text: await response.text() };
      }
      current = new URL(redirect(new URL(location, current)));
    }
    throw new Error(`${url} redirects too often`);
  }

  /**
   * Sends one request and stores the cookies of the response. It does not use `fetch`, which would
   * replace `Sec-Fetch-Mode`.
   * @param {string | URL} url
   * @param {{ method?: string, headers?: Record<string, string>, body?: string }} [init]
   */
  async send(url, { method = "GET", headers = {}, body = "" } = {}) {
    const { origin } = new URL(url);
    const cookie = this.#header(origin);
    const request = httpRequest(url, {
      method,
      headers: { ...headers, ...(cookie && { cookie }) },
    });
    request.end(body);
    /** @type {[import("node:http").IncomingMessage]} */
    const [message] = /** @type {any} */ (await once(request, "response"));
    /** @type {Buffer[]} */
    const chunks = [];
    for await (const chunk of message) {
      chunks.push(chunk);
    }
    const received = new Headers();
    message.rawHeaders.forEach((name, index, all) => {
      if (index % 2 === 0) {
        received.append(name, all[index + 1] ?? "");
      }
    });
    this.#store(origin, received.getSetCookie());
    const content = chunks.length === 0 ? null : Buffer.concat(chunks);
    return new Response(content, { status: message.statusCode ?? 0, headers: received });
  }

  /** The cookies of an origin. Tests may change them. @param {string} url */
  cookies(url) {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map();
    this.#jars.set(origin, jar);
    return jar;
  }

  /** Returns a browser with the same cookies. */
  copy() {
    const copy = new Browser();
    for (const [origin, jar] of this.#jars) {
      copy.#jars.set(origin, new Map(jar));
    }
    return copy;
  }

  /** @param {string} origin */
  #header(origin) {
    return [...this.cookies(origin)].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** @param {string} origin @param {string[]} cookies */
  #store(origin, cookies) {
    const jar = this.cookies(origin);
    for (const cookie of cookies) {
      const [pair = "", ...attributes] = cookie.split(/; */);
      const [name = "", ...value] = pair.split("=");
      if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) {
        jar.delete(name);
      } else {
        jar.set(name, value.join("="));
      }
    }
  }
}
