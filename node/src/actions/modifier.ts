import type { JsonObject } from "@bufbuild/protobuf";

import { ScalekitArgumentException, ScalekitModifierException } from "../errors";
import type { ExecuteToolResponse } from "../messages/scalekit/v1/tools/tools_pb";
import * as validate from "../runtime/validate";
import { known } from "./names";

/** When a modifier is applied: `pre` to the input of a tool, `post` to its output. */
export type ModifierType = "pre" | "post";

/** The name of a tool, or a list of names. */
export type ToolNames = string | readonly string[];

/** The input of a tool. */
export type ToolInput = JsonObject;

/** The output of a tool. */
export type ToolOutput = JsonObject;

/** Changes the input of a tool. It receives a copy and returns the new input. */
export type PreModifierFunction = (toolInput: ToolInput) => ToolInput | Promise<ToolInput>;

/** Changes the output of a tool. It receives `data` of the response and returns the new `data`. */
export type PostModifierFunction = (
  toolOutput: ToolOutput,
) => ToolOutput | null | undefined | Promise<ToolOutput | null | undefined>;

/** A function that changes the input or the output of some tools. */
export interface Modifier {
  /** The names of the tools. */
  readonly toolNames: ToolNames;
  readonly type: ModifierType;
  /** The function. It can be asynchronous. */
  readonly func: PreModifierFunction | PostModifierFunction;
}

/** A registered modifier. */
export interface RegisteredModifier extends Modifier {
  readonly toolNames: readonly string[];
}

/** Validates a modifier and returns a copy. */
export function registered(method: string, modifier: Modifier): RegisteredModifier {
  const { toolNames, type, func } = known(method, modifier, ["toolNames", "type", "func"]);
  if (type !== "pre" && type !== "post") {
    throw new ScalekitArgumentException('type must be "pre" or "post"');
  }
  if (typeof func !== "function") {
    validate.wrongType("func", "a function", func);
  }
  return Object.freeze({ toolNames: Object.freeze(namesOf(toolNames)), type, func });
}

function namesOf(toolNames: unknown): string[] {
  const names: unknown = typeof toolNames === "string" ? [toolNames] : toolNames;
  const isName = (name: unknown) => typeof name === "string" && name !== "";
  if (!Array.isArray(names) || names.length === 0 || !names.every(isName)) {
    throw new ScalekitArgumentException("toolNames must be a string or an array of strings");
  }
  return [...(names as string[])];
}

/** Returns the modifiers of a type that are for this tool. */
export function select(
  modifiers: readonly RegisteredModifier[],
  toolName: string,
  type: ModifierType,
): RegisteredModifier[] {
  return modifiers.filter(
    (modifier) => modifier.type === type && modifier.toolNames.includes(toolName),
  );
}

/**
 * Applies modifiers in their order. Each one receives the result of the previous one.
 *
 * @param data The input or the output of the tool. Modifiers may change this object.
 * @param response The response of the tool, for errors of post-modifiers.
 */
export async function modified(
  toolName: string,
  data: JsonObject | undefined,
  modifiers: readonly RegisteredModifier[],
  response?: ExecuteToolResponse,
): Promise<JsonObject | undefined> {
  let result = data;
  for (const modifier of modifiers) {
    let returned: unknown;
    try {
      returned = await modifier.func(result as JsonObject);
    } catch (error) {
      annotate(error, response);
      throw error;
    }
    const isMissing = returned === undefined || returned === null;
    if (isMissing ? modifier.type === "pre" : typeof returned !== "object" || isArray(returned)) {
      throw invalidResult(toolName, modifier, returned, response);
    }
    result = (returned ?? undefined) as JsonObject | undefined;
  }
  return result;
}

function isArray(value: unknown): boolean {
  return Array.isArray(value);
}

/** Adds the response to the error of a post-modifier: the tool has already acted. */
function annotate(error: unknown, response: ExecuteToolResponse | undefined): void {
  if (response !== undefined && error instanceof Error && Object.isExtensible(error)) {
    // Not enumerable, so that logged errors do not contain the output.
    Object.defineProperty(error, "toolResponse", { value: response, configurable: true });
  }
}

function invalidResult(
  toolName: string,
  modifier: RegisteredModifier,
  returned: unknown,
  response: ExecuteToolResponse | undefined,
): Error {
  const name = modifier.func.name || "function";
  const found = returned === null ? "null" : isArray(returned) ? "an array" : typeof returned;
  const problem =
    `${modifier.type}-modifier ${name}() of tool ${toolName} ` +
    `must return an object, not ${found}`;
  return response === undefined
    ? new ScalekitArgumentException(problem)
    : new ScalekitModifierException(problem, {
        operation: "ToolService.ExecuteTool",
        toolResponse: response,
      });
}
