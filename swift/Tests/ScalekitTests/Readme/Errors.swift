// The snippet of README.md.

import Scalekit

func find(_ client: ScalekitClient, _ id: String) async throws -> Organization? {
    do {
        return try await client.organizations.get(id)
    } catch let error as ScalekitError where error.kind == .notFound {
        print(error.httpStatus ?? 0, error.errorCode ?? "", error.requestID ?? "")
        return nil
    }
}
