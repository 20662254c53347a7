import type { CallOptions, EventFilter, ScalekitClient } from "scalekit-client";
import { ScalekitClient as FromLib } from "scalekit-client/lib";
import { ScalekitException } from "scalekit-client/lib/errors";
import type OrganizationClient from "scalekit-client/lib/organization";
import {
  type Organization,
  OrganizationSchema,
} from "scalekit-client/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb";
import { RoleSchema } from "scalekit-client/lib/pkg/grpc/scalekit/v1/roles/roles_pb.js";
import Scalekit from "scalekit-client/lib/scalekit.js";
import type { CreateTokenOptions } from "scalekit-client/lib/token.js";
import type { ScalekitOptions } from "scalekit-client/lib/types/scalekit";

export type Types = [CallOptions, CreateTokenOptions, EventFilter, Organization, ScalekitOptions];
export const VALUES = [FromLib, OrganizationSchema, RoleSchema, Scalekit, ScalekitException];

/** Returns a service client by the type of the deep path. */
export function organizations(client: ScalekitClient): OrganizationClient {
  return client.organization;
}

/** The declaration of this function names the modules of the inferred types. */
export async function inferred(client: ScalekitClient) {
  const created = await client.m2m.createOrganizationClient("org_1");
  return [created, client.events, await client.organization.getOrganization("org_1")] as const;
}
