import { isWellFormed } from "../json.mjs";

/** The maximum length of a return path, in bytes. It is stored in a cookie. */
const MAX_LENGTH = 2048;

/** Characters that browsers or servers remove or treat as white space. */
const HIDDEN = /[\p{Control}\u2028\u2029\ufeff\u200b-\u200f]/u;

/**
 * Returns `path` if a browser resolves it to the own origin, else `undefined`.
 *
 * A path is accepted if it starts with a single `/`, has at most 2048 bytes, and contains neither a
 * backslash nor a control character. Browsers read a backslash as `/` and remove tabs and line
 * feeds (URL Standard, section 4.4), so that `/\evil.example` leads to another origin. The path is
 * also checked percent-decoded and without dot segments, because a server or a proxy may normalize
 * it before it redirects.
 *
 * @example
 * returnPath("/orders?page=2"); // "/orders?page=2"
 * returnPath("//evil.example"); // undefined
 */
export function returnPath(path: string | null | undefined): string | undefined {
  if (
    typeof path !== "string" ||
    !isWellFormed(path) ||
    new TextEncoder().encode(path).length > MAX_LENGTH ||
    !stays(path) ||
    HIDDEN.test(path)
  ) {
    return undefined;
  }
  // The query may contain encoded slashes and URLs.
  let decoded = path.replace(/[?#].*$/su, "");
  // Twice, for a proxy and a server that both decode.
  for (let round = 0; round < 2; round += 1) {
    const next = percentDecoded(decoded);
    if (next === undefined || HIDDEN.test(next) || !stays(next) || !stays(withoutDots(next))) {
      return undefined;
    }
    decoded = next;
  }
  return path;
}

/** Returns `true` if `path` starts with exactly one slash and has no backslash. */
function stays(path: string): boolean {
  return path.startsWith("/") && !path.startsWith("//") && !path.includes("\\");
}

/** Returns `undefined` if the decoded text is not UTF-8. Other uses of `%` are left unchanged. */
function percentDecoded(text: string): string | undefined {
  const encoded = new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (let index = 0; index < encoded.length; index += 1) {
    const escape = String.fromCharCode(...encoded.subarray(index, index + 3));
    if (/^%[\da-f]{2}$/i.test(escape)) {
      bytes.push(Number.parseInt(escape.slice(1), 16));
      index += 2;
    } else {
      bytes.push(encoded[index] ?? 0);
    }
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** Removes dot segments (RFC 3986, section 5.2.4). */
function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/").slice(1)) {
    if (segment === "..") {
      kept.pop();
    } else if (segment !== ".") {
      kept.push(segment);
    }
  }
  return `/${kept.join("/")}`;
}
