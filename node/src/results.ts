// What generated methods make of an answer or of an error, where that is more than a field of it.

import { ScalekitNotFoundException, ScalekitServerException, ScalekitValidateTokenFailureException } from "./errors";
import type { Directory, ListDirectoriesResponse } from "./pkg/grpc/scalekit/v1/directories/directories_pb";

/** The first directory of an organization. */
export function primaryDirectory({ directories }: ListDirectoriesResponse): Directory {
  const [first] = directories;
  if (first === undefined) {
    throw new ScalekitNotFoundException("directory does not exist for organization", {
      operation: "DirectoryService.ListDirectories",
      httpStatus: 404,
      grpcStatus: 5,
    });
  }
  return first;
}

// INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED: the token's fault. All else is the service's.
const TOKEN_FAILURES = new Set([3, 5, 7, 16]);

/** Rejects with a failed validation when the service says that of a token, and else with the error itself. */
export function tokenFailure(error: unknown): never {
  if (error instanceof ScalekitServerException && TOKEN_FAILURES.has(error.grpcStatus)) {
    const { operation, requestId } = error;
    throw new ScalekitValidateTokenFailureException(error, { operation, requestId });
  }
  throw error;
}
