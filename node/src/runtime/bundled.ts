import { createRequire } from "node:module";

// Bundlers load this module in place of `addons`: they resolve `#scalekit-client/addons` with the
// condition `module`, which Node, Bun, Deno and file tracers do not set.

/** Loads the addon at `path`. */
export function requireFile(path: string): unknown {
  return createRequire(path)(path);
}

/** Returns `undefined`: a bundle has no addon of a checkout. */
export function requireFromCheckout(): undefined {
  return undefined;
}

/** Always throws: the platform package is not part of the bundle. */
export function requirePackage(): never {
  throw new Error(
    "scalekit-client was bundled, and bundlers cannot include its native addon. " +
      "Exclude the package from the bundle. " +
      'Next.js 15 and later: serverExternalPackages: ["scalekit-client"] in next.config. ' +
      "Next.js up to 14: " +
      'experimental: { serverComponentsExternalPackages: ["scalekit-client"] }. ' +
      'webpack: externals: { "scalekit-client": "commonjs scalekit-client" }. ' +
      "esbuild: --external:scalekit-client. Other bundlers have a similar setting.",
  );
}
