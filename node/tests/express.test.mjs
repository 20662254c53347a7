// @ts-check
/** The application of examples/express, used over HTTP as its users and the service do. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { ScalekitClient } from "scalekit-client";

import { Browser } from "./support/browser.mjs";
import { ROOT, emulator } from "./support/programs.mjs";

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

const world = await emulator();
const client = new ScalekitClient(world.url, world.clientId, world.clientSecret);
const app = await start();
await world.admin("POST", "webhooks", { url: `${app}/webhook`, secret: SECRET });
const acme = await organization("Acme", "acme-1", "ada@acme.example");

/** The application on a port of its own; where it listens. */
async function start() {
  const child = spawn(process.execPath, ["app.mjs"], {
    cwd: join(ROOT, "examples/express"),
    env: {
      ...process.env,
      PORT: "0",
      SCALEKIT_ENVIRONMENT_URL: world.url,
      SCALEKIT_CLIENT_ID: world.clientId,
      SCALEKIT_CLIENT_SECRET: world.clientSecret,
      WEBHOOK_SECRET: SECRET,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  after(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
    }
  });
  const gone = once(child, "exit").then(() => {
    throw new Error("the application gave up: does examples/node_modules have what it needs?");
  });
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), gone]);
  return String(line);
}

/** @param {string} name @param {string} externalId @param {string} email */
async function organization(name, externalId, email) {
  const { organization } = await client.organization.createOrganization(name, { externalId });
  assert.ok(organization);
  await client.user.createUserAndMembership(organization.id, { email, sendInvitationEmail: false });
  return organization;
}

async function signedIn() {
  const browser = new Browser();
  const login = new URLSearchParams({ organization_id: acme.id, login_hint: "ada@acme.example" });
  const page = await browser.open(`${app}/login?${login}`);
  return { browser, page };
}

test("a user signs in, sees the organization, and signs out", async () => {
  const { browser, page } = await signedIn();
  assert.equal(page.url, `${app}/organization`);
  assert.deepEqual(JSON.parse(page.text), { name: "Acme", externalId: "acme-1", members: ["ada@acme.example"] });
  assert.equal((await browser.open(app)).text, "Signed in as ada@acme.example");

  const left = await browser.open(`${app}/logout`);
  assert.equal(left.url, `${app}/`);
  assert.equal(left.text, "Signed out");
});

test("a page that needs a session leads to the login, and another browser's session is its own", async () => {
  const stranger = new Browser();
  /** @type {string[]} */
  const seen = [];
  await stranger.open(`${app}/organization`, (url) => {
    seen.push(url.pathname);
    return url;
  });
  assert.deepEqual(seen.slice(0, 2), ["/login", "/oauth/authorize"]);
  assert.equal((await new Browser().open(app)).text, "Signed out");
});

test("a callback that was not asked for is refused", async () => {
  const browser = new Browser();
  const login = new URLSearchParams({ organization_id: acme.id, login_hint: "ada@acme.example" });
  const page = await browser.open(`${app}/login?${login}`, (url) => {
    if (url.pathname === "/callback") {
      url.searchParams.set("state", "forged");
    }
    return url;
  });
  assert.deepEqual([page.status, page.text], [403, "This login was not started here"]);
});

test("a signed webhook is taken, a forged one is not", async () => {
  const { browser } = await signedIn();
  await client.organization.updateOrganization(acme.id, { displayName: "Acme Rockets" });
  /** @type {string[]} */
  let events = [];
  // The emulator delivers in its own time.
  for (let tries = 0; tries < 200 && !events.includes("organization.updated"); tries += 1) {
    await sleep(50);
    events = JSON.parse((await browser.open(`${app}/events`)).text).map((/** @type {any} */ event) => event.type);
  }
  assert.ok(events.includes("organization.updated"));

  const forged = await fetch(`${app}/webhook`, {
    method: "POST",
    body: JSON.stringify({ type: "organization.deleted", organization_id: acme.id }),
    headers: {
      "content-type": "application/json",
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}`,
    },
  });
  assert.deepEqual([forged.status, await forged.text()], [400, "Invalid signature"]);
  const bare = await fetch(`${app}/webhook`, { method: "POST", body: "{}" });
  assert.deepEqual([bare.status, await bare.text()], [400, "Missing required headers"]);
  const after = JSON.parse((await browser.open(`${app}/events`)).text);
  assert.ok(!after.some((/** @type {any} */ event) => event.type === "organization.deleted"));
});

test("what the service refuses is a page with its status", async () => {
  const { browser } = await signedIn();
  const error = { code: "PERMISSION_DENIED", message: "not for you" };
  await world.fault("OrganizationService.GetOrganization", { times: 1, error });
  const page = await browser.open(`${app}/organization`);
  assert.deepEqual([page.status, page.text], [403, "Something went wrong: [permission_denied] not for you"]);
});
