// A web application with a login. Run it with the emulator:
//
//     scalekit-emulator run --auto-approve -- swift run Server
//
// Then open http://localhost:3000/login.

import ExampleHTTP
import ExampleServer
import Foundation
import Scalekit

let app = App(
    client: try ScalekitClient.fromEnvironment(),
    webhookSecret: ProcessInfo.processInfo.environment["WEBHOOK_SECRET"] ?? "",
    origin: "http://localhost:3000")
let server = try HTTPServer(port: 3000) { await app.handle($0) }
print("listening on http://localhost:\(server.port)")
while true { try await Task.sleep(for: .seconds(3600)) }
