import { type IncomingHttpHeaders, STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import { TextDecoder } from "node:util";

import type { ForwardedResponse, Pairs } from "../runtime/call";

/** The response of a third-party service. */
export interface ProxyResponse<Data = any> {
  /** The body. Its type depends on `responseType` of the request. */
  data: Data;
  /** The HTTP status. */
  status: number;
  /** The name of the status, such as `Not Found`, or `""`. */
  statusText: string;
  /**
   * The headers with lower-case names. Repeated values are joined with commas. The values of
   * `set-cookie` are an array.
   */
  headers: IncomingHttpHeaders;
}

/** The type of `data` of a response. */
export type ResponseType = "json" | "text" | "arraybuffer" | "stream";

/** The response types of {@link ResponseType}. */
export const RESPONSE_TYPES: readonly ResponseType[] = ["json", "text", "arraybuffer", "stream"];

/** Converts a response. */
export function responseOf(
  { status, headers: pairs, body }: ForwardedResponse,
  type: ResponseType,
): ProxyResponse {
  const headers = headersOf(pairs);
  return {
    data: dataOf(body, headers["content-type"] ?? "", type),
    status,
    statusText: STATUS_CODES[status] ?? "",
    headers,
  };
}

function headersOf(pairs: Pairs): IncomingHttpHeaders {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of pairs) {
    const before = headers.get(name);
    if (name === "set-cookie") {
      headers.set(name, [...(before ?? []), value]);
    } else {
      headers.set(name, before === undefined ? value : `${before as string}, ${value}`);
    }
  }
  // Not set one by one: a header can have the name `__proto__`.
  return Object.fromEntries(headers);
}

function dataOf(body: Buffer | Readable, contentType: string, type: ResponseType): unknown {
  if (!Buffer.isBuffer(body)) {
    return body;
  }
  // A stream was requested, but the status is not 2xx: its body is in the exception.
  if (type === "json" || type === "stream") {
    return jsonOf(body, contentType);
  }
  return type === "text" ? textOf(body, contentType, false) : body;
}

/** Returns a JSON value, text that is not JSON, or the bytes of a body that is not text. */
function jsonOf(body: Buffer, contentType: string): unknown {
  const text = textOf(body, contentType, true);
  try {
    return text === undefined ? body : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Decodes text. Returns `undefined` if `fatal` is set and the bytes are not text. */
function textOf(body: Buffer, contentType: string, fatal: boolean): string | undefined {
  const [, encoding = "utf-8"] = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType) ?? [];
  try {
    return decoder(encoding, fatal).decode(body);
  } catch {
    return undefined;
  }
}

function decoder(encoding: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal });
  } catch {
    return new TextDecoder("utf-8", { fatal });
  }
}
