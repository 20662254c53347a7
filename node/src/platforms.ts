/**
 * The platform packages, by `process.platform` and `process.arch`. On Linux there are two, for either C library: the
 * package manager installs the one that fits.
 */
export const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  "linux-x64": ["scalekit-client-linux-x64-gnu", "scalekit-client-linux-x64-musl"],
  "linux-arm64": ["scalekit-client-linux-arm64-gnu", "scalekit-client-linux-arm64-musl"],
  "darwin-x64": ["scalekit-client-darwin-x64"],
  "darwin-arm64": ["scalekit-client-darwin-arm64"],
  "win32-x64": ["scalekit-client-win32-x64-msvc"],
};
