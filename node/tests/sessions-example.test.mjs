// @ts-check
/** The application in examples/sessions-express. The consumers test examples/sessions-next. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

import { ScalekitClient } from "scalekit-client";

import { SCENARIOS, SEED, WEBHOOK_SECRET } from "./support/example-scenarios.mjs";
import { emulator, ROOT } from "./support/programs.mjs";

const environment = await emulator();
const { url, clientId, clientSecret } = environment;
await environment.admin("POST", "seed", SEED);
const client = new ScalekitClient(url, clientId, clientSecret);

const listener = createServer().listen(0, "127.0.0.1");
await once(listener, "listening");
const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
listener.close();
const app = `http://127.0.0.1:${port}`;
const child = spawn(process.execPath, ["app.mjs"], {
  cwd: join(ROOT, "examples/sessions-express"),
  env: {
    ...process.env,
    PORT: String(port),
    APP_URL: app,
    SCALEKIT_ENVIRONMENT_URL: url,
    SCALEKIT_CLIENT_ID: clientId,
    SCALEKIT_CLIENT_SECRET: clientSecret,
    COOKIE_SECRET: "a secret of at least thirty-two characters",
    WEBHOOK_SECRET,
  },
  stdio: ["ignore", "pipe", "inherit"],
});
after(() => child.kill());
const lines = createInterface(child.stdout);
const exited = once(child, "exit").then(() => {
  throw new Error("the application exited; check that examples/node_modules is installed");
});
await Promise.race([once(lines, "line"), exited]);
exited.catch(() => {});

for (const [name, run] of Object.entries(SCENARIOS)) {
  test(name, () => run(app, client, environment.admin));
}
