import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions } from "./call";
import type ConnectedAccountsClient from "./connected-accounts";
import { required, struct, text } from "./conversions";
import { ScalekitNotFoundException } from "./errors";
import type {
  AuthorizationDetailsSchema,
  ConnectedAccount,
  CreateConnectedAccountResponse,
} from "./pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb";

/** Which connected account to get or create, and what it is given. */
export interface UpsertConnectedAccount {
  /** Name of the app connection. */
  connector: string;
  /** Your name for the user whose account it is. */
  identifier: string;
  /** Credentials: they replace those of an account that exists. */
  authorizationDetails?: MessageInitShape<typeof AuthorizationDetailsSchema>;
  /** Organization that the account belongs to. */
  organizationId?: string;
  /** User that the account belongs to. */
  userId?: string;
  /** Settings of the connection's API; an account that exists gets them along with credentials only. */
  apiConfig?: Record<string, unknown>;
}

/** Gets the connected account, updated if credentials are given, or creates it. */
export async function getOrCreate(
  client: ConnectedAccountsClient,
  params: UpsertConnectedAccount,
  call?: CallOptions,
): Promise<CreateConnectedAccountResponse> {
  const { authorizationDetails, organizationId, userId } = required("params", params);
  const which = {
    connector: text("connector", params.connector).trim(),
    identifier: text("identifier", params.identifier).trim(),
    organizationId,
    userId,
  };
  const apiConfig = struct("apiConfig", params.apiConfig);
  try {
    const { connectedAccount } = await client.getConnectedAccountByIdentifier(which, call);
    if (authorizationDetails === undefined) {
      return answer(connectedAccount);
    }
    const given = { authorizationDetails, apiConfig };
    return answer((await client.updateConnectedAccount({ ...which, connectedAccount: given }, call)).connectedAccount);
  } catch (error) {
    if (!(error instanceof ScalekitNotFoundException)) {
      throw error;
    }
  }
  // Without credentials the account waits for its user to sign in.
  const details = authorizationDetails ?? { details: { case: "oauthToken", value: {} } };
  const given = { authorizationDetails: details, apiConfig };
  return client.createConnectedAccount({ ...which, connectedAccount: given }, call);
}

function answer(connectedAccount: ConnectedAccount | undefined): CreateConnectedAccountResponse {
  const { create } = require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf");
  const { CreateConnectedAccountResponseSchema } =
    require("./pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb") as typeof import("./pkg/grpc/scalekit/v1/connected_accounts/connected_accounts_pb");
  return create(CreateConnectedAccountResponseSchema, { connectedAccount });
}
