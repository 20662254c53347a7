// @ts-check
/** An agent environment: the user Ada with the tools of Gmail and Slack. */
import assert from "node:assert/strict";

import { ScalekitClient } from "scalekit-client";

import { emulator } from "./programs.mjs";

export const VERIFY = "https://app.example/verify";

/** The calls of a scripted model: it calls both tools at once. */
export const CALLS = [
  { id: "call_1", name: "gmail_fetch_mails", args: { query: "subject:hi" } },
  { id: "call_2", name: "slack_send_message", args: { channel: "c", text: "hi" } },
];

/** Selects the tools of {@link CALLS}. */
export const SELECTION = {
  identifier: "ada",
  toolNames: CALLS.map(({ name }) => name),
  authorizationLinks: { userVerifyUrl: VERIFY, state: "s1" },
};

/** Starts an emulator. `prepare` resets it and connects the accounts of Ada. */
export async function agentEnvironment() {
  const environment = await emulator();
  const { url, clientId, clientSecret, admin } = environment;
  /** @type {any} */
  const client = new ScalekitClient(url, clientId, clientSecret);

  /** Connects the accounts, as Ada does in the browser. */
  async function prepare() {
    await environment.reset();
    const connection = (/** @type {string} */ id, /** @type {string} */ name) => ({
      id,
      key_id: name,
      provider_key: name.toUpperCase(),
      type: "OAUTH",
    });
    await admin("POST", "seed", {
      connections: [connection("conn_1", "gmail"), connection("conn_2", "slack")],
    });
    for (const connectionName of ["gmail", "slack"]) {
      const account = { connectionName, identifier: "ada" };
      await client.actions.getOrCreateConnectedAccount(account);
      const { link } = await client.actions.getAuthorizationLink({
        ...account,
        userVerifyUrl: VERIFY,
      });
      const response = await fetch(link, { redirect: "manual" });
      const location = new URL(response.headers.get("location") ?? "");
      const authRequestId = location.searchParams.get("auth_request_id");
      await client.actions.verifyConnectedAccountUser({ authRequestId, identifier: "ada" });
    }
  }

  /** Gmail returns a mail, and Slack has lost its authorization. */
  async function revokeSlack() {
    await admin("POST", "tool-responses", { tool_name: "gmail_*", data: { mails: ["hi"] } });
    const error = { code: "UNAUTHENTICATED", message: "the grant was revoked" };
    await admin("POST", "tool-responses", { tool_name: "slack_*", times: 1, error });
  }

  return { ...environment, client, prepare, revokeSlack };
}

/** Checks the text about a lost authorization: its link starts a new authorization. */
export async function checkLink(/** @type {string} */ text) {
  const [, link = ""] =
    /The tool failed: the grant was revoked\. The user must authorize access again: (\S+)$/.exec(
      text,
    ) ?? assert.fail(text);
  const location = (await fetch(link, { redirect: "manual" })).headers.get("location") ?? "";
  assert.ok(location.startsWith(VERIFY), location);
  assert.equal(new URL(location).searchParams.get("state"), "s1");
}

/** A tool of a user, as the service returns it. */
export const scoped = (/** @type {object} */ definition, account = "ca_1") => ({
  tool: { provider: "GMAIL", definition },
  connectedAccountId: account,
});
