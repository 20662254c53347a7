/** A package with the addon for one platform. */
export interface Platform {
  /** `process.platform`. */
  readonly os: string;
  /** `process.arch`. */
  readonly cpu: string;
  /** On Linux only. The package manager installs the package with the matching libc. */
  readonly libc?: "glibc" | "musl";
  readonly package: string;
  /** The Rust target triple of the build. */
  readonly target: string;
}

/** The supported platforms. */
export const PLATFORMS: readonly Platform[] = [
  {
    os: "linux",
    cpu: "x64",
    libc: "glibc",
    package: "scalekit-client-linux-x64-gnu",
    target: "x86_64-unknown-linux-gnu",
  },
  {
    os: "linux",
    cpu: "x64",
    libc: "musl",
    package: "scalekit-client-linux-x64-musl",
    target: "x86_64-unknown-linux-musl",
  },
  {
    os: "linux",
    cpu: "arm64",
    libc: "glibc",
    package: "scalekit-client-linux-arm64-gnu",
    target: "aarch64-unknown-linux-gnu",
  },
  {
    os: "linux",
    cpu: "arm64",
    libc: "musl",
    package: "scalekit-client-linux-arm64-musl",
    target: "aarch64-unknown-linux-musl",
  },
  {
    os: "darwin",
    cpu: "x64",
    package: "scalekit-client-darwin-x64",
    target: "x86_64-apple-darwin",
  },
  {
    os: "darwin",
    cpu: "arm64",
    package: "scalekit-client-darwin-arm64",
    target: "aarch64-apple-darwin",
  },
  {
    os: "win32",
    cpu: "x64",
    package: "scalekit-client-win32-x64-msvc",
    target: "x86_64-pc-windows-msvc",
  },
  {
    os: "win32",
    cpu: "arm64",
    package: "scalekit-client-win32-arm64-msvc",
    target: "aarch64-pc-windows-msvc",
  },
];
