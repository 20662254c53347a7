import { app } from "./app.mjs";

Bun.serve({ fetch: app.fetch, hostname: "127.0.0.1", port: process.env.PORT });
