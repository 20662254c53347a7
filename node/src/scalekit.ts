import { hide, lazily, type Cancellation } from "./call";
import * as checks from "./checks";
import { ANY, COMPLETE, defineNative, IncompleteRoad, missingOf, WITH_ID, WITH_URL } from "./credentials";
import { ScalekitArgumentException, ScalekitException, ScalekitValidateTokenFailureException } from "./errors";
import { checked, fromNative } from "./errors/from-native";
import { work } from "./mailbox";
import { native, type NativeClient, type WebhookVerifier } from "./native";
import { NativeRoad } from "./road";
import { Services } from "./services";
import { fromEnvironment, settings } from "./settings";
import { tokenChecks, tokenText } from "./token-checks";
import type { IdpInitiatedLoginClaims } from "./types/auth";
import type {
  AuthenticationOptions,
  AuthenticationResponse,
  AuthorizationUrlOptions,
  LogoutUrlOptions,
  Pkce,
  RefreshTokenResponse,
  ScalekitOptions,
  TokenValidationOptions,
  WebhookHeaders,
  WebhookPayload,
} from "./types/scalekit";
import { verify } from "./webhooks";

const VERIFIER = Symbol("verifier");

/**
 * A client of one Scalekit environment.
 *
 * Make one for the whole program: it keeps its connections, its own access token and the environment's signing keys.
 * Making it does nothing but check the options; the first call connects.
 *
 * @example
 * const scalekit = new ScalekitClient("https://acme.scalekit.com", "skc_123", process.env.SCALEKIT_CLIENT_SECRET!);
 * const { organization } = await scalekit.organization.createOrganization("Acme");
 */
export default class ScalekitClient extends Services {
  /** @internal */
  declare readonly [ANY]: NativeClient;
  /** @internal */
  declare readonly [WITH_URL]: NativeClient;
  /** @internal */
  declare readonly [WITH_ID]: NativeClient;
  /** @internal */
  declare readonly [COMPLETE]: NativeClient;
  /** @internal */
  declare readonly [VERIFIER]: () => WebhookVerifier;

  /**
   * An argument that is `undefined`, `null` or `""` is missing. The client is created all the same, so that a program
   * can be built without its environment variables. The first call of a method that needs a missing argument fails with
   * a {@link ScalekitArgumentException}.
   *
   * @param envUrl URL of the environment; `http` only to this machine
   * @param clientId client id, from the dashboard
   * @param clientSecret client secret, from the dashboard; it is never shown
   * @param options see {@link ScalekitOptions}
   * @throws {ScalekitArgumentException} an argument or option is wrong; the message says which and why
   */
  constructor(envUrl: string, clientId: string, clientSecret: string, options?: ScalekitOptions) {
    const client = checked(native().makeClient(settings(envUrl, clientId, clientSecret, options)));
    const missing = missingOf({ envUrl, clientId, clientSecret });
    super(missing.length === 0 ? new NativeRoad(client) : new IncompleteRoad(missing));
    defineNative(this, client, missing);
    hide(
      this,
      VERIFIER,
      lazily(() => native().webhookVerifier(client)),
    );
  }

  /**
   * A client with the settings of the process: `SCALEKIT_ENVIRONMENT_URL` (or `SCALEKIT_ENV_URL`),
   * `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
   *
   * @throws {ScalekitArgumentException} one of them is missing; the message names it
   */
  static fromEnv(options?: ScalekitOptions): ScalekitClient {
    return new this(...fromEnvironment(), options);
  }

  /** The URL that starts a sign-in. No network. */
  getAuthorizationUrl(redirectUri: string, options?: AuthorizationUrlOptions): string {
    checks.text("redirectUri", redirectUri);
    const given = checks.options("options", options);
    const text = (name: keyof AuthorizationUrlOptions) => checks.optionalText(name, given[name]);
    return checked(
      native().authorizationUrl(this[WITH_ID], redirectUri, {
        scopes: checks.optionalTexts("scopes", given.scopes),
        state: text("state"),
        nonce: text("nonce"),
        loginHint: text("loginHint"),
        domainHint: text("domainHint"),
        connectionId: text("connectionId"),
        organizationId: text("organizationId"),
        provider: text("provider"),
        prompt: text("prompt"),
        codeChallenge: text("codeChallenge"),
        codeChallengeMethod: text("codeChallengeMethod"),
      }),
    );
  }

