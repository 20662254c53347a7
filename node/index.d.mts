export * from "./lib/index.js";
export { ScalekitClient as default } from "./lib/index.js";
