import type ActionsClient from "./actions";
import { hide, lazily, type Cancellation } from "./runtime/call";
import {
  ANY,
  COMPLETE,
  defineNative,
  missingCredentials,
  RejectingTransport,
  WITH_ID,
  WITH_URL,
} from "./runtime/credentials";
import {
  ScalekitArgumentException,
  ScalekitException,
  ScalekitValidateTokenFailureException,
} from "./errors";
import { native, type NativeClient, type WebhookVerifier } from "./runtime/native";
import { Services } from "./services";
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
  WebhookEvent,
  WebhookHeaders,
  WebhookPayload,
} from "./types/scalekit";
import * as validate from "./runtime/validate";

// These modules are loaded on first use, so that importing the package is fast.
const actions = lazily(() => require("./actions/base") as typeof import("./actions/base"));
const failures = lazily(
  () => require("./errors/from-native") as typeof import("./errors/from-native"),
);
const background = lazily(() => require("./runtime/mailbox") as typeof import("./runtime/mailbox"));
const configuration = lazily(
  () => require("./runtime/options") as typeof import("./runtime/options"),
);
const tokens = lazily(
  () => require("./runtime/token-validation") as typeof import("./runtime/token-validation"),
);
const transport = lazily(
  () => require("./runtime/transport") as typeof import("./runtime/transport"),
);
const webhooks = lazily(() => require("./runtime/webhooks") as typeof import("./runtime/webhooks"));

const VERIFIER = Symbol("verifier");

/**
 * A client of one Scalekit environment.
 *
 * Create one client for the whole program: it reuses its connections, its access token and the
 * environment's signing keys. The constructor validates its arguments but does not connect. The
 * first call connects.
 *
 * @example
 * const secret = process.env.SCALEKIT_CLIENT_SECRET!;
 * const scalekit = new ScalekitClient("https://acme.scalekit.com", "skc_123", secret);
 * const { organization } = await scalekit.organization.createOrganization("Acme");
 */
export default class ScalekitClient extends Services {
  /** Tools, connected accounts, MCP servers and custom providers for agents. */
  readonly actions: ActionsClient;
  /** The same methods as {@link actions}, with their own modifiers. */
  readonly connect: ActionsClient;
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
   * Creates a client. An argument that is `undefined`, `null` or `""` counts as missing. A client
   * with missing arguments can be created, so that a program can be built without its environment
   * variables. Methods that need a missing argument fail with a {@link ScalekitArgumentException}.
   *
   * @param envUrl URL of the environment. `http` is only accepted for loopback addresses, unless
   *   `allowInsecureHttp` is set.
   * @param clientId Client id, from the dashboard.
   * @param clientSecret Client secret, from the dashboard. It never appears in errors or logs.
   * @param options See {@link ScalekitOptions}.
   * @throws {ScalekitArgumentException} An argument or option is invalid. The message names it.
   */
  constructor(envUrl: string, clientId: string, clientSecret: string, options?: ScalekitOptions) {
    const client = failures().checked(
      native().makeClient(
        configuration().nativeOptions(envUrl, clientId, clientSecret, options),
        process.versions.node,
      ),
    );
    const missing = missingCredentials({ envUrl, clientId, clientSecret });
    const { NativeTransport } = transport();
    super(missing.length === 0 ? new NativeTransport(client) : new RejectingTransport(missing));
    defineNative(this, client, missing);
    const url = () => native().envUrl(this[WITH_URL]);
    this.actions = actions().lazyActions(this, url);
    this.connect = actions().lazyActions(this, url);
    hide(
      this,
      VERIFIER,
      lazily(() => native().webhookVerifier(client)),
    );
  }

  /**
   * Creates a client from the environment variables `SCALEKIT_ENVIRONMENT_URL` (or
   * `SCALEKIT_ENV_URL`), `SCALEKIT_CLIENT_ID` and `SCALEKIT_CLIENT_SECRET`.
   *
   * @throws {ScalekitArgumentException} A variable is not set. The message names it.
   */
  static fromEnv(options?: ScalekitOptions): ScalekitClient {
    return new this(...configuration().credentialsFromEnvironment(), options);
  }

