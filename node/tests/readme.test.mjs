// @ts-check
// Runs the snippets of node/README.md and the Node program of README.md.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { emulator, ROOT } from "./support/programs.mjs";

const environment = await emulator();
await environment.admin("POST", "seed", {
  organizations: [{ id: "org_1", display_name: "Acme" }],
  connections: [
    { id: "conn_1", key_id: "gmail", provider_key: "GMAIL", type: "OAUTH" },
    { id: "conn_2", key_id: "drive", provider_key: "DRIVE", type: "OAUTH" },
  ],
  accounts: [
    { identifier: "eve", connector: "gmail", provider: "GMAIL", connection_id: "conn_1" },
    { identifier: "eve", connector: "drive", provider: "DRIVE", connection_id: "conn_2" },
  ],
  proxy_responses: [
    { path: "/gmail/*", times: 1, json: { labels: [{ name: "INBOX" }] } },
    { path: "/gmail/*", times: 1, status: 401 },
    { path: "/drive/*", size: 1_000_000 },
  ],
  tool_responses: [
    { tool_name: "gmail_fetch_mails", times: 1, data: { mails: ["hi"] } },
    {
      tool_name: "gmail_fetch_mails",
      times: 1,
      error: { code: "UNAUTHENTICATED", message: "revoked" },
    },
  ],
});

/**
 * Returns the JavaScript snippets of a page by heading.
 * @param {string} file @returns {Map<string, string>}
 */
function snippets(file) {
  const sections = readFileSync(join(ROOT, file), "utf8").split(/^##+ /m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const heading = section.slice(0, section.indexOf("\n"));
      const found = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, source = ""]) => source);
      assert.ok(found.length <= 1, `${heading} has several snippets`);
      return found.map((source) => /** @type {[string, string]} */ ([heading, source]));
    }),
  );
}

/**
 * Runs a program that can import the package by name.
 * @param {string} source
 */
async function run(source) {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", source],
    {
      cwd: import.meta.dirname,
      env: {
        ...process.env,
        SCALEKIT_ENVIRONMENT_URL: environment.url,
        SCALEKIT_CLIENT_ID: environment.clientId,
        SCALEKIT_CLIENT_SECRET: environment.clientSecret,
        COOKIE_SECRET: "a secret of at least thirty-two characters",
      },
    },
  );
  assert.equal(stderr, "");
  return stdout;
}

/** Code that calls the functions of a snippet. */
const CALLS = new Map([
  [
    "Login",
    `
    const session = {};
    const location = async (url) => {
      const response = await fetch(url, { redirect: "manual" });
      return response.headers.get("location");
    };
    const parameters = new URL(await location(login(session))).searchParams;
    const code = parameters.get("code");
    await callback(session, code, "another state").catch((error) => console.log(error.message));
    console.log(await callback(session, code, parameters.get("state")));
    console.log(await location(logout(session)));
    `,
  ],
  [
    "Webhook",
    `
    const { createHmac } = await import("node:crypto");
    const secret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=";
    const body = Buffer.from('{"type":"user.created","data":{"id":"usr_1"}}');
    const time = String(Math.floor(Date.now() / 1000));
    const hmac = createHmac("sha256", Buffer.from(secret.slice(6), "base64"));
    const signature = hmac.update("msg_1." + time + "." + body).digest("base64");
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": time,
      "webhook-signature": "v1," + signature,
    };
    console.log(webhook(secret, headers, body), webhook(secret, headers, body + " "));
    `,
  ],
]);

CALLS.set(
  "Web applications",
  `
    const server = app.listen(0, "127.0.0.1", async () => {
      const url = "http://127.0.0.1:" + server.address().port + "/orders";
      const headers = { accept: "text/html" };
      const script = await fetch(url, { headers });
      console.log(script.status, (await script.json()).error);
      server.close();
    });
  `,
);

CALLS.set(
  "Connected accounts",
  `
    const link = await connect("ada", "s1");
    const redirected = await fetch(link, { redirect: "manual" });
    const parameters = new URL(redirected.headers.get("location")).searchParams;
    console.log(parameters.get("state"), await connected("ada", parameters.get("auth_request_id")));
    console.log(await fetchMails("ada", "subject:hi"));
    console.log(Object.keys(await fetchMails("ada", "subject:hi")));
  `,
);

