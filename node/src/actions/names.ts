import { ScalekitArgumentException } from "../errors";

// Names that applications use by mistake, with the correct names. The first accepted one is
// suggested.
const SUGGESTED: Readonly<Record<string, readonly string[]>> = {
  parameters: ["toolInput"],
  params: ["toolInput", "queryParams"],
  input: ["toolInput"],
  arguments: ["toolInput"],
  args: ["toolInput"],
  tool: ["toolName", "toolNames"],
  name: ["toolName", "connectionName"],
  connector: ["connectionName"],
  connection: ["connectionName", "connectionNames"],
  user: ["identifier", "userIdentifier"],
  id: ["connectedAccountId", "configId", "instanceId"],
  accountId: ["connectedAccountId"],
  mcpConfigId: ["configId"],
  mappings: ["connectionToolMappings"],
  secrets: ["credentials"],
  staticAuth: ["credentials"],
  redirectUrl: ["userVerifyUrl"],
  data: ["body"],
  form: ["formData"],
  query: ["queryParams"],
  timeout: ["timeoutMs"],
  tools: ["toolNames"],
  url: ["path"],
};

/** Other names that {@link known} accepts. */
export interface OtherNames {
  /** Names that Scalekit's documentation uses, each with the name of the same argument. */
  instead?: Readonly<Record<string, string>>;
  /** Names without effect, each with a hint. They cause a warning. */
  unused?: Readonly<Record<string, string>>;
}

/**
 * Returns a copy of the argument of a method. Throws if it has an unknown name.
 *
 * @param method The method, for errors.
 * @param params The argument. A missing one counts as `{}`.
 * @param accepted The accepted names.
 */
export function known<T extends object>(
  method: string,
  params: T | null | undefined,
  accepted: readonly (keyof T & string)[],
  { instead = {}, unused = {} }: OtherNames = {},
): Partial<T> {
  const given = (params ?? {}) as Record<string, unknown>;
  if (typeof given !== "object" || Array.isArray(given)) {
    const type = Array.isArray(given) ? "an array" : `a ${typeof given}`;
    throw new ScalekitArgumentException(
      `${method}() takes one object with ${accepted.join(", ")}, not ${type}`,
    );
  }
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const hint = Object.hasOwn(unused, name) ? unused[name] : undefined;
    if (hint !== undefined) {
      warnOnce(`${name} has no effect in ${method}(); ${hint}`);
      continue;
    }
    const target = Object.hasOwn(instead, name) ? (instead[name] as string) : name;
    if (!(accepted as readonly string[]).includes(target)) {
      throw new ScalekitArgumentException(unknownName(`${method}()`, name, accepted));
    }
    if (target !== name && Object.hasOwn(given, target)) {
      throw new ScalekitArgumentException(
        `${name} and ${target} are the same; pass only one to ${method}()`,
      );
    }
    result[target] = value;
  }
  return result as Partial<T>;
}

/** Returns the error message for an unknown name. It suggests an accepted name. */
export function unknownName(where: string, name: string, accepted: readonly string[]): string {
  // Names in Python are in snake case.
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const suggested = Object.hasOwn(SUGGESTED, camel) ? (SUGGESTED[camel] ?? []) : [];
  const found =
    [camel, ...suggested].find((candidate) => accepted.includes(candidate)) ??
    closest(camel, accepted);
  return found === undefined
    ? `${where} has no '${name}'; it has ${accepted.join(", ")}`
    : `${where} has no '${name}'; use '${found}'`;
}

/** Returns the most similar name, or `undefined` if more than a third of the letters differ. */
function closest(name: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((other) => ({ other, distance: distance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance * 3 <= best.other.length ? best.other : undefined;
}

/** Returns the number of letters to insert, remove or replace (Levenshtein distance). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, inserted));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const warned = new Set<string>();

/** Emits a warning of the process, once for each text. */
function warnOnce(text: string): void {
  if (!warned.has(text)) {
    warned.add(text);
    process.emitWarning(text, "ScalekitWarning");
  }
}