  /**
   * Exchanges the code of a callback for tokens (RFC 6749, section 4.1.3), and verifies the ID token: signature, times,
   * and that it was made for this client.
   *
   * @param code the `code` of the callback; it works once
   * @param redirectUri the one the authorization URL was made with
   * @throws {ScalekitServerException} the code was refused; `errorCode` is such as `invalid_grant`
   * @throws {ScalekitValidateTokenFailureException} the ID token does not hold
   */
  async authenticateWithCode(
    code: string,
    redirectUri: string,
    options?: AuthenticationOptions & Cancellation,
  ): Promise<AuthenticationResponse> {
    checks.text("code", code);
    checks.text("redirectUri", redirectUri);
    const { codeVerifier, signal } = checks.options("options", options);
    const verifier = checks.optionalText("codeVerifier", codeVerifier);
    const answer = await json(
      (mailbox, id) => native().authenticateWithCode(this[COMPLETE], mailbox, id, code, redirectUri, verifier),
      { signal },
    );
    return {
      user: answer.user,
      idToken: answer.id_token,
      accessToken: answer.access_token,
      expiresIn: answer.expires_in,
      refreshToken: answer.refresh_token,
      connectionId: answer.connection_id,
      organizationId: answer.organization_id,
    };
  }

  /**
   * New tokens for a refresh token (RFC 6749, section 6). The service may rotate it: keep the one that comes back.
   *
   * @throws {ScalekitServerException} the refresh token was refused
   */
  async refreshAccessToken(refreshToken: string, options?: Cancellation): Promise<RefreshTokenResponse> {
    if (!refreshToken) {
      throw new ScalekitArgumentException("Refresh token is required");
    }
    checks.text("refreshToken", refreshToken);
    const answer = await json(
      (mailbox, id) => native().refreshAccessToken(this[COMPLETE], mailbox, id, refreshToken),
      options,
    );
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      idToken: answer.id_token,
      expiresIn: answer.expires_in,
    };
  }

  /** Claims of the token with which a sign-in begins at the identity provider; see {@link validateToken}. */
  async getIdpInitiatedLoginClaims(
    idpInitiatedLoginToken: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<IdpInitiatedLoginClaims> {
    return this.validateToken(idpInitiatedLoginToken, options);
  }

  /**
   * Whether an access token is valid: its signature (RS256) by the environment's keys, `exp`, `nbf` and `iat` by the
   * clock, and what the options ask for. With the keys at hand it takes no detour through another thread.
   *
   * @throws {ScalekitServerException} the keys cannot be fetched, so nothing can be told
   */
  async validateAccessToken(token: string, options?: TokenValidationOptions & Cancellation): Promise<boolean> {
    if (typeof token !== "string") {
      return false;
    }
    const wanted = tokenChecks(options);
    const valid = native().isValidCached(this[WITH_URL], token, Date.now(), wanted);
    if (valid !== null) {
      return checked(valid);
    }
    try {
      await work((mailbox, id) => native().validate(this[WITH_URL], mailbox, id, token, Date.now(), wanted), options);
      return true;
    } catch (error) {
      if (error instanceof ScalekitValidateTokenFailureException) {
        return false;
      }
      throw error;
    }
  }

  /** The claims of a valid access token; see {@link validateToken}. */
  async validateAccessTokenAndGetClaims<T = Record<string, unknown>>(
    token: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<T> {
    return this.validateToken<T>(token, options);
  }

  /**
   * Validates any token of the environment and returns its claims; see {@link validateAccessToken}.
   *
   * @throws {ScalekitValidateTokenFailureException} the token is not valid; the message says why
   * @throws {ScalekitServerException} the keys cannot be fetched
   */
  async validateToken<T>(token: string, options?: TokenValidationOptions & Cancellation): Promise<T> {
    const text = tokenText(token);
    const wanted = tokenChecks(options);
    const claims = native().validateCached(this[WITH_URL], text, Date.now(), wanted);
    if (claims !== null) {
      return JSON.parse(checked(claims)) as T;
    }
    return (await json(
      (mailbox, id) => native().validate(this[WITH_URL], mailbox, id, text, Date.now(), wanted),
      options,
    )) as T;
  }

  /**
   * Verifies a token and that it has all of `requiredScopes`, at once: for a token that has just been validated, as in
   * a middleware. The signature is verified again.
   *
   * It cannot wait, so it needs the environment's keys at hand: any validation fetches them, and so does
   * {@link loadKeys}. Where one may await, `validateToken(token, { requiredScopes })` does the same without that need.
   *
   * @returns `true`
   * @throws {ScalekitValidateTokenFailureException} it is not valid, or lacks scopes; the message names them
   * @throws {ScalekitException} the keys are not at hand; they are being fetched
   */
  verifyScopes(token: string, requiredScopes: string[]): boolean {
    const scopes = checks.optionalTexts("requiredScopes", requiredScopes) ?? [];
    const claims = native().validateCached(this[WITH_URL], tokenText(token), Date.now(), { requiredScopes: scopes });
    if (claims === null) {
      // The next one shall find them. That nobody waits must not become an unhandled rejection.
      this.loadKeys().catch(() => {});
      throw new ScalekitException(
        "verifyScopes cannot wait for the environment's signing keys, which are not at hand yet: await loadKeys() " +
          "or any validation first, or await validateToken(token, { requiredScopes })",
        { operation: "validate_token", retryable: true },
      );
    }
    checked(claims);
    return true;
  }

  /**
   * Fetches the environment's signing keys unless fresh ones are at hand. Validations do so by themselves; it is for
   * {@link verifyScopes}, and for programs that want the first request to be as fast as the others.
   */
  async loadKeys(options?: Cancellation): Promise<void> {
    await work((mailbox, id) => native().refreshKeys(this[WITH_URL], mailbox, id), options);
  }

  /** The URL that ends a session. No network. */
  getLogoutUrl(options?: LogoutUrlOptions): string {
    const given = checks.options("options", options);
    return checked(
      native().logoutUrl(this[WITH_URL], {
        idTokenHint: checks.optionalText("idTokenHint", given.idTokenHint),
        postLogoutRedirectUri: checks.optionalText("postLogoutRedirectUri", given.postLogoutRedirectUri),
        state: checks.optionalText("state", given.state),
      }),
    );
  }

  /**
   * Verifies a webhook: HMAC-SHA256 in the form of Standard Webhooks, and that it is no older than five minutes.
   *
   * @param secret the endpoint's secret, `whsec_…`
   * @param headers the request's headers, as `IncomingHttpHeaders`, `Headers`, a `Map` or pairs, in any letter case
   * @param payload the body as it arrived, not parsed; bytes are read where they lie
   * @returns `true`
   * @throws {WebhookVerificationError} it is not genuine; the message says why
   */
  verifyWebhookPayload(secret: string, headers: WebhookHeaders, payload: WebhookPayload): boolean {
    return verify(this[ANY], this[VERIFIER], false, secret, headers, payload);
  }

  /** As {@link verifyWebhookPayload}, for the call of an interceptor. */
  verifyInterceptorPayload(secret: string, headers: WebhookHeaders, payload: WebhookPayload): boolean {
    return verify(this[ANY], this[VERIFIER], true, secret, headers, payload);
  }

  /**
   * An access token for a machine client, by its own credentials (RFC 6749, section 4.4).
   *
   * @param scopes scopes to ask for; default all that the client has
   * @throws {ScalekitServerException} the credentials were refused
   */
  async generateClientToken(
    clientId: string,
    clientSecret: string,
    scopes?: string[],
    options?: Cancellation,
  ): Promise<string> {
    checks.text("clientId", clientId);
    checks.text("clientSecret", clientSecret);
    const wanted = checks.optionalTexts("scopes", scopes) ?? [];
    return (await work(
      (mailbox, id) => native().clientToken(this[WITH_URL], mailbox, id, clientId, clientSecret, wanted),
      options,
    )) as string;
  }

  /** This client's own access token: the one that its calls use, fetched if there is no valid one. */
  async getClientAccessToken(options?: Cancellation): Promise<string> {
    return (await work((mailbox, id) => native().ownClientToken(this[COMPLETE], mailbox, id), options)) as string;
  }

  /** A fresh proof key for code exchange (RFC 7636). */
  generatePkce(length = 43): Pkce {
    const characters = checks.optionalCount("length", length, 128) ?? 43;
    const [codeVerifier, codeChallenge] = checked(native().generatePkce(characters));
    return { codeVerifier, codeChallenge, codeChallengeMethod: "S256" };
  }

  /**
   * Closes all connections. Calls under way go on; later ones fail with {@link ScalekitCancelledException}. What needs
   * no network still works. Closing twice is fine, and a program need not close its client in order to end.
   */
  close(): void {
    const failure = native().close(this[ANY]);
    if (failure) {
      throw fromNative(failure);
    }
  }

  /** For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

async function json(begin: Parameters<typeof work>[0], options?: Cancellation): Promise<any> {
  return JSON.parse((await work(begin, options)) as string);
}
