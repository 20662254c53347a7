//! Functions that Kotlin calls through JNI: clients, operations, token validation with cached keys,
//! and webhooks.
//!
//! uniffi's Kotlin code calls through JNA. A call through JNA takes several times as long as a
//! validation with a cached signature, and loading JNA takes longer than a first call without it.
//! These functions have byte arrays as arguments and results, because JNI copies them faster than
//! strings. The classes are `JniClient` and `NativeFunctions` in `com.scalekit.client.internal`.

#![allow(
    unsafe_code,
    reason = "the JVM calls these functions by name, with a pointer to the client"
)]

mod calls;
mod checks;
mod clients;
mod env;
mod options;

/// The first byte of a result: the content follows, or a failure as JSON.
const SUCCESS: u8 = 0;
const FAILURE: u8 = 1;
