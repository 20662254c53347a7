//! Defaults and limits in the names and units of a language.

use std::time::Duration;

use scalekit::defaults as core;

use crate::language::{Language, Unit};

/// Returns the names and the defaults of the options that are numbers, in the units of the options.
pub fn defaults(language: &Language) -> Vec<(String, u64)> {
    let name = |field: &str| language.spell(field).into_owned();
    let time = |field: &str, time: Duration| (name(field), number(language, field, time));
    let count = |field: &str, count: usize| (name(field), count as u64);
    vec![
        time("call_timeout", core::CALL_TIMEOUT),
        time("tool_timeout", core::TOOL_TIMEOUT),
        time("connect_timeout", core::CONNECT_TIMEOUT),
        time("keepalive_interval", core::KEEPALIVE_INTERVAL),
        time("keepalive_timeout", core::KEEPALIVE_TIMEOUT),
        count("max_retries", core::MAX_ATTEMPTS as usize - 1),
        time("token_leeway", core::TOKEN_LEEWAY),
        count("token_cache_size", core::SIGNATURE_CACHE),
        time("webhook_tolerance", core::WEBHOOK_TOLERANCE),
    ]
}

/// Returns the shortest interval of keepalive probes, in the unit of the option.
pub fn min_keepalive_interval(language: &Language) -> u64 {
    number(language, "keepalive_interval", core::MIN_KEEPALIVE_INTERVAL)
}

fn number(language: &Language, field: &str, time: Duration) -> u64 {
    match language.unit(field) {
        Unit::Duration | Unit::Seconds => time.as_secs(),
        Unit::Milliseconds | Unit::WholeMilliseconds => time.as_secs() * 1000,
    }
}
