// Rules of JSON that `JSON.parse` does not check.

/** Tokens of JSON text that `JSON.parse` accepts. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/gs;

/** The maximum nesting, as in the parser of the other languages. */
const MAX_DEPTH = 127;

/** The value of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON text of an object, and its value. */
export interface ParsedObject {
  text: string;
  value: JsonObject;
}

/** Parses UTF-8 JSON. Returns `undefined` unless it is an object. */
export function parseObject(bytes: Uint8Array): ParsedObject | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { text, value } : undefined;
  } catch {
    return undefined;
  }
}

/** Returns `true` for a JSON object, not for an array or `null`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a member of a parsed object. `Object.prototype` has no influence. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

interface Token {
  text: string;
  /** The number of containers around the token; an opening bracket counts. */
  depth: number;
  /** The name of the member of the outermost object that the token belongs to. */
  member: string | undefined;
  /** Whether the token is the name of a member of the outermost object. */
  isName: boolean;
}

/** Returns the tokens of an object's text, without closing brackets, commas and colons. */
function* tokens(text: string): Generator<Token> {
  let [depth, current, expectsName]: [number, string | undefined, boolean] = [0, undefined, true];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "}" || token === "]") {
      depth -= 1;
    } else if (token === "{" || token === "[") {
      depth += 1;
      yield { text: token, depth, member: current, isName: false };
    } else if (token === ",") {
      expectsName ||= depth === 1;
    } else if (token !== ":") {
      const isName = depth === 1 && expectsName;
      if (isName) {
        current = JSON.parse(token) as string;
        expectsName = false;
      }
      yield { text: token, depth, member: current, isName };
    }
  }
}

/**
 * Returns `true` if the outermost object repeats one of `names`. Parsers differ in which of two
 * members they use.
 */
export function repeats({ text }: ParsedObject, names: readonly string[]): boolean {
  const seen = new Set<string>();
  for (const { isName, member: name } of tokens(text)) {
    if (isName && name !== undefined && names.includes(name)) {
      if (seen.has(name)) {
        return true;
      }
      seen.add(name);
    }
  }
  return false;
}

/**
 * Returns `true` if every JSON parser accepts the object: valid Unicode, numbers in the range of a
 * double, limited nesting. The values of `except` are not checked.
 */
export function isPortable({ text }: ParsedObject, except: readonly string[]): boolean {
  for (const token of tokens(text)) {
    const checked = token.isName || !except.includes(token.member ?? "");
    if (checked && (token.depth > MAX_DEPTH || !isPortableToken(token.text))) {
      return false;
    }
  }
  return true;
}

function isPortableToken(token: string): boolean {
  if (token.startsWith('"')) {
    // The text is valid UTF-8, so only an escape can be half of a character.
    return !token.includes("\\u") || isWellFormed(JSON.parse(token) as string);
  }
  return !/^[-\d]/.test(token) || Number.isFinite(Number(token));
}

/** Returns `true` if a string contains no lone surrogates. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Replaces lone surrogates, which have no encoding. */
export function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
