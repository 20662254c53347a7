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

const path = project("next14", ["next", "next-sessions", "next14"]);

test("Next 14: next dev", async (t) => {
  const { url } = await start(t, path, "dev");
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: false });
});

test("Next 14: next build and next start", async (t) => {
  await build(path);
  const { url } = await start(t, path, "start");
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: false });
  await catchesNotFound(`${url}/api`);
});

test("Next 14: the standalone output, in another folder", async (t) => {
  const { url } = await startStandalone(t, path);
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: false });
  await catchesNotFound(`${url}/api`);
});

// By default, Next does not bundle packages for the Pages Router.
test("Next 14: next start without the setting, the error names it", async (t) => {
  const bundled = project("next14-bundled", ["next", "next14"], { without: "next.config.mjs" });
  await build(bundled);
  const server = await start(t, bundled, "start");
  await catchesNotFound(`${server.url}/api`);
  await loginFailsAsBundled(server);
});
