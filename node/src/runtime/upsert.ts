import type { MessageInitShape } from "@bufbuild/protobuf";
import type * as accounts from "../messages/scalekit/v1/connected_accounts/connected_accounts_pb";
import type { CallOptions } from "./call";
import type ConnectedAccountsClient from "../services/connected-accounts";
import { required, struct, text } from "./conversions";
import { ScalekitNotFoundException } from "../errors";
import type {
  AuthorizationDetailsSchema,
  ConnectedAccount,
  CreateConnectedAccountResponse,
} from "../messages/scalekit/v1/connected_accounts/connected_accounts_pb";

/** Parameters of `getOrCreateConnectedAccount` and `upsertConnectedAccount`. */
export interface UpsertConnectedAccount {
  /** Name of the app connection. */
  connector: string;
  /** Your identifier of the user who owns the account. */
  identifier: string;
  /** Credentials. They replace the credentials of an existing account. */
  authorizationDetails?: MessageInitShape<typeof AuthorizationDetailsSchema>;
  /** Organization that the account belongs to. */
  organizationId?: string;
  /** User that the account belongs to. */
  userId?: string;
  /**
   * Configuration of the connection's API. For an existing account, it is only updated together
   * with `authorizationDetails`.
   */
  apiConfig?: Record<string, unknown>;
}

/**
 * Returns a connected account. Creates it if it does not exist, and updates it if
 * `authorizationDetails` is set.
 */
export async function getOrCreate(
  client: ConnectedAccountsClient,
  params: UpsertConnectedAccount,
  call?: CallOptions,
): Promise<CreateConnectedAccountResponse> {
  const { authorizationDetails, organizationId, userId } = required("params", params);
  const key = {
    connector: text("connector", params.connector).trim(),
    identifier: text("identifier", params.identifier).trim(),
    organizationId,
    userId,
  };
  const apiConfig = struct("apiConfig", params.apiConfig);
  try {
    const { connectedAccount } = await client.getConnectedAccountByIdentifier(key, call);
    if (authorizationDetails === undefined) {
      return createResponse(connectedAccount);
    }
    const update = { authorizationDetails, apiConfig };
    const updated = await client.updateConnectedAccount({ ...key, connectedAccount: update }, call);
    return createResponse(updated.connectedAccount);
  } catch (error) {
    if (!(error instanceof ScalekitNotFoundException)) {
      throw error;
    }
  }
  // An account without credentials is pending until its user signs in.
  const details = authorizationDetails ?? { details: { case: "oauthToken", value: {} } };
  const created = { authorizationDetails: details, apiConfig };
  return client.createConnectedAccount({ ...key, connectedAccount: created }, call);
}

/** Returns the response of a creation with an existing account. */
export function createResponse(
  connectedAccount: ConnectedAccount | undefined,
): CreateConnectedAccountResponse {
  const { create } = require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf");
  const { CreateConnectedAccountResponseSchema } =
    require("../messages/scalekit/v1/connected_accounts/connected_accounts_pb") as typeof accounts;
  return create(CreateConnectedAccountResponseSchema, { connectedAccount });
}
