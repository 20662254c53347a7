import { ScalekitArgumentException } from "../errors";
import { nonEmpty, requireOneOf, trimmed } from "../runtime/conversions";

/**
 * The names of a connected account: `connectedAccountId`, or `connectionName` and `identifier`. If
 * the account belongs to an organization or a user, also set `organizationId` or `userId`.
 */
export interface AccountName {
  /** Name of the connection. */
  connectionName?: string | null;
  /** Your identifier of the owner of the account. */
  identifier?: string | null;
  /** Id of the account (`ca_` followed by digits). */
  connectedAccountId?: string | null;
  /** Organization that the account belongs to. */
  organizationId?: string | null;
  /** User that the account belongs to. */
  userId?: string | null;
}

/** The names of a connected account, as the methods of the service clients accept them. */
export interface SentAccount {
  connector: string | undefined;
  identifier: string | undefined;
  connectedAccountId: string | undefined;
  organizationId: string | undefined;
  userId: string | undefined;
}

/** The names of {@link AccountName}. */
export const ACCOUNT_NAMES = [
  "connectionName",
  "identifier",
  "connectedAccountId",
  "organizationId",
  "userId",
] as const;

/** Returns the names that are set. */
export function sentAccount(given: AccountName): SentAccount {
  return {
    connector: nonEmpty(trimmed(given.connectionName)),
    identifier: nonEmpty(trimmed(given.identifier)),
    connectedAccountId: nonEmpty(trimmed(given.connectedAccountId)),
    organizationId: nonEmpty(given.organizationId),
    userId: nonEmpty(given.userId),
  };
}

/** Returns the names of one account. Throws if neither the id nor both names are set. */
export function oneAccount(given: AccountName): SentAccount {
  requireOneOf({
    connectedAccountId: [given.connectedAccountId],
    "connectionName and identifier": [given.connectionName, given.identifier],
  });
  return sentAccount(given);
}

const ACCOUNT = Symbol.for("scalekit-client.account");

/** Stores the account of a failed execution in its exception. */
export function rememberAccount(error: object, account: SentAccount): void {
  Object.defineProperty(error, ACCOUNT, { value: account, configurable: true });
}

/** Returns the account of a failed execution, or `undefined` for other errors. */
export function rememberedAccount(error: unknown): SentAccount | undefined {
  return (error as { [ACCOUNT]?: SentAccount } | null | undefined)?.[ACCOUNT];
}

/** Returns the account of a failed execution. */
export function accountOf(error: unknown): SentAccount {
  const account = rememberedAccount(error);
  if (account === undefined) {
    throw new ScalekitArgumentException(
      "error must be an exception that executeTool() or request() of client.actions rejected with",
    );
  }
  return account;
}