  /**
   * Returns the URL that starts a login. Sends no request.
   *
   * @param redirectUri URL of the callback, which receives the code.
   */
  getAuthorizationUrl(redirectUri: string, options?: AuthorizationUrlOptions): string {
    validate.text("redirectUri", redirectUri);
    const validated = validate.options("options", options);
    const text = (name: keyof AuthorizationUrlOptions) =>
      validate.optionalText(name, validated[name]);
    const scopes = validate.optionalTexts("scopes", validated.scopes) ?? [];
    return failures().checked(
      native().authorizationUrl(this[WITH_ID], redirectUri, scopes, {
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
   * Exchanges the code of a callback for tokens (RFC 6749, section 4.1.3). Verifies the signature,
   * the times and the audience of the ID token.
   *
   * @param code The `code` parameter of the callback. It can be used once.
   * @param redirectUri The redirect URI of the authorization URL.
   * @throws {ScalekitServerException} The code was rejected. `errorCode` is the OAuth error code,
   *   such as `invalid_grant`.
   * @throws {ScalekitValidateTokenFailureException} The ID token is invalid.
   */
  async authenticateWithCode(
    code: string,
    redirectUri: string,
    options?: AuthenticationOptions & Cancellation,
  ): Promise<AuthenticationResponse> {
    validate.text("code", code);
    validate.text("redirectUri", redirectUri);
    const { codeVerifier, signal } = validate.options("options", options);
    const verifier = validate.optionalText("codeVerifier", codeVerifier);
    const args = [code, redirectUri, verifier];
    const response = await backgroundJson(
      (mailbox, id) =>
        native().requestToken(this[COMPLETE], mailbox, id, "authorization_code", args),
      signal,
    );
    return {
      user: response.user,
      idToken: response.id_token,
      accessToken: response.access_token,
      expiresIn: response.expires_in,
      refreshToken: response.refresh_token,
      connectionId: response.connection_id,
      organizationId: response.organization_id,
    };
  }

  /**
   * Exchanges a refresh token for new tokens (RFC 6749, section 6). The service may replace the
   * refresh token, so store the returned one.
   *
   * @throws {ScalekitServerException} The refresh token was rejected.
   */
  async refreshAccessToken(
    refreshToken: string,
    options?: Cancellation,
  ): Promise<RefreshTokenResponse> {
    if (!refreshToken) {
      throw new ScalekitArgumentException("Refresh token is required");
    }
    validate.text("refreshToken", refreshToken);
    const response = await backgroundJson(
      (mailbox, id) =>
        native().requestToken(this[COMPLETE], mailbox, id, "refresh_token", [refreshToken]),
      signalOf(options),
    );
    return {
      accessToken: response.access_token,
      refreshToken: response.refresh_token,
      idToken: response.id_token,
      expiresIn: response.expires_in,
    };
  }

  /**
   * Returns the claims of a token that starts a login from the identity provider. The token is
   * validated as in {@link validateToken}.
   */
  async getIdpInitiatedLoginClaims(
    idpInitiatedLoginToken: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<IdpInitiatedLoginClaims> {
    return this.validateToken(idpInitiatedLoginToken, options);
  }

  /**
   * Returns `true` if an access token is valid. Verifies the signature (RS256) with the
   * environment's keys, the times `exp`, `nbf` and `iat`, and the requirements in `options`.
   *
   * If the keys are cached, the token is validated synchronously. Otherwise they are fetched first.
   *
   * @throws {ScalekitServerException} The keys cannot be fetched.
   */
  async validateAccessToken(
    token: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<boolean> {
    if (typeof token !== "string") {
      return false;
    }
    const requirements = tokens().tokenOptions(options);
    const valid = native().validateCached(this[WITH_URL], token, Date.now(), requirements, false);
    if (valid !== null) {
      return failures().checked(valid);
    }
    try {
      await background().runInBackground(
        (mailbox, id) =>
          native().validate(this[WITH_URL], mailbox, id, token, Date.now(), requirements),
        signalOf(options),
      );
      return true;
    } catch (error) {
      if (error instanceof ScalekitValidateTokenFailureException) {
        return false;
      }
      throw error;
    }
  }

  /** Validates an access token and returns its claims, as {@link validateToken} does. */
  async validateAccessTokenAndGetClaims<T = Record<string, unknown>>(
    token: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<T> {
    return this.validateToken<T>(token, options);
  }

  /**
   * Validates any token of the environment, as {@link validateAccessToken} does, and returns its
   * claims.
   *
   * @throws {ScalekitValidateTokenFailureException} The token is invalid. The message contains the
   *   reason.
   * @throws {ScalekitServerException} The keys cannot be fetched.
   */
  async validateToken<T>(
    token: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<T> {
    const text = tokens().tokenString(token);
    const requirements = tokens().tokenOptions(options);
    const claims = native().validateCached(this[WITH_URL], text, Date.now(), requirements, true);
    if (claims !== null) {
      return JSON.parse(failures().checked(claims)) as T;
    }
    return (await backgroundJson(
      (mailbox, id) =>
        native().validate(this[WITH_URL], mailbox, id, text, Date.now(), requirements),
      signalOf(options),
    )) as T;
  }

  /**
   * Validates a token and its scopes synchronously, for example in a middleware.
   *
   * A synchronous method cannot fetch the environment's keys, so they must be cached. Every
   * validation caches them, and so does {@link loadKeys}. In asynchronous code, use
   * `validateToken(token, { requiredScopes })` instead: it fetches the keys if necessary.
   *
   * @param requiredScopes Scopes that the token must have. All of them are required.
   * @returns `true`. An invalid token throws.
   * @throws {ScalekitValidateTokenFailureException} The token is invalid or lacks scopes. The
   *   message names the missing scopes.
   * @throws {ScalekitException} The keys are not cached. A fetch has been started.
   */
  verifyScopes(token: string, requiredScopes: string[]): boolean {
    const scopes = validate.optionalTexts("requiredScopes", requiredScopes) ?? [];
    const claims = native().validateCached(
      this[WITH_URL],
      tokens().tokenString(token),
      Date.now(),
      [undefined, undefined, scopes],
      true,
    );
    if (claims === null) {
      // Starts a fetch for later calls. `catch` prevents an unhandled rejection.
      this.loadKeys().catch(() => {});
      throw new ScalekitException(
        "verifyScopes needs the environment's signing keys, which are not cached yet: await " +
          "loadKeys() or any validation first, or await validateToken(token, { requiredScopes })",
        { operation: "validate_token", retryable: true },
      );
    }
    failures().checked(claims);
    return true;
  }

  /**
   * Fetches the environment's signing keys unless fresh keys are cached. Validations fetch them
   * automatically. Call this method before {@link verifyScopes}, or at startup to make the first
   * validation fast.
   */
  async loadKeys(options?: Cancellation): Promise<void> {
    await background().runInBackground(
      (mailbox, id) => native().refreshKeys(this[WITH_URL], mailbox, id),
      signalOf(options),
    );
  }

  /** Returns the URL that ends a session. Sends no request. */
  getLogoutUrl(options?: LogoutUrlOptions): string {
    const validated = validate.options("options", options);
    return failures().checked(
      native().logoutUrl(this[WITH_URL], {
        idTokenHint: validate.optionalText("idTokenHint", validated.idTokenHint),
        postLogoutRedirectUri: validate.optionalText(
          "postLogoutRedirectUri",
          validated.postLogoutRedirectUri,
        ),
        state: validate.optionalText("state", validated.state),
      }),
    );
  }

  /**
   * Verifies the signature of a webhook (HMAC-SHA256, Standard Webhooks). The timestamp must be
   * within the tolerance, by default five minutes.
   *
   * @param secret The endpoint's secret, `whsec_…`.
   * @param headers The request's headers: `IncomingHttpHeaders`, `Headers`, a `Map` or pairs. Names
   *   may have any letter case.
   * @param payload The raw body, not parsed.
   * @returns `true`. An invalid webhook throws.
   * @throws {WebhookVerificationError} The verification failed. The message contains the
   *   reason.
   */
  verifyWebhookPayload(secret: string, headers: WebhookHeaders, payload: WebhookPayload): boolean {
    return webhooks().verify(this[ANY], this[VERIFIER], false, secret, headers, payload);
  }

  /**
   * Verifies a webhook, as {@link verifyWebhookPayload} does, and returns its event. Unknown fields
   * and kinds of objects are kept.
   *
   * @example
   * const event = scalekit.parseWebhookEvent(secret, request.headers, body);
   * if (event.type === "organization.created") {
   *   console.log(event.organization_id);
   * }
   *
   * @throws {WebhookVerificationError} The verification failed. The message contains the reason.
   * @throws {ScalekitException} The payload has a valid signature but is not an event.
   */
  parseWebhookEvent<Data = Record<string, unknown>>(
    secret: string,
    headers: WebhookHeaders,
    payload: WebhookPayload,
  ): WebhookEvent<Data> {
    const body = webhooks().snapshot(payload);
    this.verifyWebhookPayload(secret, headers, body);
    return webhooks().parseEvent(body) as WebhookEvent<Data>;
  }

  /** Verifies the signature of an interceptor request, as {@link verifyWebhookPayload} does. */
  verifyInterceptorPayload(
    secret: string,
    headers: WebhookHeaders,
    payload: WebhookPayload,
  ): boolean {
    return webhooks().verify(this[ANY], this[VERIFIER], true, secret, headers, payload);
  }

  /**
   * Returns an access token for a machine client (client credentials grant, RFC 6749, section 4.4).
   *
   * @param clientId Client id of the machine client.
   * @param clientSecret Client secret of the machine client.
   * @param scopes Scopes to request. Default: all scopes of the client.
   * @throws {ScalekitServerException} The credentials were rejected.
   */
  async generateClientToken(
    clientId: string,
    clientSecret: string,
    scopes?: string[],
    options?: Cancellation,
  ): Promise<string> {
    validate.text("clientId", clientId);
    validate.text("clientSecret", clientSecret);
    const requested = validate.optionalTexts("scopes", scopes) ?? [];
    const args = [clientId, clientSecret, requested.join(" ")];
    const token = await backgroundJson(
      (mailbox, id) =>
        native().requestToken(this[WITH_URL], mailbox, id, "client_credentials", args),
      signalOf(options),
    );
    return token.access_token as string;
  }

  /** Returns the access token that this client uses for its calls. Fetches one if necessary. */
  async getClientAccessToken(options?: Cancellation): Promise<string> {
    return (await background().runInBackground(
      (mailbox, id) => native().ownClientToken(this[COMPLETE], mailbox, id),
      signalOf(options),
    )) as string;
  }

  /**
   * Generates a proof key for code exchange (RFC 7636).
   *
   * @param length Length of the verifier, 43 to 128 characters. Default: 43.
   */
  generatePkce(length?: number): Pkce {
    const [codeVerifier, codeChallenge] = failures().checked(
      native().generatePkce(validate.optionalValue(length)),
    );
    return { codeVerifier, codeChallenge, codeChallengeMethod: "S256" };
  }

  /**
   * Closes all connections. Running calls continue. Later calls fail with a
   * {@link ScalekitCancelledException}. Methods that send no request still work.
   *
   * Closing is idempotent. A program can exit without closing its client.
   */
  close(): void {
    const failure = native().close(this[ANY]);
    if (failure) {
      throw failures().fromNative(failure);
    }
  }

  /** Closes the client at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** Returns the signal of the options of a method. */
function signalOf(options: Cancellation | undefined): unknown {
  return validate.options("options", options).signal;
}

/** Runs a background task and parses its JSON output. */
async function backgroundJson(
  ...task: Parameters<typeof import("./runtime/mailbox").runInBackground>
): Promise<any> {
  return JSON.parse((await background().runInBackground(...task)) as string);
}
