// @ts-check
/** Uses the installed package with `import`. See scripts/check-node-package. */
import assert from "node:assert/strict";

import ScalekitDefault, { ScalekitClient, ScalekitNotFoundException } from "scalekit-client";
import { ScalekitEdgeClient } from "scalekit-client/edge";
import { OrganizationSchema } from "scalekit-client/v1/organizations";

assert.equal(ScalekitDefault, ScalekitClient);
const client = ScalekitClient.fromEnv();
const { organization } = await client.organization.createOrganization("Acme");
assert.ok(organization);
assert.equal(organization.$typeName, OrganizationSchema.typeName);
assert.equal(
  (await client.organization.getOrganization(organization.id)).organization?.displayName,
  "Acme",
);
await assert.rejects(client.organization.getOrganization("org_404"), ScalekitNotFoundException);
assert.equal(await client.validateAccessToken(await client.getClientAccessToken()), true);
const { SCALEKIT_ENVIRONMENT_URL: url, SCALEKIT_CLIENT_ID: id } = process.env;
const edge = new ScalekitEdgeClient(url ?? "", id ?? "", "");
assert.equal(await edge.validateAccessToken(await client.getClientAccessToken()), true);
console.log("import works");
