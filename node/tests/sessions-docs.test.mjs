// @ts-check
// Runs the snippets of the pages about sessions: docs/sessions-*.md. The page for Next.js runs in
// the consumers.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

// @ts-expect-error: the package has no types.
import { WebSocket } from "ws";

import { ScalekitClient } from "scalekit-client";

import { Browser } from "./support/browser.mjs";
import { emulator, ROOT } from "./support/programs.mjs";

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const COOKIE_SECRET = "a secret of at least thirty-two characters";
const ADA = "ada@acme.example";

const environment = await emulator();
await environment.admin("POST", "seed", {
  organizations: [{ id: "org_1", display_name: "Acme" }],
  users: [
    {
      id: "usr_1",
      email: ADA,
      memberships: [
        { organization_id: "org_1", membership_status: "ACTIVE", roles: [{ name: "admin" }] },
      ],
    },
  ],
});
const client = new ScalekitClient(environment.url, environment.clientId, environment.clientSecret);

/** Returns the snippets of a page. @param {string} page @param {string} language */
function snippets(page, language) {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, source = ""]) => source,
  );
}

/** Returns a free port. */
async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  listener.close();
  return port;
}

/** @param {number} port */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Starts a program until the end of the tests. @param {string} program @param {string[]} args */
function run(program, args, env = {}) {
  const child = spawn(program, args, {
    cwd: import.meta.dirname,
    env: {
      ...process.env,
      SCALEKIT_ENVIRONMENT_URL: environment.url,
      SCALEKIT_CLIENT_ID: environment.clientId,
      SCALEKIT_CLIENT_SECRET: environment.clientSecret,
      COOKIE_SECRET,
      WEBHOOK_SECRET,
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  after(() => child.kill());
  return child;
}

/** An API that returns the header `Authorization`. */
async function reports() {
  const server = createServer((request, response) => response.end(request.headers.authorization));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}

/** Runs all snippets of a page as one program, which listens last. @param {string} page */
async function start(page) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const lines = snippets(page, "js")
    .join("\n")
    .replaceAll("http://localhost:3000", url)
    .split("\n");
  const listens = (/** @type {string} */ line) => /listen\(|^serve\(/.test(line);
  const listen = lines.findLast(listens) ?? "";
  assert.match(listen, /3000/);
  const source = [...lines.filter((line) => !listens(line)), listen.replace("3000", `${port}`)];
  const REPORTS_URL = await reports();
  const args = ["--input-type=module", "-e", source.join("\n")];
  const child = run(process.execPath, args, { REPORTS_URL });
  while (!(await accepts(port))) {
    assert.equal(child.exitCode, null, `${page} exited`);
    await sleep(20);
  }
  return url;
}

for (const framework of ["express", "fastify", "hono"]) {
  test(`docs/sessions-${framework}.md`, async () => {
    const url = await start(`sessions-${framework}.md`);
    const browser = new Browser();
    const text = async (/** @type {string} */ path) => (await browser.open(url + path)).text;
    assert.equal(await text("/"), "Signed out");
    const query = new URLSearchParams({ returnTo: "/orders", login_hint: ADA });
    assert.equal(await text(`/login?${query}`), "Orders of usr_1");
    assert.equal(await text("/"), "Signed in as usr_1");
    assert.equal(await text("/admin"), "Administration");
    assert.equal(await text("/acme"), "Acme");
    assert.match(await text("/reports"), /^Bearer ey/);
    const headers = { origin: url };
    assert.equal((await browser.send(`${url}/orders`, { method: "POST", headers })).status, 403);
    const location = (await browser.send(`${url}/switch/org_1`)).headers.get("location") ?? "";
    assert.equal(new URL(location).searchParams.get("organization_id"), "org_1");

    const authorization = `Bearer ${await client.getClientAccessToken()}`;
    const api = await fetch(`${url}/api/orders`, { headers: { authorization } });
    assert.equal(api.status, 401);
    assert.match(api.headers.get("www-authenticate") ?? "", /audience/);
    if (framework !== "fastify") {
      const mcp = await fetch(`${url}/mcp`, { method: "POST" });
      assert.match(mcp.headers.get("www-authenticate") ?? "", /resource_metadata=/);
      const metadata = await fetch(`${url}/.well-known/oauth-protected-resource/mcp`);
      assert.equal(metadata.status, 200);
    }
    const logout = await browser.send(`${url}/logout`, { method: "POST", headers });
    assert.equal(logout.status, 303);
    assert.equal(await text("/"), "Signed out");
  });
}

/** Signs a webhook. @param {string} body */
function signed(body) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", Buffer.alloc(24, 7)).update(`msg_1.${timestamp}.${body}`);
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac.digest("base64")}`,
  };
}

test("docs/sessions-express.md: a failed login, and a webhook", async () => {
  const url = await start("sessions-express.md");
  const page = await new Browser().open(`${url}/own/login?login_hint=${ADA}`, (to) => {
    to.searchParams.delete("code");
    return to;
  });
  assert.equal(page.text, "No login: missing_code");
  const body = JSON.stringify({ type: "session.revoked", data: { session_id: "ses_1" } });
  const webhook = await fetch(`${url}/webhook`, { method: "POST", body, headers: signed(body) });
  assert.equal(webhook.status, 204);
});

test("docs/sessions-express.md: a WebSocket", async () => {
  const url = await start("sessions-express.md");
  const browser = new Browser();
  await browser.open(`${url}/login?login_hint=${ADA}`);
  const cookie = `sk_session=${browser.cookies(url).get("sk_session")}`;
  /** Returns the first message. @param {Record<string, string>} headers @param {string} origin */
  const message = async (headers, origin = url) => {
    const socket = new WebSocket(url.replace("http", "ws"), { headers, origin });
    const [data] = await once(socket, "message");
    socket.close();
    return String(data);
  };
  assert.equal(await message({ cookie }), "usr_1");
  await assert.rejects(message({}), /401/);
  await assert.rejects(message({ cookie }, "https://evil.example"), /401/);
});

test("docs/sessions-edge.md", async () => {
  const url = await start("sessions-express.md");
  const browser = new Browser();
  await browser.open(`${url}/login?login_hint=${ADA}`);
  const cookie = `sk_session=${browser.cookies(url).get("sk_session")}`;
  const directory = mkdtempSync(join(import.meta.dirname, "sessions-docs-"));
  after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "edge.mjs");
  writeFileSync(file, snippets("sessions-edge.md", "js").join("\n"));
  process.env.COOKIE_SECRET = COOKIE_SECRET;
  const { handle } = await import(file);
  const orders = new Request("https://edge.example/orders", { headers: { cookie } });
  assert.equal(await (await handle(orders)).text(), "Orders of usr_1");
  const anonymous = await handle(new Request("https://edge.example/orders"));
  assert.equal(anonymous.headers.get("location"), "/login?returnTo=%2Forders");
});

test("docs/sessions-node.md", async () => {
  const port = await freePort();
  run("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""]).stdout.resume();
  while (!(await accepts(port))) {
    await sleep(20);
  }
  const [stores = "", events = ""] = snippets("sessions-node.md", "js");
  const body = JSON.stringify({ type: "session.revoked", data: { session_id: "ses_1" } });
  const programs = [
    [`${stores}console.log(typeof auth.router); redis.destroy();`, "function\n"],
    [
      `${events}
      const headers = ${JSON.stringify(signed(body))};
      console.log(await webhook(process.env.WEBHOOK_SECRET, headers, '${body}'));`,
      "ses_1\n",
    ],
  ];
  for (const [source = "", expected] of programs) {
    const env = { REDIS_URL: `redis://127.0.0.1:${port}` };
    const child = run(process.execPath, ["--input-type=module", "-e", source], env);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    await once(child, "close");
    assert.equal(output, expected);
  }
});

