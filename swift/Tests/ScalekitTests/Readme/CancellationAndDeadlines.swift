// The snippet of README.md.

import Scalekit

func cancelled(_ client: ScalekitClient) async {
    let task = Task {
        try await client.organizations.get("org_1", timeout: .seconds(2))
    }
    task.cancel()
    do {
        _ = try await task.value
    } catch is CancellationError {
        print("cancelled")
    } catch {
        print(error)
    }
}
