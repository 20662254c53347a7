import { ScalekitConflictException, ScalekitNotFoundException } from "../errors";
import type {
  CreateConnectedAccountResponse,
  DeleteConnectedAccountResponse,
  GetConnectedAccountByIdentifierResponse,
  ListConnectedAccountsResponse,
  UpdateConnectedAccountResponse,
} from "../messages/scalekit/v1/connected_accounts/connected_accounts_pb";
import type { CallOptions } from "../runtime/call";
import { text } from "../runtime/conversions";
import { createResponse } from "../runtime/upsert";
import {
  ACCOUNT_NAMES,
  type AccountName,
  type SentAccount,
  oneAccount,
  sentAccount,
} from "./account-name";
import { AuthorizationMethods } from "./authorization";
import { type AccountFields, accountFields } from "./credentials";
import { known } from "./names";

/** Parameters of `listConnectedAccounts`. Accounts that match all given filters are listed. */
export interface ListAccountsParams extends Omit<AccountName, "connectedAccountId"> {
  /** Only accounts at this third-party service. */
  provider?: string | null;
  /** Only accounts of these connections, at most 20. */
  connectionNames?: string[] | null;
  /** Only accounts that contain this text. */
  query?: string | null;
  /** Number of accounts per page, less than 100; 10 if not set. */
  pageSize?: number | null;
  /** `nextPageToken` of the previous page. */
  pageToken?: string | null;
}

/** Parameters of `createConnectedAccount` and `getOrCreateConnectedAccount`. */
export interface CreateAccountParams extends AccountFields {
  /** Name of the connection. */
  connectionName: string;
  /** Your identifier of the owner of the account. */
  identifier: string;
  /** Organization that the account belongs to. */
  organizationId?: string | null;
  /** User that the account belongs to. */
  userId?: string | null;
}

const OWNED = ["connectionName", "identifier", "organizationId", "userId"] as const;
const FIELDS = ["authorizationDetails", "credentials", "apiConfig"] as const;

/** Methods for connected accounts. */
export abstract class AccountMethods extends AuthorizationMethods {
  /** Lists the connected accounts that match all given filters, newest first, page by page. */
  async listConnectedAccounts(
    params?: ListAccountsParams | null,
    call?: CallOptions,
  ): Promise<ListConnectedAccountsResponse> {
    const given = known("listConnectedAccounts", params, [
      ...OWNED,
      "provider",
      "connectionNames",
      "query",
      "pageSize",
      "pageToken",
    ]);
    const { connectedAccountId: _, ...names } = sentAccount(given);
    const { provider, connectionNames, query, pageSize, pageToken } = given;
    return this.connectedAccounts.listConnectedAccounts(
      { ...names, provider, connectionNames, query, pageSize, pageToken },
      call,
    );
  }

  /** Returns a connected account with its credentials. Treat the response as a secret. */
  async getConnectedAccount(
    params: AccountName,
    call?: CallOptions,
  ): Promise<GetConnectedAccountByIdentifierResponse> {
    const account = oneAccount(known("getConnectedAccount", params, ACCOUNT_NAMES));
    return this.connectedAccounts.getConnectedAccountByIdentifier(account, call);
  }

  /** Returns a connected account without its credentials. */
  async getConnectedAccountDetails(
    params: AccountName,
    call?: CallOptions,
  ): Promise<GetConnectedAccountByIdentifierResponse> {
    const account = oneAccount(known("getConnectedAccountDetails", params, ACCOUNT_NAMES));
    return this.connectedAccounts.getConnectedAccountDetailsByIdentifier(account, call);
  }

  /** Deletes a connected account and its credentials. */
  async deleteConnectedAccount(
    params: AccountName,
    call?: CallOptions,
  ): Promise<DeleteConnectedAccountResponse> {
    const account = oneAccount(known("deleteConnectedAccount", params, ACCOUNT_NAMES));
    return this.connectedAccounts.deleteConnectedAccount(account, call);
  }

  /**
   * Creates a connected account. Without credentials, the account is pending until its user has
   * authorized it.
   */
  async createConnectedAccount(
    params: CreateAccountParams,
    call?: CallOptions,
  ): Promise<CreateConnectedAccountResponse> {
    const given = known("createConnectedAccount", params, [...OWNED, ...FIELDS]);
    const key = owned(given);
    const connectedAccount = accountFields(given);
    return this.connectedAccounts.createConnectedAccount({ ...key, connectedAccount }, call);
  }

  /** Updates the credentials or the settings of a connected account. */
  async updateConnectedAccount(
    params: AccountName & AccountFields,
    call?: CallOptions,
  ): Promise<UpdateConnectedAccountResponse> {
    const given = known("updateConnectedAccount", params, [...ACCOUNT_NAMES, ...FIELDS]);
    const account = oneAccount(given);
    const connectedAccount = accountFields(given);
    return this.connectedAccounts.updateConnectedAccount({ ...account, connectedAccount }, call);
  }

  /**
   * Returns a connected account, and creates it if it does not exist.
   *
   * If credentials or `apiConfig` are given, an existing account is updated. The method can be
   * called at the same time for the same account.
   */
  async getOrCreateConnectedAccount(
    params: CreateAccountParams,
    call?: CallOptions,
  ): Promise<CreateConnectedAccountResponse> {
    const given = known("getOrCreateConnectedAccount", params, [...OWNED, ...FIELDS], {
      unused: { userVerifyUrl: "pass it to getAuthorizationLink()" },
    });
    const key = owned(given);
    const fields = accountFields(given);
    const accounts = this.connectedAccounts;
    const existing = async () => {
      const { connectedAccount } = await accounts.getConnectedAccountByIdentifier(key, call);
      if (Object.keys(fields).length === 0) {
        return createResponse(connectedAccount);
      }
      const update = { ...key, connectedAccount: fields };
      return createResponse((await accounts.updateConnectedAccount(update, call)).connectedAccount);
    };
    try {
      return await existing();
    } catch (error) {
      if (!(error instanceof ScalekitNotFoundException)) {
        throw error;
      }
    }
    try {
      return await accounts.createConnectedAccount({ ...key, connectedAccount: fields }, call);
    } catch (error) {
      if (!(error instanceof ScalekitConflictException)) {
        throw error;
      }
      // Another caller has just created the account.
      return existing();
    }
  }
}

/** Returns the names of an account that may not exist yet. */
function owned(given: Partial<CreateAccountParams>): SentAccount & OwnedNames {
  const connector = text("connectionName", given.connectionName as string).trim();
  const identifier = text("identifier", given.identifier as string).trim();
  return { ...sentAccount(given), connector, identifier };
}

interface OwnedNames {
  connector: string;
  identifier: string;
}
