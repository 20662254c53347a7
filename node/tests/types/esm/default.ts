import Scalekit from "scalekit-client";
import * as errors from "scalekit-client/lib/errors";

/** Uses the default import as the class and as an object with all exports. */
export function made(): Scalekit[] {
  const { ScalekitClient, ScalekitNotFoundException } = Scalekit;
  class Own extends Scalekit {}
  const args = ["https://acme.scalekit.com", "skc_1", "secret"] as const;
  const all: Scalekit[] = [
    new Scalekit(...args),
    new ScalekitClient(...args),
    new Scalekit.default(...args),
    new Own(...args),
  ];
  return new ScalekitNotFoundException("none") instanceof errors.ScalekitException
    ? all
    : [Scalekit.fromEnv()];
}
