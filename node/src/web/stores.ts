// Stores that the processes of an application share.

import { ScalekitArgumentException } from "../errors";

type Awaitable<T> = T | PromiseLike<T>;

/**
 * A key-value store that all processes of an application share. The methods may be asynchronous. If
 * one throws, the store counts as unreachable. Keys and values are ASCII text. Sessions and tokens
 * in values are encrypted.
 */
export interface SessionStore {
  /** Returns the value of a key, or `undefined` or `null` if it is missing or has expired. */
  get(key: string): Awaitable<string | null | undefined>;
  /**
   * Sets the value of a key. With `ifAbsent`, only if the key is missing, as one atomic step.
   * Returns `false` if the key exists.
   */
  set(key: string, value: string, options: SetOptions): Awaitable<unknown>;
  /** Deletes a key. A missing key is not an error. */
  delete(key: string): Awaitable<unknown>;
}

export interface SetOptions {
  /** How long the store keeps the value, in seconds. */
  lifetime: number;
  ifAbsent: boolean;
}

/** A store in the memory of this process: for tests, and for applications with one process. */
export class MemoryStore implements SessionStore {
  readonly #values = new Map<string, { value: string; end: number }>();
  #nextSweep = 0;

  get(key: string): string | undefined {
    const entry = this.#values.get(key);
    return entry && Date.now() < entry.end ? entry.value : undefined;
  }

  set(key: string, value: string, { lifetime, ifAbsent }: SetOptions): boolean {
    if (ifAbsent && this.get(key) !== undefined) {
      return false;
    }
    this.#sweep();
    this.#values.set(key, { value, end: Date.now() + lifetime * 1000 });
    return true;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** Removes expired values, at most once per second. */
  #sweep(): void {
    const now = Date.now();
    if (now < this.#nextSweep) {
      return;
    }
    this.#nextSweep = now + 1000;
    for (const [key, { end }] of this.#values) {
      if (end <= now) {
        this.#values.delete(key);
      }
    }
  }
}

/** A client of the package `redis` (4 or newer). */
export interface NodeRedisClient {
  get(key: string): Promise<unknown>;
  del(key: string): Promise<unknown>;
  sendCommand(command: any): Promise<unknown>;
  SET: (...args: any[]) => Promise<unknown>;
}

/** A client of the package `ioredis`. */
export interface IoRedisClient {
  get(key: string): Promise<unknown>;
  del(...keys: any[]): Promise<unknown>;
  call(command: string, ...args: any[]): Promise<unknown>;
}

/** A store in Redis, or in a server with its protocol. */
export class RedisStore implements SessionStore {
  readonly #client: NodeRedisClient | IoRedisClient;
  readonly #prefix: string;

  /**
   * @param client A connected client of the package `redis` or `ioredis`.
   * @param options `prefix` is added to all keys. Default: none.
   */
  constructor(client: NodeRedisClient | IoRedisClient, options: { prefix?: string } = {}) {
    if (
      typeof client !== "object" ||
      client === null ||
      !(isNodeRedis(client) || "call" in client)
    ) {
      throw new ScalekitArgumentException(
        "RedisStore needs a client of the package redis (4 or newer) or ioredis",
      );
    }
    this.#client = client;
    this.#prefix = options.prefix ?? "";
  }

  async get(key: string): Promise<string | undefined> {
    const value = await this.#client.get(this.#prefix + key);
    return typeof value === "string" ? value : undefined;
  }

  async set(key: string, value: string, { lifetime, ifAbsent }: SetOptions): Promise<boolean> {
    const name = this.#prefix + key;
    if (isNodeRedis(this.#client)) {
      const options = { EX: lifetime, ...(ifAbsent && { NX: true }) };
      return (await this.#client.SET(name, value, options)) === "OK";
    }
    const condition = ifAbsent ? ["NX"] : [];
    return (await this.#client.call("SET", name, value, "EX", lifetime, ...condition)) === "OK";
  }

  async delete(key: string): Promise<void> {
    await this.#client.del(this.#prefix + key);
  }
}

function isNodeRedis(client: NodeRedisClient | IoRedisClient): client is NodeRedisClient {
  return "SET" in client;
}
