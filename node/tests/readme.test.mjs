// @ts-check
/** The README's snippets, run as they stand. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { emulator, ROOT } from "./support/programs.mjs";

const environment = await emulator();
const readme = readFileSync(join(ROOT, "node/README.md"), "utf8");
const snippets = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, source = ""]) => source);

/** What each says at its end. */
const EXPECTED = [
  /404 RESOURCE_NOT_FOUND req_/,
  /^peter@initech.example$/m,
  /oidc\/logout/,
  /^valid until .*\nfalse$/m,
  /listened/,
  /^AbortError$/m,
];

test("there is an expectation for each snippet", () => {
  assert.equal(snippets.length, EXPECTED.length);
});

for (const [index, source] of snippets.entries()) {
  test(`snippet ${index + 1} runs`, async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source], {
      cwd: import.meta.dirname,
      env: {
        ...process.env,
        SCALEKIT_ENVIRONMENT_URL: environment.url,
        SCALEKIT_CLIENT_ID: environment.clientId,
        SCALEKIT_CLIENT_SECRET: environment.clientSecret,
      },
    });
    assert.equal(stderr, "");
    assert.match(stdout, /** @type {RegExp} */ (EXPECTED[index]));
  });
}
