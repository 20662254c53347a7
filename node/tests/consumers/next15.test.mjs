import { test } from "node:test";

import {
  catchesNotFound,
  loginFailsAsBundled,
  sessionsWork,
  works,
  worksAtEdge,
} from "./support/checks.mjs";
import { build, start, startStandalone } from "./support/next.mjs";
import { project } from "./support/project.mjs";

const path = project("next15", ["next", "next-sessions", "next15", "next15-sessions"]);
const bundled = project("next15-bundled", ["next", "next15"], { without: "next.config.mjs" });

for (const command of ["dev", "dev --turbopack"]) {
  test(`Next 15: next ${command}`, async (t) => {
    const { url } = await start(t, path, ...command.split(" "));
    await works(url);
    await worksAtEdge(url);
    await sessionsWork(url, { middleware: true });
  });

  test(`Next 15: next ${command} without the setting, the error names it`, async (t) => {
    const server = await start(t, bundled, ...command.split(" "));
    await catchesNotFound(`${server.url}/api`);
    await loginFailsAsBundled(server);
  });
}

test("Next 15: next build and next start", async (t) => {
  await build(path);
  const { url } = await start(t, path, "start");
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: true });
  await catchesNotFound(`${url}/api`);
});

test("Next 15: the standalone output, in another folder", async (t) => {
  const { url } = await startStandalone(t, path);
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: true });
  await catchesNotFound(`${url}/api`);
});
