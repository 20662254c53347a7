// The interface to login, sessions and bearer tokens of the core. Requests and results are JSON.

import { checked, fromNative } from "../errors/from-native";
import { lazily } from "../runtime/call";
import { runInBackground } from "../runtime/mailbox";
import { isFailure, native, type NativeClient, type NativeWebAuth } from "../runtime/native";
import * as validate from "../runtime/validate";
import type { SessionStore } from "./stores";

/** Login and sessions of an application, or bearer tokens of an API, in the core. */
export class CoreAuth {
  readonly #store: SessionStore | undefined;
  readonly #native: () => { client: NativeClient; auth: NativeWebAuth };

  /** The client and the options are read on first use. */
  constructor(client: () => NativeClient | undefined, options: () => string, store?: SessionStore) {
    this.#store = store;
    this.#native = lazily(() => {
      const nativeClient = client();
      if (nativeClient === undefined) {
        validate.wrongType("client", "a ScalekitClient", undefined);
      }
      const auth = checked(native().createWebAuth(nativeClient, options()));
      return { client: nativeClient, auth };
    });
  }

  /** Checks the values of the options. */
  check(): void {
    this.#native();
  }

  /**
   * Handles a request without waiting. Returns the result as JSON, or `undefined` if the request
   * needs the network or the store.
   */
  attempt(request: object): string | undefined {
    if (this.#store !== undefined) {
      return undefined;
    }
    const { client, auth } = this.#native();
    const result = native().tryWebAuth(client, auth, JSON.stringify(request));
    return result === null ? undefined : checked(result);
  }

  /** Handles a request. */
  async run<T>(request: object): Promise<T> {
    const { client, auth } = this.#native();
    const flow = native().startWebAuth(client, auth, JSON.stringify(request));
    if (isFailure(flow)) {
      throw fromNative(flow);
    }
    let answer: string | undefined;
    for (;;) {
      const advance = answer;
      const text = await runInBackground(
        (mailbox, id) => native().advanceWebAuth(flow, mailbox, id, advance),
        undefined,
      );
      const step = JSON.parse(text as string) as { done: T } | StoreCommand;
      if ("done" in step) {
        return step.done;
      }
      answer = JSON.stringify(await execute(this.#store as SessionStore, step));
    }
  }
}

interface StoreCommand {
  command: "get" | "set" | "delete";
  key: string;
  value?: string;
  lifetime?: number;
  if_absent?: boolean;
}

/** Executes a command of the core in the store. An exception makes the store unreachable. */
async function execute(store: SessionStore, step: StoreCommand): Promise<object> {
  const { command, key, value = "", lifetime = 1, if_absent: ifAbsent = false } = step;
  try {
    switch (command) {
      case "get":
        return { value: (await store.get(key)) ?? null };
      case "set":
        return { set: (await store.set(key, value, { lifetime, ifAbsent })) !== false };
      case "delete":
        await store.delete(key);
        return {};
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : "the store failed" };
  }
}
