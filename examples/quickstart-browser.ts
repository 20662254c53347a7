/** Around the quickstart: a browser that only follows links and submits forms, and a webhook endpoint. */
import { once } from "node:events";
import { type IncomingHttpHeaders, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** The URL of the emulator if that is what answers there, else the empty string. */
export async function emulatorOf(url: string): Promise<string> {
  if (!URL.canParse(url) || !["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname)) {
    return "";
  }
  const answer = await fetch(`${url}/_emulator/info`).catch(() => undefined);
  return answer?.ok ? url : "";
}

/** Cookies, links and forms; stops where a redirect leaves the identity provider. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Opens the authorization URL, confirms the login page, and returns the callback's query parameters. */
  async signIn(url: string, callback: string): Promise<URLSearchParams> {
    let page = await this.follow(url);
    if (!page.url.startsWith(callback)) {
      const action = /<form[^>]*\baction="([^"]*)"/.exec(page.text)?.[1] ?? "";
      const fields = new URLSearchParams();
      for (const [input] of page.text.matchAll(/<input[^>]*>/g)) {
        const given = (name: string) => unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? "");
        if (given("name")) {
          fields.set(given("name"), given("value"));
        }
      }
      page = await this.follow(new URL(unescaped(action), page.url).href, fields);
    }
    if (!page.url.startsWith(callback)) {
      throw new Error(`the login ended at ${page.url}`);
    }
    return new URL(page.url).searchParams;
  }

  /** Follows redirects to the page, or to the URL outside, that they lead to. */
  async follow(url: string, form?: URLSearchParams): Promise<{ url: string; text: string }> {
    let body = form;
    while (url.startsWith(this.#origin)) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(url, { redirect: "manual", headers: { cookie }, ...(body && { method: "POST", body }) });
      for (const set of answer.headers.getSetCookie()) {
        const [name = "", value = ""] = (set.split(";")[0] ?? "").split("=");
        this.#cookies.set(name, value);
      }
      const location = answer.headers.get("location");
      if (location === null) {
        return { url, text: await answer.text() };
      }
      url = new URL(location, url).href;
      body = undefined;
    }
    return { url, text: "" };
  }
}

function unescaped(text: string): string {
  const named: Record<string, string> = { quot: '"', lt: "<", gt: ">", amp: "&" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return name === undefined ? String.fromCodePoint(code) : (named[name] ?? whole);
  });
}

/** A webhook request as it came in: the body untouched, since its signature is over these very bytes. */
export interface Delivery {
  type: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** An endpoint on loopback, registered with the emulator. */
export class WebhookReceiver {
  readonly #deliveries: Delivery[] = [];
  readonly #server: Server;
  #arrived: () => void = () => undefined;
  secret = "";

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = await buffer(request);
      this.#deliveries.push({ type: JSON.parse(body.toString()).type, headers: request.headers, body });
      response.writeHead(204).end();
      this.#arrived();
    });
  }

  static async start(emulator: string): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    const { port } = receiver.#server.address() as AddressInfo;
    const answer = await fetch(`${emulator}/_emulator/webhooks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/webhooks` }),
    });
    receiver.secret = ((await answer.json()) as { secret: string }).secret;
    return receiver;
  }

  /** The first delivery of that type; fails after ten seconds without one. */
  async waitFor(type: string): Promise<Delivery> {
    const found = () => this.#deliveries.find((delivery) => delivery.type === type);
    const deadline = Date.now() + 10_000;
    while (!found() && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        setTimeout(resolve, deadline - Date.now()).unref();
      });
    }
    return found() ?? Promise.reject(new Error(`no ${type} came in`));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