CALLS.set(
  "Requests to third-party APIs",
  `
    const { mkdtemp, rm, stat } = await import("node:fs/promises");
    const { tmpdir } = await import("node:os");
    const { join } = await import("node:path");
    console.log(await labels("eve"), Object.keys(await labels("eve")));
    const directory = await mkdtemp(join(tmpdir(), "download-"));
    await download("eve", "f1", join(directory, "file"));
    console.log((await stat(join(directory, "file"))).size);
    await rm(directory, { recursive: true });
  `,
);

CALLS.set(
  "AI SDK",
  `
    const { MockLanguageModelV3 } = await import("ai/test");
    const tokens = { total: 1 };
    const model = new MockLanguageModelV3({
      doGenerate: {
        content: [{ type: "text", text: "no new mails" }],
        finishReason: { unified: "stop" },
        usage: { inputTokens: tokens, outputTokens: tokens },
        warnings: [],
      },
    });
    console.log(await respond(model, "ada", "Are there new mails?"));
    console.log(model.doGenerateCalls[0].tools?.map((tool) => tool.name).sort().join());
  `,
);

CALLS.set(
  "LangChain",
  `
    const { BaseChatModel } = await import("@langchain/core/language_models/chat_models");
    const { AIMessage, HumanMessage } = await import("@langchain/core/messages");
    class Model extends BaseChatModel {
      _llmType() {
        return "scripted";
      }
      bindTools(tools) {
        console.log(tools.map((tool) => tool.name).includes("gmail_send_mail"));
        return this;
      }
      async _generate(messages) {
        const call = { id: "1", type: "tool_call", name: "gmail_send_mail", args: { to: "b@c.d" } };
        const isLast = messages.at(-1).getType() === "tool";
        const message = new AIMessage({
          content: isLast ? messages.at(-1).content : "",
          tool_calls: isLast ? [] : [call],
        });
        return { generations: [{ text: "", message }] };
      }
    }
    console.log(await respond(new Model({}), "ada", [new HumanMessage("Send it.")]));
  `,
);

CALLS.set(
  "OpenAI",
  `
    const call = { name: "gmail_send_mail", arguments: '{"to":"b@c.d"}' };
    const create = ({ tools, messages }) => {
      const last = messages.at(-1);
      const message = last.role === "tool"
        ? { role: "assistant", content: last.content }
        : { role: "assistant", tool_calls: [{ id: "1", type: "function", function: call }] };
      if (last.role === "user") {
        console.log(tools.map((tool) => tool.function.name).includes("gmail_send_mail"));
      }
      return { choices: [{ message }] };
    };
    const openai = { chat: { completions: { create } } };
    console.log(await respond(openai, "model", "ada", [{ role: "user", content: "Send it." }]));
  `,
);

CALLS.set(
  "Anthropic",
  `
    const call = { type: "tool_use", id: "1", name: "gmail_send_mail", input: { to: "b@c.d" } };
    const create = ({ tools, messages }) => {
      const { content } = messages.at(-1);
      if (content === "Send it.") {
        console.log(tools.map((tool) => tool.name).includes("gmail_send_mail"));
        return { content: [call], stop_reason: "tool_use" };
      }
      const text = { type: "text", text: content[0].content };
      return { content: [text], stop_reason: "end_turn" };
    };
    const anthropic = { messages: { create } };
    const messages = [{ role: "user", content: "Send it." }];
    console.log((await respond(anthropic, "model", "ada", messages))[0].text);
  `,
);

CALLS.set(
  "MCP",
  `
    const sdk = "@modelcontextprotocol/sdk";
    const { Client } = await import(sdk + "/client/index.js");
    const { InMemoryTransport } = await import(sdk + "/inMemory.js");
    const { StreamableHTTPClientTransport } = await import(sdk + "/client/streamableHttp.js");
    const call = { name: "gmail_send_mail", arguments: { to: "b@c.d" } };
    const { url, headers } = await connection("ada");
    const remote = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
    const [own, transport] = InMemoryTransport.createLinkedPair();
    await serve("ada", transport);
    for (const connected of [remote, own]) {
      const client = new Client({ name: "test", version: "1.0.0" });
      await client.connect(connected);
      console.log(JSON.stringify((await client.callTool(call)).structuredContent));
      await client.close();
    }
  `,
);

