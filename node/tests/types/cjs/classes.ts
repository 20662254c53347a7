import { ScalekitClient } from "scalekit-client";
import ActionsClient from "scalekit-client/lib/actions";
import type OrganizationClient from "scalekit-client/lib/organization";
import type UserClient from "scalekit-client/lib/user.js";

/** Imports the classes of service clients from the official SDK's paths. */
export function clients(client: ScalekitClient): [OrganizationClient, UserClient] {
  return [client.organization, client.user];
}

/** Replaces a service in a subclass, as tests of applications do. */
export class FakeClient extends ScalekitClient {
  override readonly organization = {
    getOrganization: async () => ({}),
  } as unknown as OrganizationClient;
}

/** Compares with the class on the official SDK's path. */
export function isActions(value: unknown): value is ActionsClient {
  return value instanceof ActionsClient;
}
