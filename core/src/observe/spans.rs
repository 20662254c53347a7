//! Spans of the crate `tracing`.

use tracing::field::{Empty, debug};
use tracing::{Span, info_span, warn};

use super::{AttemptEnded, CallEnded, CallObserver, CallStarted, Observer};

/// Creates a span for each call: `scalekit.call`, with the attribute names of OpenTelemetry's
/// semantic conventions for RPC and HTTP. An attempt that is repeated is an event of the span.
///
/// With the feature `tracing`, it is the default observer of a client.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingObserver;

struct Traced(Span);

impl Observer for TracingObserver {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        let span = info_span!(
            "scalekit.call",
            otel.name = call.operation,
            otel.kind = "client",
            otel.status_code = Empty,
            rpc.system.name = "scalekit",
            rpc.method = call.operation,
            http.request.method = call.method,
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            server.address = call.host,
            server.port = call.port,
            scalekit.request_id = Empty,
            error.type = Empty,
        );
        (!span.is_disabled()).then(|| Box::new(Traced(span)) as Box<dyn CallObserver>)
    }
}

impl CallObserver for Traced {
    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
        let duration = attempt.duration.as_secs_f64();
        match (attempt.error, attempt.wait) {
            (Some(error), Some(wait)) => warn!(
                parent: &self.0,
                attempt = attempt.number,
                status = attempt.status,
                duration,
                wait = wait.as_secs_f64(),
                %error,
                "the attempt failed and is repeated"
            ),
            _ => tracing::debug!(
                parent: &self.0,
                attempt = attempt.number,
                status = attempt.status,
                duration,
                "the attempt ended"
            ),
        }
    }

    fn call_ended(&mut self, call: &CallEnded<'_>) {
        let span = &self.0;
        span.record("http.request.resend_count", call.attempts.saturating_sub(1));
        if let Some(status) = call.status {
            span.record("http.response.status_code", status);
        }
        if let Some(id) = call.request_id {
            span.record("scalekit.request_id", id);
        }
        if let Some(error) = call.error {
            span.record("error.type", debug(error.kind()));
            span.record("otel.status_code", "ERROR");
        } else if call.cancelled {
            span.record("error.type", "cancelled");
            span.record("otel.status_code", "ERROR");
        }
    }
}