CALLS.set(
  "Edge runtimes",
  `
    const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env;
    const handle = createHandler(
      SCALEKIT_ENVIRONMENT_URL,
      SCALEKIT_CLIENT_ID,
      SCALEKIT_CLIENT_SECRET,
      "a secret of at least thirty-two characters",
    );
    const jar = new Map();
    const open = async (url) => {
      const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
      const response = await handle(new Request(url, { headers: { cookie } }));
      for (const header of response.headers.getSetCookie()) {
        const [pair] = header.split(";");
        const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
        header.includes("Max-Age=0") ? jar.delete(name) : jar.set(name, value);
      }
      return response;
    };
    const { headers } = await open("http://localhost:3000/orders");
    const page = await fetch(headers.get("location"), { redirect: "manual" });
    const callback = await open(page.headers.get("location"));
    const location = callback.headers.get("location");
    console.log(location, [...jar.keys()].join());
    console.log(await (await open("http://localhost:3000" + location)).text());
    console.log(await (await open("http://localhost:3000/callback?state=x&code=y")).text());
    const now = Date.now();
    Date.now = () => now + 86_400_000;
    console.log((await open("http://localhost:3000/orders")).headers.get("location"));
  `,
);

/** The output of a tool without a script. */
const SENT = '{"params":{"to":"b@c.d"},"tool":"gmail_send_mail"}';

/** The output of each snippet. */
const EXPECTED = new Map([
  ["First call", /^created org_\d+\n$/],
  ["Login", /^the login was not started in this browser\n\S+@\S+\nhttp:\/\/localhost:3000\/\n$/],
  ["Token check", /^skc_\d+\nrejected: the token is malformed.*\nnull\n$/],
  ["Web applications", /^401 no_session\n$/],
  ["Webhook", /^user\.created \{ id: 'usr_1' \}\nrejected: Invalid signature\n204 400\n$/],
  ["Connected accounts", /^s1 \S*\n\{ mails: \[ 'hi' \] \}\n\[ 'authorize' \]\n$/],
  ["Requests to third-party APIs", /^\[ \{ name: 'INBOX' \} \] \[ 'authorize' \]\n1000000\n$/],
  ["AI SDK", /^no new mails\ngmail_fetch_mails,gmail_send_mail\n$/],
  ["LangChain", new RegExp(`^true\n${SENT}\n$`)],
  ["OpenAI", new RegExp(`^true\n${SENT}\n$`)],
  ["Anthropic", new RegExp(`^true\n${SENT}\n$`)],
  ["MCP", new RegExp(`^${SENT}\n${SENT}\n$`)],
  ["Errors", /^404 RESOURCE_NOT_FOUND req_\w+\n$/],
  ["Cancelling and deadlines", /^AbortError\n$/],
  [
    "Edge runtimes",
    /^\/orders sk_session\nHello usr_\d+\nlogin failed: no login .+\nhttp\S+\/oauth\/authorize\?\S+\n$/,
  ],
  ["Paging", /^(.+\n)*done\n$/],
  ["Methods", /^peter@initech\.example\n$/],
]);

const readme = snippets("node/README.md");

test("there is an expected output for each snippet", () => {
  assert.deepEqual([...readme.keys()].sort(), [...EXPECTED.keys()].sort());
});

for (const [heading, expected] of EXPECTED) {
  test(`the snippet of "${heading}" runs`, async () => {
    assert.match(await run(`${readme.get(heading)}${CALLS.get(heading) ?? ""}`), expected);
  });
}

test("the Node program of the repository's README runs", async () => {
  const source = snippets("README.md").get("Node") ?? "";
  assert.match(await run(source), /^created org_\d+\n(.+\n)*Acme\n/);
});

test("the table of options has every option with its default", async () => {
  const source = readFileSync(join(ROOT, "node/src/types/scalekit.ts"), "utf8");
  const [, options = ""] = source.split("export interface ScalekitOptions {");
  const documented = new Map(
    [...options.matchAll(/\/\*\*(.*?)\*\/\n  (\w+)\?:/gs)].map(([, comment = "", name = ""]) => [
      name,
      /Default: (\d+)\./.exec(comment)?.[1],
    ]),
  );
  const [, section = ""] = readFileSync(join(ROOT, "node/README.md"), "utf8").split("## Options");
  const rows = [...section.matchAll(/^\| `(\w+)` \|.*\| ([^|]+) \|$/gm)];
  assert.deepEqual(rows.map(([, name]) => name).sort(), [...documented.keys()].sort());
  for (const [, name = "", shown] of rows) {
    const number = documented.get(name);
    assert.ok(number === undefined || number === shown, name);
  }
});
