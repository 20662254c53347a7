// @ts-check
/** Runs the Node snippets of docs/observability.md. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { emulator, ROOT } from "./support/programs.mjs";

const { url, clientId, clientSecret } = await emulator();
const page = readFileSync(join(ROOT, "docs/observability.md"), "utf8");
const snippets = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, source = ""]) => source);
const EXPECTED = [
  /'rpc.method': 'OrganizationService.ListOrganization'/,
  /^OrganizationService.ListOrganization 200 1 true undefined$/m,
];

test("the snippets run", () => {
  assert.equal(snippets.length, EXPECTED.length);
  snippets.forEach((source, index) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", source],
      {
        cwd: import.meta.dirname,
        encoding: "utf8",
        env: {
          ...process.env,
          SCALEKIT_ENVIRONMENT_URL: url,
          SCALEKIT_CLIENT_ID: clientId,
          SCALEKIT_CLIENT_SECRET: clientSecret,
        },
      },
    );
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /** @type {RegExp} */ (EXPECTED[index]));
  });
});
