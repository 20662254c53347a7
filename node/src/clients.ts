import type { Road } from "./call";

/** The clients of the services, each made at its first use. */
export abstract class Clients {
  readonly #road: Road;
  readonly #made = new Map<string, unknown>();

  constructor(road: Road) {
    this.#road = road;
  }

  protected made<T>(name: string, load: () => { default: new (road: Road) => T }): T {
    let client = this.#made.get(name) as T | undefined;
    if (client === undefined) {
      client = new (load().default)(this.#road);
      this.#made.set(name, client);
    }
    return client;
  }
}
