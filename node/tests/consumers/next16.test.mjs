// Next 16 develops and builds with Turbopack.
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

const path = project("next16", ["next", "next-sessions", "next16", "next16-sessions"]);

test("Next 16: next dev", async (t) => {
  const { url } = await start(t, path, "dev");
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: true });
});

test("Next 16: next build and next start", async (t) => {
  await build(path);
  const { url } = await start(t, path, "start");
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: true });
  await catchesNotFound(`${url}/api`);
});

test("Next 16: the standalone output, in another folder", async (t) => {
  const { url } = await startStandalone(t, path);
  await works(url);
  await worksAtEdge(url);
  await sessionsWork(url, { middleware: true });
  await catchesNotFound(`${url}/api`);
});

test("Next 16: next start without the setting, the error names it", async (t) => {
  const bundled = project("next16-bundled", ["next", "next16"], { without: "next.config.mjs" });
  await build(bundled);
  const server = await start(t, bundled, "start");
  await catchesNotFound(`${server.url}/api`);
  await loginFailsAsBundled(server);
});
