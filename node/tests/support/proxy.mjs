// @ts-check
/** An environment with accounts for requests through the proxy. */
import { ScalekitClient } from "scalekit-client";

import { emulator } from "./programs.mjs";

export const ITEMS = { connectionName: "gmail", identifier: "ada", path: "/v1/items" };

const account = (/** @type {string} */ identifier) => ({
  id: `ca_${identifier.length}`,
  identifier,
  connector: "gmail",
  provider: "GMAIL",
  connection_id: "conn_1",
  status: "ACTIVE",
});

/** Starts an emulator. `prepare` resets it and creates a client. */
export async function proxyEnvironment() {
  const environment = await emulator();
  const { url, clientId, clientSecret, admin } = environment;
  /** @type {any} */
  let client;
  return {
    url,
    clientId,
    clientSecret,
    async prepare() {
      await environment.reset();
      // The reset revokes the tokens of earlier clients.
      client = new ScalekitClient(url, clientId, clientSecret);
      await admin("POST", "seed", {
        connections: [{ id: "conn_1", key_id: "gmail", provider_key: "GMAIL", type: "OAUTH" }],
        accounts: [account("ada"), account("Zoë 李")],
      });
    },
    client: () => client,
    /** @param {object} params @param {object} [call] */
    request: (params, call) => client.actions.request({ ...ITEMS, ...params }, call),
    script: (/** @type {object} */ response) => admin("POST", "proxy-responses", response),
    requests: () => environment.requests("operation=proxy"),
  };
}
