import type { Deadline } from "./deadline.mjs";
import { Failure } from "./failure.mjs";
import type { JsonObject } from "./json.mjs";
import { KeyCache } from "./key-cache.mjs";
import type { Settings } from "./options.mjs";
import { checkClaims, parseToken } from "./token.mjs";
import type { TokenValidationOptions } from "../types/scalekit.js";
import * as validate from "./validate.mjs";

/** How a validation waits for keys. */
interface Waiting {
  deadline?: Deadline;
  signal?: AbortSignal | undefined;
}

/** Validates tokens with the environment's keys. */
export class TokenValidator {
  readonly keys: KeyCache;
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.keys = new KeyCache(settings);
  }

  /** Returns the claims of a valid token. */
  async validate(
    token: unknown,
    options: TokenValidationOptions | undefined,
    { deadline, signal }: Waiting,
  ): Promise<JsonObject> {
    if (typeof token !== "string") {
      const actual = token === null ? "null" : typeof token;
      throw Failure.token(`token must be a string, not ${actual}`);
    }
    const { issuer, audience, requiredScopes } = validate.options("options", options);
    const settings = this.#settings;
    const checks = {
      issuer: validate.optionalText("issuer", issuer) ?? settings.issuer,
      audience: validate.optionalTexts("audience", audience) ?? settings.audience,
      requiredScopes: validate.optionalTexts("requiredScopes", requiredScopes) ?? [],
      leewayMs: settings.tokenLeewayMs,
    };
    // A malformed token is rejected without keys.
    const compact = parseToken(token);
    for (;;) {
      const keys = await this.keys.usable(deadline, signal);
      const result = await keys.verify(compact);
      if (result === "valid") {
        return checkClaims(compact.payload, checks, Date.now());
      }
      if (result === "invalid") {
        throw Failure.token("the signature of the token is invalid");
      }
      if (!(await this.keys.fetchUnknown(deadline, signal))) {
        const problem = "the environment has no key with the key id (kid) of the token";
        throw Failure.token(problem);
      }
    }
  }
}
