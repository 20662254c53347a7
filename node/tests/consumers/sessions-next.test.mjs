// The application in examples/sessions-next, with Next 16.
import { before, test } from "node:test";

import { SCENARIOS, SEED } from "../support/example-scenarios.mjs";
import { build, start } from "./support/next.mjs";
import { packedClient, project } from "./support/project.mjs";

const path = project("sessions-next", ["../../../examples/sessions-next"]);
const { SCALEKIT_ENVIRONMENT_URL } = process.env;

async function admin(method, path, body) {
  const headers = { "content-type": "application/json" };
  const init = { method, ...(body && { body: JSON.stringify(body), headers }) };
  const text = await (await fetch(`${SCALEKIT_ENVIRONMENT_URL}/_emulator/${path}`, init)).text();
  return text && JSON.parse(text);
}

before(async () => {
  await admin("POST", "seed", SEED);
  await build(path);
});

test("the example application", async (t) => {
  const { url } = await start(t, path, "start");
  for (const [name, run] of Object.entries(SCENARIOS)) {
    await t.test(name, () => run(url, packedClient(), admin));
  }
});
