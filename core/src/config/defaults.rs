//! Defaults and limits of the client options.

use std::time::Duration;

/// Time limit of a call, including retries and waits.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// Time limit of `ToolService.ExecuteTool`.
pub const TOOL_TIMEOUT: Duration = Duration::from_secs(60);

/// Time limit of one connection attempt, including TLS.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Attempts per call.
pub const MAX_ATTEMPTS: u32 = 4;

/// Allowed clock difference in token validation.
pub const TOKEN_LEEWAY: Duration = Duration::from_secs(5);

/// Tokens in the signature cache: 22 bytes each, 22 KiB in all.
pub const SIGNATURE_CACHE: usize = 1024;

/// The limit of the signature cache, which is allocated at once: 22 MiB.
pub const MAX_SIGNATURE_CACHE: usize = 1 << 20;

/// Allowed difference between a webhook's timestamp and the current time.
pub const WEBHOOK_TOLERANCE: Duration = Duration::from_secs(300);

/// The shortest interval of keepalive probes. The service closes connections that are probed more
/// often.
pub const MIN_KEEPALIVE_INTERVAL: Duration = Duration::from_secs(60);

/// Interval of keepalive probes.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(60);

/// Time limit of a keepalive probe.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
