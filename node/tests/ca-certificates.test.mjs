// @ts-check
/** Trusted CAs: option, environment variables, and a machine without a CA bundle. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

import { emulator } from "./support/programs.mjs";

const folder = mkdtempSync(join(tmpdir(), "scalekit-"));
after(() => rmSync(folder, { recursive: true }));
const ca = join(folder, "ca.pem");
const { url, clientId, clientSecret } = await emulator("--tls-new-ca", ca);

const UNTRUSTED =
  "ScalekitServiceUnavailableException: [unavailable] no service token: no secure connection: " +
  "the server's certificate is not from a trusted CA; add the CA with the option caCertificates " +
  "or with one of the variables NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, SSL_CERT_DIR";

/** Creates a client with the CA in the argument, if any, and prints the result of a call. */
const CALL = `
  const { ScalekitClient } = require("scalekit-client");
  const client = ScalekitClient.fromEnv({ caCertificates: process.argv[1] });
  client.organization.listOrganization({ pageSize: 1 }).then(
    () => console.log("called"),
    (error) => console.log(error.name + ": " + error.message),
  );
`;

/**
 * Returns the result of a call in a process that has only these CA variables.
 * @param {Record<string, string>} variables @param {string[]} args @param {string[]} prefix
 */
function call(variables, args = [], prefix = []) {
  const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, SSL_CERT_DIR, ...others } = process.env;
  const credentials = {
    SCALEKIT_ENVIRONMENT_URL: url,
    SCALEKIT_CLIENT_ID: clientId,
    SCALEKIT_CLIENT_SECRET: clientSecret,
  };
  const [command, ...rest] = [...prefix, process.execPath, "-e", CALL, ...args];
  const result = spawnSync(/** @type {string} */ (command), rest, {
    cwd: import.meta.dirname,
    env: { ...others, ...credentials, ...variables },
    encoding: "utf8",
  });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
}

test("an option and environment variables add trusted CAs", () => {
  assert.equal(call({}), UNTRUSTED);
  assert.equal(call({}, [ca]), "called");
  assert.equal(call({ NODE_EXTRA_CA_CERTS: ca }), "called");
  assert.equal(call({ SSL_CERT_FILE: ca }), "called");
  assert.equal(call({ SSL_CERT_DIR: dirname(ca) }), "called");
});

test("the error of an untrusted certificate names a file that cannot be read", () => {
  const reason =
    "failed to read PEM from file: No such file or directory (os error 2) at '/nowhere/ca.pem'";
  const untrusted = call({ NODE_EXTRA_CA_CERTS: "/nowhere/ca.pem" });
  assert.equal(
    untrusted,
    `${UNTRUSTED}; NODE_EXTRA_CA_CERTS=/nowhere/ca.pem is ignored: ${reason}`,
  );
  assert.equal(call({ NODE_EXTRA_CA_CERTS: "/nowhere/ca.pem" }, [ca]), "called");
});

if (process.platform === "linux") {
  test("without a CA bundle, a call needs the configured CA", () => {
    const script =
      "for d in /etc/ssl /etc/pki /etc/ca-certificates /usr/lib/ssl /usr/share/ca-certificates; " +
      "do " +
      'if [ -d "$d" ]; then mount -t tmpfs tmpfs "$d" || exit 1; fi; done; exec "$@"';
    const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const prefix = ["unshare", ...user, "--mount", "sh", "-c", script, "sh"];
    const listed = spawnSync("unshare", [...prefix.slice(1), "ls", "-A", "/etc/ssl"], {
      encoding: "utf8",
    });
    assert.deepEqual(
      [listed.status, listed.stdout],
      [0, ""],
      "this test hides the machine's CA bundle in a mount namespace (unshare of util-linux); " +
        `run it as root or enable user namespaces: ${listed.stderr}`,
    );
    assert.equal(call({}, [ca], prefix), "called");
    assert.equal(call({ NODE_EXTRA_CA_CERTS: ca }, [], prefix), "called");
    assert.equal(call({}, [], prefix), UNTRUSTED);
  });
}
