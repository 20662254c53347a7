import { equalSecrets } from "./compare.mjs";
import { Deadline } from "./deadline.mjs";
import { ScalekitArgumentException, ScalekitValidateTokenFailureException } from "./errors.mjs";
import { Failure, withOperation } from "./failure.mjs";
import { member, type JsonObject } from "./json.mjs";
import { readSettings, type EdgeClientOptions, type Settings } from "./options.mjs";
import { generatePkce } from "./pkce.mjs";
import { requestToken } from "./token-endpoint.mjs";
import { TokenValidator } from "./token-validator.mjs";
import type { IdpInitiatedLoginClaims } from "../types/auth.js";
import type {
  AuthenticationOptions,
  AuthenticationResponse,
  AuthorizationUrlOptions,
  LogoutUrlOptions,
  Pkce,
  RefreshTokenResponse,
  TokenValidationOptions,
  WebhookEvent,
  WebhookHeaders,
  WebhookPayload,
} from "../types/scalekit.js";
import { authorizationUrl, logoutUrl } from "./urls.mjs";
import { userOf } from "./user.mjs";
import * as validate from "./validate.mjs";
import { parseEvent, snapshot, verify } from "./webhook.mjs";

/** Options of a call that can be cancelled. */
export interface Cancellation {
  /**
   * Cancels the call when aborted. The promise then rejects with the signal's reason. A reason that
   * is not an error becomes the `cause` of a {@link ScalekitCancelledException}.
   */
  signal?: AbortSignal;
}

/** Options of `authenticateWithCode`. */
export interface EdgeAuthenticationOptions extends AuthenticationOptions, Cancellation {
  /** The `nonce` of the authorization URL. The ID token must contain it. */
  nonce?: string;
}

/**
 * A client for login, tokens and webhooks in edge runtimes. It needs only `fetch` and WebCrypto.
 *
 * Create one client for the whole program: it caches the environment's signing keys. The
 * constructor validates its arguments but does not connect.
 *
 * @example
 * const scalekit = new ScalekitEdgeClient(envUrl, clientId, clientSecret);
 * const claims = await scalekit.validateToken(token, { audience: clientId });
 */
export class ScalekitEdgeClient {
  readonly #settings: Settings;
  readonly #tokens: TokenValidator;

  /**
   * Creates a client. An argument that is `undefined`, `null` or `""` counts as missing. Methods
   * that need a missing argument fail with a {@link ScalekitArgumentException}.
   *
   * @param envUrl URL of the environment. `http` is only accepted for loopback addresses, unless
   *   `allowInsecureHttp` is set.
   * @param clientId Client id, from the dashboard.
   * @param clientSecret Client secret, from the dashboard. It never appears in errors.
   * @throws {ScalekitArgumentException} An argument or option is invalid. The message names it.
   */
  constructor(envUrl: string, clientId: string, clientSecret: string, options?: EdgeClientOptions) {
    this.#settings = readSettings(envUrl, clientId, clientSecret, options);
    this.#tokens = new TokenValidator(this.#settings);
  }

  /**
   * Returns the URL that starts a login. Sends no request.
   *
   * @param redirectUri URL of the callback, which receives the code.
   */
  getAuthorizationUrl(redirectUri: string, options?: AuthorizationUrlOptions): string {
    validate.text("redirectUri", redirectUri);
    const { envUrl, clientId } = this.#with("envUrl", "clientId");
    return authorizationUrl(envUrl, clientId, redirectUri, options);
  }

