// @ts-check
/** Several copies of the package's modules in one process, as after `jest.resetModules()`. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import { emulator, ROOT } from "./support/programs.mjs";

const require = createRequire(import.meta.url);
const { url, clientId, clientSecret, ...environment } = await emulator();
const PACKAGE = join(ROOT, "node/");

/** Removes all modules except the addon from the cache, as Jest does. */
function resetModules() {
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(PACKAGE) && !path.endsWith(".node")) {
      delete require.cache[path];
    }
  }
}

const load = () => require("scalekit-client");
const make = ({ ScalekitClient } = load()) =>
  new ScalekitClient(url, clientId, clientSecret, { maxRetries: 0 });

beforeEach(resetModules);

/** @param {any} client */
async function use(client) {
  const { organization } = await client.organization.createOrganization("Acme");
  assert.equal(
    (await client.organization.getOrganization(organization.id)).organization.displayName,
    "Acme",
  );
  // Large enough to be decoded in pieces.
  const json = { organization: { display_name: "x".repeat(20_000) } };
  await environment.fault("OrganizationService.GetOrganization", { status: 200, json });
  const large = await client.organization.getOrganization(organization.id);
  assert.equal(large.organization.displayName.length, 20_000);
  await environment.reset();
  assert.equal(await client.validateAccessToken(await client.getClientAccessToken()), true);
  const { ScalekitNotFoundException } = load();
  await assert.rejects(client.organization.getOrganization("org_404"), ScalekitNotFoundException);
}

/** @type {Record<string, (client: any) => unknown>} */
const PREPARATIONS = {
  "was created": () => {},
  "was accessed": (client) => client.organization.getOrganization,
  "was called": (client) => client.organization.listOrganization({ pageSize: 1 }),
  failed: (client) => assert.rejects(client.organization.getOrganization("org_404")),
};

for (const [what, prepare] of Object.entries(PREPARATIONS)) {
  test(`a client that ${what} before the modules were reset works`, async () => {
    const client = make();
    await prepare(client);
    resetModules();
    await use(client);
    resetModules();
    load();
    await use(client);
    await use(make());
  });
}

test("a class that was loaded before the modules were reset creates clients", async () => {
  const old = load();
  resetModules();
  await use(make(old));
});

/** @param {() => unknown} call */
async function failure(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
}

test("exceptions are instances of the same class of another copy of the modules", async () => {
  const old = load();
  const client = make();
  resetModules();
  const fresh = load();
  assert.notEqual(old.ScalekitNotFoundException, fresh.ScalekitNotFoundException);
  const missing = await failure(() => client.organization.getOrganization("org_404"));
  const webhook = await failure(() => client.verifyWebhookPayload("whsec_c2VjcmV0", {}, "{}"));
  const argument = await failure(() => make().getAuthorizationUrl(""));
  const names = Object.keys(fresh).filter((name) => fresh[name].prototype instanceof Error);
  const SERVER = ["ScalekitException", "ScalekitServerException", "ScalekitNotFoundException"];
  /** @type {[unknown, string[]][]} */
  const expected = [
    [missing, SERVER],
    [webhook, ["ScalekitException", "WebhookVerificationError"]],
    [argument, ["ScalekitException", "ScalekitArgumentException"]],
    [new Error("ScalekitException"), []],
    [{ name: "ScalekitException" }, []],
    [undefined, []],
  ];
  for (const [error, classes] of expected) {
    for (const copy of [old, fresh]) {
      const found = names.filter((name) => error instanceof copy[name]);
      assert.deepEqual(found.sort(), [...classes].sort());
    }
  }
  await environment.fault("ToolService.ExecuteTool", {
    status: 429,
    json: {
      code: 8,
      message: "slow down",
      details: [
        {
          "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
          error_code: "TOOL_ERROR",
          tool_error_info: { tool_error_code: "quota" },
        },
      ],
    },
  });
  const tool = await failure(() =>
    client.tools.executeTool({ toolName: "t", identifier: "me", params: {} }),
  );
  assert.ok(old.isToolException(tool) && fresh.isToolException(tool));
});

test("a program's own subclass of an exception has only its own instances", async () => {
  const { ScalekitNotFoundException } = load();
  class OwnException extends ScalekitNotFoundException {}
  assert.ok(!(new ScalekitNotFoundException("no") instanceof OwnException));
  assert.ok(new /** @type {any} */ (OwnException)("no") instanceof OwnException);
  resetModules();
  assert.ok(
    new /** @type {any} */ (OwnException)("no") instanceof load().ScalekitNotFoundException,
  );
  assert.ok(!(new (load().ScalekitNotFoundException)("no") instanceof OwnException));
});
