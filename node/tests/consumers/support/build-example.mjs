// Builds the application in examples/sessions/next with Next 16, for the browser tests.
import { build } from "./next.mjs";
import { project } from "./project.mjs";

await build(project("sessions-next", ["../../../examples/sessions/next"], { packed: false }));
