// @ts-check
/**
 * Uses the installed package with `require` and in a worker thread. See scripts/check-node-package.
 */
const assert = require("node:assert/strict");
const { Worker, isMainThread } = require("node:worker_threads");

const {
  default: ScalekitDefault,
  Scalekit,
  ScalekitClient,
  WebhookVerificationError,
} = require("scalekit-client");
const {
  OrganizationSchema,
} = require("scalekit-client/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb");

async function main() {
  assert.equal(ScalekitDefault, ScalekitClient);
  assert.equal(Scalekit, ScalekitClient);
  const { version, optionalDependencies } = /** @type {any} */ (
    require("scalekit-client/package.json")
  );
  assert.deepEqual(
    [Object.keys(optionalDependencies).length, new Set(Object.values(optionalDependencies))],
    [8, new Set([version])],
  );
  const client = ScalekitClient.fromEnv();
  const listed = await client.organization.listOrganization({ pageSize: 1 });
  assert.ok(
    listed.organizations.every(({ $typeName }) => $typeName === OrganizationSchema.typeName),
  );
  assert.throws(
    () => client.verifyWebhookPayload("whsec_c2VjcmV0", {}, "{}"),
    WebhookVerificationError,
  );
  if (isMainThread) {
    const code = await new Promise((resolve, reject) => {
      new Worker(__filename).on("exit", resolve).on("error", reject);
    });
    assert.equal(code, 0);
    console.log("require works, also in a worker thread");
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
