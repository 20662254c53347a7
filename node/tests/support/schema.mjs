// @ts-check
/** The schema, read from the message modules. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const LIB = new URL("../../lib/messages/", import.meta.url);

/** Returns the message modules by path below `lib/messages`. @returns {Map<string, any>} */
export function modules() {
  const files = readdirSync(LIB, { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  return new Map(
    files
      .filter((path) => path.endsWith("_pb.js"))
      .map((path) => [path, require(`../../lib/messages/${path}`)]),
  );
}

/**
 * Returns the operations by name.
 * @returns {Map<string, import("@bufbuild/protobuf").DescMethod>}
 */
export function operations() {
  const found = new Map();
  for (const module of modules().values()) {
    for (const value of Object.values(module)) {
      if (value?.kind === "service") {
        for (const method of value.methods) {
          found.set(`${value.name}.${method.name}`, method);
        }
      }
    }
  }
  return found;
}
