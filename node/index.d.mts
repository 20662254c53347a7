import * as scalekit from "./lib/index.js";

/** The `ScalekitClient` class with all exports as properties. */
declare const ScalekitDefault: typeof scalekit.ScalekitClient &
  Omit<typeof scalekit, "default"> & { readonly default: typeof ScalekitDefault };
type ScalekitDefault = scalekit.ScalekitClient;

export default ScalekitDefault;
export * from "./lib/index.js";
