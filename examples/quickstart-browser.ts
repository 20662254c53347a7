/**
 * Helpers of the quickstart: a browser that follows redirects and submits forms, and a webhook
 * endpoint.
 */
import { once } from "node:events";
import { type IncomingHttpHeaders, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Returns `url` if it is the URL of an emulator, otherwise the empty string. */
export async function emulatorUrl(url: string): Promise<string> {
  if (!URL.canParse(url) || !["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname)) {
    return "";
  }
  const response = await fetch(`${url}/_emulator/info`).catch(() => undefined);
  return response?.ok ? url : "";
}

/**
 * A browser with cookies, redirects and forms. It stops when a redirect leaves the identity
 * provider.
 */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /**
   * Opens the authorization URL, confirms the login page, and returns the callback's query
   * parameters.
   */
  async signIn(url: string, callback: string): Promise<URLSearchParams> {
    let page = await this.follow(url);
    if (!page.url.startsWith(callback)) {
      const action = /<form[^>]*\baction="([^"]*)"/.exec(page.text)?.[1] ?? "";
      const fields = new URLSearchParams();
      for (const [input] of page.text.matchAll(/<input[^>]*>/g)) {
        const attribute = (name: string) =>
          decodeEntities(new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? "");
        if (attribute("name")) {
          fields.set(attribute("name"), attribute("value"));
        }
      }
      page = await this.follow(new URL(decodeEntities(action), page.url).href, fields);
    }
    if (!page.url.startsWith(callback)) {
      throw new Error(`the login ended at ${page.url}`);
    }
    return new URL(page.url).searchParams;
  }

  /** Follows redirects. Returns the last page, or the first URL outside the identity provider. */
  async follow(url: string, form?: URLSearchParams): Promise<{ url: string; text: string }> {
    let body = form;
    while (url.startsWith(this.#origin)) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const post = body && { method: "POST", body };
      const response = await fetch(url, { redirect: "manual", headers: { cookie }, ...post });
      for (const line of response.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
        this.#cookies.set(name, value);
      }
      const location = response.headers.get("location");
      if (location === null) {
        return { url, text: await response.text() };
      }
      url = new URL(location, url).href;
      body = undefined;
    }
    return { url, text: "" };
  }
}

function decodeEntities(text: string): string {
  const named: Record<string, string> = { quot: '"', lt: "<", gt: ">", amp: "&" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return name === undefined ? String.fromCodePoint(code) : (named[name] ?? entity);
  });
}

/** A received webhook request. The body is unparsed, because the signature covers its bytes. */
export interface Delivery {
  type: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A webhook endpoint on the loopback interface, registered with the emulator. */
export class WebhookReceiver {
  readonly #deliveries: Delivery[] = [];
  readonly #server: Server;
  #arrived: () => void = () => undefined;
  secret = "";

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await buffer(request);
      this.#deliveries.push({
        type: JSON.parse(body.toString()).type,
        headers: request.headers,
        body,
      });
      response.writeHead(204).end();
      this.#arrived();
    });
  }

  static async start(emulator: string): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    const { port } = receiver.#server.address() as AddressInfo;
    const response = await fetch(`${emulator}/_emulator/webhooks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/webhooks` }),
    });
    receiver.secret = ((await response.json()) as { secret: string }).secret;
    return receiver;
  }

  /** Returns the first delivery of an event type. Fails after ten seconds. */
  async waitFor(type: string): Promise<Delivery> {
    const found = () => this.#deliveries.find((delivery) => delivery.type === type);
    const deadline = Date.now() + 10_000;
    while (!found() && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        setTimeout(resolve, deadline - Date.now()).unref();
      });
    }
    return found() ?? Promise.reject(new Error(`no ${type} webhook arrived within 10 s`));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
