// Shared code of the adapters for frameworks and model APIs.

import type { JsonObject } from "@bufbuild/protobuf";

import type ActionsClient from "../actions";
import type { AgentTool, GetToolsParams, LinkParams } from "../actions";
import { known } from "../actions/names";
import { ScalekitArgumentException, ScalekitException } from "../errors";
import type { Cancellation } from "../runtime/call";

/** Parameters of the functions that return the tools of a user for a framework. */
export interface AdapterParams extends GetToolsParams {
  /**
   * Whether the text of a failure contains a link if the user must authorize the account again.
   * Default: `true`. An object has the parameters of the links.
   */
  authorizationLinks?: boolean | LinkParams;
}

/** The failure of a tool. The model receives the message. The cause is the original error. */
export class ToolFailure extends ScalekitException {
  override name = "ToolFailure";
}

/** The tools of a user. Names are unique. */
export class ToolSet {
  readonly #actions: ActionsClient;
  readonly #links: boolean | LinkParams;
  readonly tools: ReadonlyMap<string, AgentTool>;

  private constructor(actions: ActionsClient, links: boolean | LinkParams, tools: AgentTool[]) {
    this.#actions = actions;
    this.#links = links;
    this.tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  /** Fetches the tools. `method` is the function of the adapter, for errors. */
  static async load(method: string, actions: ActionsClient, params: AdapterParams) {
    const { authorizationLinks = true, ...selection } = known(method, params, [
      "identifier",
      "providers",
      "toolNames",
      "connectionNames",
      "pageSize",
      "authorizationLinks",
    ]);
    const tools = await actions.getTools(selection as GetToolsParams);
    const names = tools.map((tool) => tool.name);
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated !== undefined) {
      throw new ScalekitArgumentException(
        `two connected accounts have the tool ${repeated}; select one with connectionNames`,
      );
    }
    return new ToolSet(actions, authorizationLinks, tools);
  }

  /** Returns what `convert` returns for each tool. */
  map<T>(convert: (tool: AgentTool) => T): T[] {
    return Array.from(this.tools.values(), convert);
  }

  /**
   * Executes a tool and returns its output. Rejects with a {@link ToolFailure}, or with the reason
   * of the signal if it is aborted.
   */
  async execute(name: string, input: unknown, signal?: AbortSignal): Promise<JsonObject> {
    const tool = this.tools.get(name);
    if (tool === undefined) {
      throw new ToolFailure(`The tool failed: there is no tool ${name}`);
    }
    try {
      return await tool.call(input as Record<string, unknown>, { signal });
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      const text = await this.#actions.describeToolFailure(error, this.#links);
      throw new ToolFailure(text, { cause: error });
    }
  }
}

/** Options of the functions that execute the tool calls of a model. */
export interface RunOptions extends Cancellation {
  /** Names of tools of your application. Calls of these tools are left out. */
  otherTools?: readonly string[];
}

/** A tool call of a model. */
export interface ModelCall {
  id: string;
  name: string;
  /** The input, as an object or as JSON. */
  input: unknown;
}

/** The result of a tool call: JSON of the output, or a text about the failure. */
export interface ModelResult {
  id: string;
  text: string;
  failed: boolean;
}

/** Executes the tool calls of a model at the same time. Failures are results. */
export async function runCalls(
  tools: ToolSet,
  calls: readonly ModelCall[],
  options: RunOptions | undefined,
): Promise<ModelResult[]> {
  const { signal, otherTools = [] } = known("run", options, ["signal", "otherTools"]);
  const own = calls.filter(({ name }) => !otherTools.includes(name));
  return Promise.all(
    own.map(async ({ id, name, input }) => {
      try {
        const output = await tools.execute(name, parsed(input), signal);
        return { id, text: JSON.stringify(output), failed: false };
      } catch (error) {
        if (error instanceof ToolFailure) {
          return { id, text: error.message, failed: true };
        }
        throw error;
      }
    }),
  );
}

/** Returns the input of a call. Some models send `""` for no input. */
function parsed(input: unknown): unknown {
  if (typeof input !== "string" || input === "") {
    return input === "" ? {} : input;
  }
  try {
    return JSON.parse(input);
  } catch {
    throw new ToolFailure("The tool failed: the arguments are not JSON");
  }
}

/** Loads an optional package. Throws an exception with the command that installs it. */
export async function load<T>(method: string, needed: string, specifier: string): Promise<T> {
  try {
    // Not typed: the types of some of the packages need browser types.
    return (await import(specifier)) as T;
  } catch (error) {
    const [name] = needed.split(",");
    throw new ScalekitArgumentException(
      `${method}() needs the package ${needed}: npm install ${name}`,
      { cause: error },
    );
  }
}
