// @ts-check
/** The schema as the message modules have it. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const LIB = new URL("../../lib/pkg/grpc/", import.meta.url);

/** The message modules, by path below `lib/pkg/grpc`. @returns {Map<string, any>} */
export function modules() {
  const files = readdirSync(LIB, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  return new Map(files.filter((path) => path.endsWith("_pb.js")).map((path) => [path, require(`../../lib/pkg/grpc/${path}`)]));
}

/** The operations. @returns {Map<string, import("@bufbuild/protobuf").DescMethod>} */
export function operations() {
  const found = new Map();
  for (const module of modules().values()) {
    for (const thing of Object.values(module)) {
      if (thing?.kind === "service") {
        for (const method of thing.methods) {
          found.set(`${thing.name}.${method.name}`, method);
        }
      }
    }
  }
  return found;
}
