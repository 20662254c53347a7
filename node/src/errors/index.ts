import * as base from "./base-exception";
import { shareInstances } from "./shared";
import * as specific from "./specific-exceptions";

export * from "./base-exception";
export * from "./specific-exceptions";

shareInstances(base.ScalekitException, { ...base, ...specific });
