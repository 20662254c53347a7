// @ts-check
// Runs the programs of docs/*.md: the Node snippets that are followed by their output.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { ROOT } from "./support/programs.mjs";

const EMULATOR =
  process.env["SCALEKIT_EMULATOR_BIN"] ?? join(ROOT, "target/debug/scalekit-emulator");
const PROGRAM = /^```js\n(.*?)^```\n\n```text\n(.*?)^```$/gms;

for (const page of readdirSync(join(ROOT, "docs")).sort()) {
  if (!page.endsWith(".md")) {
    continue;
  }
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  [...text.matchAll(PROGRAM)].forEach(([, program = "", output = ""], index) => {
    test(`program ${index + 1} of ${page} prints its output`, async () => {
      const { stdout, stderr } = await promisify(execFile)(
        EMULATOR,
        [
          ...["run", "--seed", "demo", "--auto-approve", "--"],
          ...[process.execPath, "--input-type=module", "-e", program],
        ],
        { cwd: import.meta.dirname },
      );
      assert.equal(stderr, "");
      // In a page, `…` stands for a text that changes.
      const expected = output.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".+");
      assert.match(stdout, new RegExp(`^${expected}$`));
    });
  });
}

test("the snippet of agents.md is the one of the README, which is run", () => {
  const page = readFileSync(join(ROOT, "docs/agents.md"), "utf8");
  const snippets = [...page.matchAll(/^```js\n.*?^```$/gms)].map(([snippet]) => snippet);
  assert.equal(snippets.length, 1);
  const [snippet = ""] = snippets;
  assert.ok(readFileSync(join(ROOT, "node/README.md"), "utf8").includes(snippet));
});
