import type { Readable } from "node:stream";

import { ScalekitArgumentException } from "../errors";
import { TRANSPORT, type CallOptions, type ForwardedRequest } from "../runtime/call";
import { text } from "../runtime/conversions";
import { rememberAccount, sentAccount } from "./account-name";
import { known } from "./names";
import {
  type Fields,
  type RawBody,
  encoded,
  headerPairs,
  multipart,
  pairs,
  selected,
} from "./request-parts";
import { type ProxyResponse, type ResponseType, RESPONSE_TYPES, responseOf } from "./response";
import { ToolSetMethods } from "./tool-set";

export type { ResponseType } from "./response";

/** Parameters of `request`. */
export interface RequestParams extends CallOptions {
  /** Name of the connection. */
  connectionName: string;
  /** Your identifier of the owner of the account. */
  identifier: string;
  /**
   * The path of the third-party API, with or without a leading slash. It may contain a query, but
   * not the segments `.` and `..`.
   */
  path: string;
  /** The HTTP method. Default: `GET`. */
  method?: string | null;
  /** Parameters of the query. An array is sent as repeated parameters. */
  queryParams?: Fields | null;
  /** The same as `queryParams`. */
  params?: Fields | null;
  /** A JSON value. */
  body?: unknown;
  /** The same as `body`. */
  json?: unknown;
  /** Fields of a form. A `FormData` is sent as `multipart/form-data`. */
  formData?: Fields | FormData | null;
  /** A body of any type. Set its `content-type` in `headers`. */
  rawBody?: RawBody | null;
  /**
   * Additional headers. `authorization`, `connection_name`, `identifier` and headers of the
   * connection are rejected.
   */
  headers?: Fields | null;
  /**
   * Timeout of the request in milliseconds, the body of the response included. Default:
   * `toolTimeoutMs` of the client.
   */
  timeoutMs?: number;
  /**
   * The type of `data` of the response:
   *
   * - `json` (default): a JSON value. A body that is not JSON is a string, or a `Buffer` if it is
   *   not text.
   * - `text`: a string
   * - `arraybuffer`: a `Buffer`
   * - `stream`: a `Readable`, for large bodies
   */
  responseType?: ResponseType | null;
}

/** Requests to third-party services. */
export abstract class RequestMethods extends ToolSetMethods {
  /**
   * Sends a request to the API of a third-party service. Scalekit adds the credentials of the
   * connected account.
   *
   * Redirects are not followed. The request is sent again only if it did not reach the service, or
   * if it is a GET, HEAD or OPTIONS request without a body.
   *
   * @throws {ScalekitServerException} The status is not 2xx, and `response` of the exception is the
   *   response. Or the service did not respond, or the body is larger than 64 MiB and not a stream.
   *   {@link ActionsClient.getAuthorizationLinkFor} accepts the exception.
   *
   * @example
   * const { data } = await client.actions.request({
   *   connectionName: "gmail",
   *   identifier: "user_1",
   *   path: "/gmail/v1/users/me/messages",
   *   queryParams: { maxResults: 5 },
   * });
   */
  async request(
    params: RequestParams & { responseType: "stream" },
    call?: CallOptions,
  ): Promise<ProxyResponse<Readable>>;
  async request(
    params: RequestParams & { responseType: "arraybuffer" },
    call?: CallOptions,
  ): Promise<ProxyResponse<Buffer>>;
  async request(
    params: RequestParams & { responseType: "text" },
    call?: CallOptions,
  ): Promise<ProxyResponse<string>>;
  async request<Data = any>(
    params: RequestParams,
    call?: CallOptions,
  ): Promise<ProxyResponse<Data>>;
  async request(params: RequestParams, call?: CallOptions): Promise<ProxyResponse> {
    const { connectionName, identifier, path, method, queryParams, ...given } = known(
      "request",
      params,
      [
        "connectionName",
        "identifier",
        "path",
        "method",
        "queryParams",
        "body",
        "formData",
        "rawBody",
        "headers",
        "timeoutMs",
        "signal",
        "responseType",
      ],
      { instead: { params: "queryParams", json: "body" } },
    );
    const type = responseType(given.responseType);
    const request: ForwardedRequest = [
      text("connectionName", connectionName as string),
      text("identifier", identifier as string),
      text("method", method ?? "GET"),
      text("path", path as string),
      pairs("queryParams", queryParams),
      headerPairs(given.headers),
      undefined,
    ];
    const bodies = selected({
      body: given.body,
      formData: given.formData,
      rawBody: given.rawBody,
    });
    request[6] =
      bodies.formData instanceof FormData
        ? await multipart(bodies.formData, request[5])
        : encoded(bodies);
    const options = {
      timeoutMs: given.timeoutMs ?? call?.timeoutMs,
      signal: given.signal ?? call?.signal,
    };
    const forwarded = await this[TRANSPORT].forward(request, type === "stream", options);
    const response = responseOf(forwarded, type);
    const { failure } = forwarded;
    if (failure === undefined) {
      return response;
    }
    rememberAccount(failure, sentAccount({ connectionName, identifier }));
    Object.defineProperty(failure, "response", { value: response, configurable: true });
    throw failure;
  }
}

function responseType(given: unknown): ResponseType {
  const type = (given ?? "json") as ResponseType;
  if (!RESPONSE_TYPES.includes(type)) {
    throw new ScalekitArgumentException(`responseType must be one of ${RESPONSE_TYPES.join(", ")}`);
  }
  return type;
}
