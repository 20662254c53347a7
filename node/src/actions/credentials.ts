// Conversion of the credentials of a connected account to the fields of a request.

import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";

import { ScalekitArgumentException } from "../errors";
import type { AuthorizationDetailsSchema } from "../messages/scalekit/v1/connected_accounts/connected_accounts_pb";
import * as validate from "../runtime/validate";
import { jsonObject } from "./json-values";
import { unknownName } from "./names";

/** Credentials of a connected account, with exactly one member. */
export type Credentials =
  | {
      oauthToken: {
        accessToken?: string;
        refreshToken?: string;
        scopes?: readonly string[];
        domain?: string;
      };
    }
  /** Any fields, such as `{ apiKey: "…" }`. */
  | { staticAuth: Record<string, unknown> }
  | { googleDwd: { subject: string } }
  | {
      trustedIdp: {
        dbUser?: string;
        accessKeyId?: string;
        secretAccessKey?: string;
        sessionToken?: string;
      };
    };

/** The argument `authorizationDetails`: {@link Credentials}, or the message. */
export type AuthorizationDetailsInput =
  Credentials | MessageInitShape<typeof AuthorizationDetailsSchema>;

/** The arguments with the fields of an account. */
export interface AccountFields {
  /**
   * Credentials of the account, such as `{ oauthToken: { accessToken: "…" } }`. The form of the
   * message, `{ details: { case: "oauthToken", value: … } }`, is accepted too.
   */
  authorizationDetails?: AuthorizationDetailsInput | null;
  /** The fields of `staticAuth`, such as `{ api_key: "…" }`, instead of `authorizationDetails`. */
  credentials?: Record<string, unknown> | null;
  /** Settings of the connection for this account. An empty object removes them. */
  apiConfig?: Record<string, unknown> | null;
}

/** The fields of `CreateConnectedAccount` and `UpdateConnectedAccount`. */
export interface SentFields {
  authorizationDetails?: Details;
  apiConfig?: JsonObject;
}

type Details = MessageInitShape<typeof AuthorizationDetailsSchema>;

// The fields that are sent, and those that only responses have. The latter are accepted, so that
// details can be read, changed and written.
const FIELDS: Readonly<Record<string, { sent: readonly string[]; readOnly: readonly string[] }>> = {
  oauthToken: { sent: ["accessToken", "refreshToken", "scopes", "domain"], readOnly: [] },
  googleDwd: { sent: ["subject"], readOnly: ["accessToken", "scopes", "tokenExpiresAt"] },
  trustedIdp: {
    sent: ["dbUser", "accessKeyId", "secretAccessKey", "sessionToken"],
    readOnly: ["expiry"],
  },
};
const CASES = ["oauthToken", "staticAuth", "googleDwd", "trustedIdp"] as const;
const CHOICES = CASES.join(", ");

/**
 * Returns the fields of `CreateConnectedAccount` and `UpdateConnectedAccount`. Errors contain no
 * values.
 */
export function accountFields(given: AccountFields): SentFields {
  const { authorizationDetails, credentials, apiConfig } = given;
  const fields: SentFields = {};
  if (credentials !== undefined && credentials !== null) {
    if (authorizationDetails !== undefined && authorizationDetails !== null) {
      reject("credentials and authorizationDetails are mutually exclusive");
    }
    fields.authorizationDetails = staticAuth("credentials", credentials);
  } else if (authorizationDetails !== undefined && authorizationDetails !== null) {
    fields.authorizationDetails = details(authorizationDetails);
  }
  if (apiConfig !== undefined && apiConfig !== null) {
    fields.apiConfig = jsonObject("apiConfig", apiConfig);
  }
  return fields;
}

function details(given: object): Details {
  const name = "authorizationDetails";
  const members = fieldsOf(name, given);
  if ("details" in members) {
    const { details: oneof, ...others } = members;
    for (const other of Object.keys(others)) {
      reject(unknownName(name, other, ["details"]));
    }
    const { case: selected, value } = fieldsOf(`${name}.details`, oneof);
    if (!CASES.includes(selected as (typeof CASES)[number])) {
      reject(`${name}.details.case must be one of ${CHOICES}`);
    }
    return member(String(selected), `${name}.details.value`, value, true);
  }
  for (const key of Object.keys(members)) {
    if (!CASES.includes(key as (typeof CASES)[number])) {
      const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      reject(
        CASES.includes(camel as (typeof CASES)[number])
          ? `${name} has no '${key}'; use '${camel}'`
          : `${name} must have one of the keys ${CHOICES}, not '${key}'; pass API keys, passwords ` +
              "and tokens of other types as credentials",
      );
    }
  }
  const present = CASES.filter((key) => members[key] !== undefined && members[key] !== null);
  const [selected] = present;
  if (selected === undefined || present.length > 1) {
    const found = present.join(" and ") || "none";
    return reject(`${name} must have exactly one of the keys ${CHOICES}, not ${found}`);
  }
  return member(selected, `${name}.${selected}`, members[selected], false);
}

function member(selected: string, where: string, value: unknown, isMessage: boolean): Details {
  if (selected === "staticAuth") {
    return isMessage
      ? staticAuth(`${where}.details`, fieldsOf(where, value)["details"])
      : staticAuth(where, value);
  }
  return {
    details: { case: selected, value: typed(selected, where, fieldsOf(where, value)) },
  } as Details;
}

function staticAuth(where: string, value: unknown): Details {
  return { details: { case: "staticAuth", value: { details: jsonObject(where, value) } } };
}

function typed(selected: string, where: string, given: Record<string, unknown>): object {
  const { sent, readOnly } = FIELDS[selected] ?? { sent: [], readOnly: [] };
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (sent.includes(key)) {
      if (value !== undefined && value !== null) {
        fields[key] = key === "scopes" ? scopes(where, value) : text(`${where}.${key}`, value);
      }
    } else if (!readOnly.includes(key)) {
      reject(unknownName(where, key, sent));
    }
  }
  if (selected === "googleDwd" && !fields["subject"]) {
    reject(`${where}.subject is required`);
  }
  return fields;
}

/** Returns the fields of an object or a message. */
function fieldsOf(where: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return validate.wrongType(where, "an object", value);
  }
  // Messages have the properties `$typeName` and `$unknown`.
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("$")));
}

function text(where: string, value: unknown): string {
  return typeof value === "string" ? value : validate.wrongType(where, "a string", value);
}

function scopes(where: string, value: unknown): string[] {
  if (!Array.isArray(value)) {
    return validate.wrongType(`${where}.scopes`, "an array of strings", value);
  }
  return value.map((scope) => text(`${where}.scopes`, scope));
}

function reject(message: string): never {
  throw new ScalekitArgumentException(message);
}
