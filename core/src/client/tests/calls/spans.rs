use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

use super::*;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_call_is_a_span_without_secrets() {
    let server = server(|_, number| match number {
        0 => response(503, "retry-after: 0\r\n", ""),
        _ => json_response(ORGANIZATION),
    })
    .await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    get(&server).await.unwrap();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in [
        "otel.name=\"OrganizationService.GetOrganization\" otel.kind=\"client\"",
        "rpc.system.name=\"scalekit\" rpc.method=\"OrganizationService.GetOrganization\"",
        "http.request.method=\"GET\"",
        "server.address=\"127.0.0.1\"",
        "http.request.resend_count=1",
        "http.response.status_code=200",
        "the attempt failed and is repeated attempt=1 status=503",
        "otel.name=\"oauth.token\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for secret in ["s3cret", "Bearer", "t0ken-value"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