  /**
   * Exchanges the code of a callback for tokens (RFC 6749, section 4.1.3). Verifies the signature,
   * the times and the audience of the ID token, and its nonce if `options` has one.
   *
   * @param code The `code` parameter of the callback. It can be used once.
   * @param redirectUri The redirect URI of the authorization URL.
   * @throws {ScalekitServerException} The code was rejected. `errorCode` is the OAuth error code,
   *   such as `invalid_grant`.
   * @throws {ScalekitValidateTokenFailureException} The ID token is invalid, or it belongs to
   *   another login.
   */
  async authenticateWithCode(
    code: string,
    redirectUri: string,
    options?: EdgeAuthenticationOptions,
  ): Promise<AuthenticationResponse> {
    validate.text("code", code);
    validate.text("redirectUri", redirectUri);
    const { codeVerifier, nonce, signal } = validate.options("options", options);
    const grant = {
      code,
      redirect_uri: redirectUri,
      grant_type: "authorization_code",
      code_verifier: validate.optionalText("codeVerifier", codeVerifier) ?? "",
    };
    const expectedNonce = validate.optionalText("nonce", nonce);
    const settings = this.#with("envUrl", "clientId", "clientSecret");
    const { clientId, timeoutMs } = settings;
    return withOperation("authenticate_with_code", () =>
      Deadline.run(timeoutMs, signal, async (deadline) => {
        // A code can be used only once, so the keys for the ID token are fetched first.
        await this.#tokens.keys.usable(deadline, undefined);
        const response = await requestToken(settings, grant, deadline);
        const { accessToken, expiresIn, refreshToken, idToken } = response;
        const claims =
          idToken === undefined
            ? {}
            : await this.#tokens.validate(idToken, { audience: [clientId] }, { deadline });
        if (expectedNonce !== undefined) {
          await checkNonce(claims, expectedNonce);
        }
        return {
          user: userOf(claims),
          idToken,
          accessToken,
          expiresIn,
          refreshToken,
          connectionId: connectionOf(claims),
          organizationId: text(claims, "oid"),
        } as AuthenticationResponse;
      }),
    );
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
    const { signal } = validate.options("options", options);
    const settings = this.#with("envUrl", "clientId", "clientSecret");
    const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
    return withOperation("refresh_access_token", () =>
      Deadline.run(settings.timeoutMs, signal, async (deadline) => {
        const response = await requestToken(settings, grant, deadline);
        const { accessToken, idToken, expiresIn } = response;
        const next = response.refreshToken ?? refreshToken;
        return { accessToken, refreshToken: next, idToken, expiresIn } as RefreshTokenResponse;
      }),
    );
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
   * @throws {ScalekitServerException} The keys cannot be fetched.
   */
  async validateAccessToken(
    token: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<boolean> {
    try {
      await this.validateToken(token, options);
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
  async validateToken<T = Record<string, unknown>>(
    token: string,
    options?: TokenValidationOptions & Cancellation,
  ): Promise<T> {
    this.#with("envUrl");
    const { signal } = validate.options("options", options);
    return withOperation(
      "validate_token",
      async () => (await this.#tokens.validate(token, options, { signal })) as T,
    );
  }

  /**
   * Fetches the environment's signing keys unless fresh keys are cached. Validations fetch them
   * automatically. Call this method at startup to make the first validation fast.
   */
  async loadKeys(options?: Cancellation): Promise<void> {
    this.#with("envUrl");
    const { signal } = validate.options("options", options);
    await withOperation("validate_token", () => this.#tokens.keys.refresh(signal));
  }

  /** Returns the URL that ends a session. Sends no request. */
  getLogoutUrl(options?: LogoutUrlOptions): string {
    return logoutUrl(this.#with("envUrl").envUrl, options);
  }

  /**
   * Verifies the signature of a webhook (HMAC-SHA256, Standard Webhooks). The timestamp must be
   * within the tolerance, by default five minutes.
   *
   * Asynchronous, in contrast to `ScalekitClient`: await the promise. Without `await`, an invalid
   * webhook is not rejected.
   *
   * @param secret The endpoint's secret, `whsec_…`.
   * @param headers The request's headers: `Headers`, an object, a `Map` or pairs. Names may have
   *   any letter case.
   * @param payload The raw body, not parsed.
   * @returns `true`. An invalid webhook rejects.
   * @throws {WebhookVerificationError} The verification failed. The message contains the reason.
   */
  async verifyWebhookPayload(
    secret: string,
    headers: WebhookHeaders,
    payload: WebhookPayload,
  ): Promise<boolean> {
    return verify(false, secret, headers, payload, this.#settings.webhookToleranceMs);
  }

  /**
   * Verifies a webhook, as {@link verifyWebhookPayload} does, and returns its event. Unknown fields
   * and kinds of objects are kept.
   *
   * @throws {WebhookVerificationError} The verification failed. The message contains the reason.
   * @throws {ScalekitException} The payload has a valid signature but is not an event.
   */
  async parseWebhookEvent<Data = Record<string, unknown>>(
    secret: string,
    headers: WebhookHeaders,
    payload: WebhookPayload,
  ): Promise<WebhookEvent<Data>> {
    const body = snapshot(payload);
    await this.verifyWebhookPayload(secret, headers, body);
    return parseEvent(body) as WebhookEvent<Data>;
  }

  /** Verifies the signature of an interceptor request, as {@link verifyWebhookPayload} does. */
  async verifyInterceptorPayload(
    secret: string,
    headers: WebhookHeaders,
    payload: WebhookPayload,
  ): Promise<boolean> {
    return verify(true, secret, headers, payload, this.#settings.webhookToleranceMs);
  }

  /**
   * Generates a proof key for code exchange (RFC 7636).
   *
   * @param length Length of the verifier, 43 to 128 characters. Default: 43.
   */
  async generatePkce(length?: number): Promise<Pkce> {
    return generatePkce(length ?? undefined);
  }

  /** Returns the settings. Throws if a needed argument of the constructor is missing. */
  #with(...needed: ("envUrl" | "clientId" | "clientSecret")[]): Settings {
    const missing = needed.filter((name) => this.#settings[name] === "");
    if (missing.length > 0) {
      const lines = missing.map(
        (name) => `${name} is missing: pass it to the constructor of ScalekitEdgeClient`,
      );
      throw new ScalekitArgumentException(lines.join("; "));
    }
    return this.#settings;
  }
}

async function checkNonce(claims: JsonObject, expected: string): Promise<void> {
  const nonce = text(claims, "nonce");
  if (nonce === undefined || !(await equalSecrets(nonce, expected))) {
    throw Failure.token("the nonce of the ID token does not match the login");
  }
}

/** Returns the connection that the user logged in with: the first authentication method. */
function connectionOf(claims: JsonObject): string | undefined {
  const methods = member(claims, "amr");
  const first: unknown = Array.isArray(methods) ? methods[0] : methods;
  return typeof first === "string" ? first : undefined;
}

function text(claims: JsonObject, name: string): string | undefined {
  const value = member(claims, name);
  return typeof value === "string" ? value : undefined;
}
