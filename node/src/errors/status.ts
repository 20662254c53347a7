/** The names of the gRPC codes, in the order of their numbers. */
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

/** The name of a gRPC code as Connect spells it, such as `not_found` for 5. */
export function connectCode(code: number): string {
  const name = grpcStatusName(code);
  return name === "CANCELLED" ? "canceled" : name.toLowerCase();
}

/** The name of a gRPC code, such as `NOT_FOUND` for 5. */
export function grpcStatusName(code: number): string {
  return NAMES[code] ?? "UNKNOWN";
}
