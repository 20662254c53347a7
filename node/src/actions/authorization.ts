import { ScalekitArgumentException } from "../errors";
import type {
  GetMagicLinkForConnectedAccountResponse,
  VerifyConnectedAccountUserResponse,
} from "../messages/scalekit/v1/connected_accounts/connected_accounts_pb";
import type { CallOptions } from "../runtime/call";
import { text } from "../runtime/conversions";
import { ACCOUNT_NAMES, type AccountName, accountOf, oneAccount } from "./account-name";
import { known } from "./names";
import { ToolMethods } from "./tools";

/** Parameters of an authorization link. */
export interface LinkParams {
  /** Opaque value of at most 512 characters, such as the state in a cookie. */
  state?: string | null;
  /** URL of your application that receives the user, at most 2048 characters. */
  userVerifyUrl?: string | null;
}

/** Methods with which users authorize their connected accounts. */
export abstract class AuthorizationMethods extends ToolMethods {
  /**
   * Creates a link with which the user authorizes a connected account.
   *
   * Redirect the user to `link` of the response. After the consent, the browser opens
   * `userVerifyUrl` with the parameters `auth_request_id` and `state`. Compare the state, then call
   * {@link verifyConnectedAccountUser}. Only then is the account active.
   */
  async getAuthorizationLink(
    params: AccountName & LinkParams,
    call?: CallOptions,
  ): Promise<GetMagicLinkForConnectedAccountResponse> {
    const given = known("getAuthorizationLink", params, [
      ...ACCOUNT_NAMES,
      "state",
      "userVerifyUrl",
    ]);
    const { state, userVerifyUrl } = given;
    const names = { ...oneAccount(given), state, userVerifyUrl };
    return this.connectedAccounts.getMagicLinkForConnectedAccount(names, call);
  }

  /**
   * Creates a link with which the user authorizes the account of a failed execution.
   *
   * @param error The exception of {@link executeTool} or of {@link ActionsClient.request}.
   */
  async getAuthorizationLinkFor(
    error: unknown,
    params?: LinkParams | null,
    call?: CallOptions,
  ): Promise<GetMagicLinkForConnectedAccountResponse> {
    const account = accountOf(error);
    const given = known("getAuthorizationLinkFor", params, ["state", "userVerifyUrl"]);
    const { state, userVerifyUrl } = given;
    const names = { ...account, state, userVerifyUrl };
    return this.connectedAccounts.getMagicLinkForConnectedAccount(names, call);
  }

  /**
   * Confirms that the user who authorized an account is its owner. Redirect the user to
   * `postUserVerifyRedirectUrl` of the response.
   */
  async verifyConnectedAccountUser(
    params: {
      /** The parameter `auth_request_id` of the request to `userVerifyUrl`. */
      authRequestId: string;
      /** Your identifier of the user, from the session of your application. */
      identifier: string;
    },
    call?: CallOptions,
  ): Promise<VerifyConnectedAccountUserResponse> {
    const given = known("verifyConnectedAccountUser", params, ["authRequestId", "identifier"]);
    return this.connectedAccounts.verifyConnectedAccountUser(
      {
        authRequestId: text("authRequestId", given.authRequestId as string),
        identifier: text("identifier", given.identifier as string),
      },
      call,
    );
  }

  /**
   * A method that Scalekit's documentation mentions, but that no client has.
   * @internal
   */
  async refreshConnectedAccount(): Promise<never> {
    throw new ScalekitArgumentException(
      "ActionsClient has no 'refreshConnectedAccount'; use 'getAuthorizationLink'",
    );
  }
}
