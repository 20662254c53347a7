/** Names of the gRPC codes. The index is the numeric code. */
const NAMES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** Returns the name of a gRPC code in Connect's format, such as `not_found` for 5. */
export function connectCode(code: number): string {
  const name = grpcStatusName(code);
  return name === "CANCELLED" ? "canceled" : name.toLowerCase();
}

/** Returns the name of a gRPC code, such as `NOT_FOUND` for 5. */
export function grpcStatusName(code: number): string {
  return NAMES[code] ?? "UNKNOWN";
}