test("the tables of options have every option", () => {
  const source = readFileSync(join(ROOT, "node/src/web/types.ts"), "utf8");
  const [, block = ""] = /interface WebAuthOptions<.*?\{(.*?)^\}/ms.exec(source) ?? [];
  const names = [...block.matchAll(/^  (\w+)\??:/gm)].map(([, name]) => name);
  assert.ok(names.length > 15);
  const page = readFileSync(join(ROOT, "docs/sessions-node.md"), "utf8");
  for (const name of [...names, "onLogin", "onRefresh", "onLogout", "onError", "onLoginFailure"]) {
    assert.ok(page.includes(`\`${name}\``), name);
  }
});

test("the TypeScript snippets have the right types", () => {
  const directory = mkdtempSync(join(import.meta.dirname, "sessions-docs-"));
  try {
    for (const framework of ["fastify", "hono"]) {
      const [source = ""] = snippets(`sessions-${framework}.md`, "ts");
      writeFileSync(join(directory, `${framework}.mts`), source);
    }
    const files = ["fastify.mts", "hono.mts"].map((name) => join(directory, name));
    const tsc = join(ROOT, "node/node_modules/.bin/tsc");
    const options =
      "--ignoreConfig --noEmit --strict --skipLibCheck --module node16 --target es2023 --types node";
    execFileSync(tsc, [...options.split(" "), ...files], { encoding: "utf8", cwd: directory });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
