// @ts-check
/** The application in examples/express, tested over HTTP. */
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

const environment = await emulator();
const client = new ScalekitClient(environment.url, environment.clientId, environment.clientSecret);
const app = await start();
await environment.admin("POST", "webhooks", { url: `${app}/webhook`, secret: SECRET });
const acme = await organization("Acme", "acme-1", "ada@acme.example");

/** Starts the application on a free port. Returns its URL. */
async function start() {
  const child = spawn(process.execPath, ["app.mjs"], {
    cwd: join(ROOT, "examples/express"),
    env: {
      ...process.env,
      PORT: "0",
      SCALEKIT_ENVIRONMENT_URL: environment.url,
      SCALEKIT_CLIENT_ID: environment.clientId,
      SCALEKIT_CLIENT_SECRET: environment.clientSecret,
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
  const exited = once(child, "exit").then(() => {
    throw new Error("the application exited; check that examples/node_modules is installed");
  });
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), exited]);
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

test("a user logs in, sees the organization and logs out", async () => {
  const { browser, page } = await signedIn();
  assert.equal(page.url, `${app}/organization`);
  assert.deepEqual(JSON.parse(page.text), {
    name: "Acme",
    externalId: "acme-1",
    members: ["ada@acme.example"],
  });
  assert.equal((await browser.open(app)).text, "Signed in as ada@acme.example");

  const loggedOut = await browser.open(`${app}/logout`);
  assert.equal(loggedOut.url, `${app}/`);
  assert.equal(loggedOut.text, "Signed out");
});

test("a page redirects to the login, and browsers have separate sessions", async () => {
  const browser = new Browser();
  /** @type {string[]} */
  const seen = [];
  await browser.open(`${app}/organization`, (url) => {
    seen.push(url.pathname);
    return url;
  });
  assert.deepEqual(seen.slice(0, 2), ["/login", "/oauth/authorize"]);
  assert.equal((await new Browser().open(app)).text, "Signed out");
});

test("a callback with a forged state is rejected", async () => {
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

test("a signed webhook is accepted and a forged webhook is rejected", async () => {
  const { browser } = await signedIn();
  await client.organization.updateOrganization(acme.id, { displayName: "Acme Rockets" });
  /** @type {string[]} */
  let events = [];
  // The emulator delivers webhooks asynchronously.
  for (let tries = 0; tries < 200 && !events.includes("organization.updated"); tries += 1) {
    await sleep(50);
    events = JSON.parse((await browser.open(`${app}/events`)).text).map(
      (/** @type {any} */ event) => event.type,
    );
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
  const unsigned = await fetch(`${app}/webhook`, { method: "POST", body: "{}" });
  assert.deepEqual([unsigned.status, await unsigned.text()], [400, "Missing required headers"]);
  const after = JSON.parse((await browser.open(`${app}/events`)).text);
  assert.ok(!after.some((/** @type {any} */ event) => event.type === "organization.deleted"));
});

test("an error of the service is shown with its status", async () => {
  const { browser } = await signedIn();
  const error = { code: "PERMISSION_DENIED", message: "not for you" };
  await environment.fault("OrganizationService.GetOrganization", { times: 1, error });
  const page = await browser.open(`${app}/organization`);
  assert.deepEqual(
    [page.status, page.text],
    [403, "Something went wrong: [permission_denied] not for you"],
  );
});
