import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { ListValue } from "@bufbuild/protobuf/wkt";

import { ScalekitArgumentException } from "../errors";
import type * as messages from "../messages/scalekit/v1/providers/providers_pb";
import type {
  CreateProviderResponse,
  DeleteProviderResponse,
  ListProvidersResponse,
  ProviderType,
  UpdateProviderResponse,
} from "../messages/scalekit/v1/providers/providers_pb";
import type { CallOptions } from "../runtime/call";
import { enumeration, text } from "../runtime/conversions";
import * as validate from "../runtime/validate";
import { ProvidersBase, SERVICE } from "./base";
import { jsonObject } from "./json-values";
import { known } from "./names";

/** A field that a user fills to connect an account. */
export interface AuthField {
  fieldName: string;
  label?: string;
  /** `text` (default), `password`, `select` or `textarea`. */
  inputType?: string;
  hint?: string;
  required?: boolean;
  options?: readonly {
    value?: string;
    displayName?: string;
    description?: string;
    default?: boolean;
  }[];
  isPathParam?: boolean;
  headerName?: string;
  [unknown: string]: unknown;
}

/**
 * An authentication method of a provider. Names in camel case are sent in snake case, as the
 * service expects them.
 */
export interface AuthPattern {
  /** `OAUTH`, `BEARER`, `API_KEY` or `NO_AUTH`. */
  type: string;
  displayName: string;
  description?: string;
  /** Must be empty for `NO_AUTH`. */
  fields?: readonly AuthField[];
  accountFields?: readonly AuthField[];
  isMcp?: boolean;
  /** Required for `OAUTH`. */
  oauthConfig?: { pkceEnabled?: boolean; [unknown: string]: unknown };
  authHeaderKeyOverride?: string;
  allowedProxyDomains?: readonly string[];
  [unknown: string]: unknown;
}

interface ProviderFields {
  /** Letters, digits and spaces, at most 200 characters. */
  displayName: string;
  /** Base URL to which requests are forwarded. Must start with `https://`. */
  proxyUrl: string;
  description?: string | null;
  /** At most one authentication method. */
  authPatterns?: readonly AuthPattern[] | null;
  /** URL of an icon. Must start with `https://`. */
  iconSrc?: string | null;
  /** At most 20 pairs, with keys of 3 to 25 characters and values of 1 to 256. */
  metadata?: Record<string, string> | null;
}

const FIELDS = [
  "displayName",
  "proxyUrl",
  "description",
  "authPatterns",
  "iconSrc",
  "metadata",
] as const;

/** `client.actions.providers`: custom providers, third-party services that you add. */
export default class ActionProviders extends ProvidersBase {
  /**
   * Creates a custom provider.
   *
   * @throws {ScalekitConflictException} A provider with this name exists.
   */
  async createCustomProvider(
    params: ProviderFields & {
      /** Whether requests may go through the proxy. Default: `true`. */
      proxyEnabled?: boolean | null;
    },
    call?: CallOptions,
  ): Promise<CreateProviderResponse> {
    const given = known("createCustomProvider", params, [...FIELDS, "proxyEnabled"]);
    const proxyEnabled = given.proxyEnabled ?? true;
    return this[SERVICE].createCustomProvider({ ...provider(given), proxyEnabled }, call);
  }

  /** Updates a custom provider. Missing fields are not sent. `proxyEnabled` cannot be changed. */
  async updateCustomProvider(
    params: ProviderFields & {
      /** Identifier of the provider. */
      identifier: string;
    },
    call?: CallOptions,
  ): Promise<UpdateProviderResponse> {
    const given = known("updateCustomProvider", params, ["identifier", ...FIELDS]);
    const identifier = text("identifier", given.identifier as string);
    return this[SERVICE].updateCustomProvider(identifier, provider(given), call);
  }

  /** Lists built-in or custom providers, page by page. */
  async listProviders(
    params?: {
      /** `DEFAULT` (built-in, the default), `CUSTOM` or `ALL`, or the number. */
      providerType?: ProviderType | keyof typeof ProviderType | null;
      /** Number of providers per page; 10 if not set. */
      pageSize?: number | null;
      /** `nextPageToken` of the previous page. */
      pageToken?: string | null;
      /** Only the provider with this identifier. */
      identifier?: string | null;
    } | null,
    call?: CallOptions,
  ): Promise<ListProvidersResponse> {
    const names = ["providerType", "pageSize", "pageToken", "identifier"] as const;
    const given = known("listProviders", params, names);
    const { ProviderType: values } =
      require("../messages/scalekit/v1/providers/providers_pb") as typeof messages;
    const providerType = enumeration("providerType", values, given.providerType);
    const filter = providerType === undefined ? undefined : { providerType };
    const { pageSize, pageToken, identifier } = given;
    return this[SERVICE].listProviders({ filter, pageSize, pageToken, identifier }, call);
  }

  /** Deletes a custom provider. Its connected accounts remain. */
  async deleteCustomProvider(
    params: { identifier: string },
    call?: CallOptions,
  ): Promise<DeleteProviderResponse> {
    const given = known("deleteCustomProvider", params, ["identifier"]);
    const identifier = text("identifier", given.identifier as string);
    return this[SERVICE].deleteCustomProvider(identifier, call);
  }
}

function provider(given: Partial<ProviderFields>) {
  return {
    displayName: text("displayName", given.displayName as string),
    proxyUrl: text("proxyUrl", given.proxyUrl as string),
    description: given.description ?? undefined,
    authPatterns: patterns(given.authPatterns),
    iconSrc: given.iconSrc ?? undefined,
    metadata: given.metadata ?? undefined,
  };
}

function patterns(given: readonly AuthPattern[] | null | undefined): ListValue | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  if (!Array.isArray(given)) {
    validate.wrongType("authPatterns", "an array", given);
  }
  const list = given.map((pattern, index) => checked(`authPatterns[${index}]`, pattern));
  if (list.length === 0) {
    return undefined;
  }
  const { fromJson } = require("@bufbuild/protobuf") as typeof import("@bufbuild/protobuf");
  const { ListValueSchema } =
    require("@bufbuild/protobuf/wkt") as typeof import("@bufbuild/protobuf/wkt");
  return fromJson(ListValueSchema, list);
}

function checked(where: string, pattern: unknown): JsonObject {
  const json = snakeCase(jsonObject(where, pattern)) as JsonObject;
  text(`${where}.type`, json["type"] as string);
  text(`${where}.displayName`, json["display_name"] as string);
  const fields = (json["fields"] ??= []);
  if (json["type"] === "OAUTH" && !json["oauth_config"]) {
    throw new ScalekitArgumentException(`${where}.oauthConfig is required for type OAUTH`);
  }
  if (json["type"] === "NO_AUTH" && Array.isArray(fields) && fields.length > 0) {
    throw new ScalekitArgumentException(`${where}.fields must be empty for type NO_AUTH`);
  }
  return json;
}

/** Converts the names of fields, at all levels, to snake case. */
function snakeCase(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(snakeCase);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, item]) => [
    key.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a}_${b.toLowerCase()}`),
    snakeCase(item),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}
