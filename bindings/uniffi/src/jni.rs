//! Functions that Kotlin calls through JNI: token validation with cached keys, and webhooks.
//!
//! uniffi's Kotlin code calls through JNA, which takes several times as long as a validation with a
//! cached signature. These functions have byte arrays as arguments and results, because JNI copies
//! them faster than strings. The class is `com.scalekit.client.internal.FastPath`.

#![allow(
    unsafe_code,
    reason = "the JVM calls these functions by name, with a pointer to the client"
)]

use std::time::SystemTime;

use jni::errors::ThrowRuntimeExAndDefault;
use jni::objects::{JByteArray, JObject};
use jni::sys::{jboolean, jdouble, jint, jlong};
use jni::{Env, EnvUnowned};
use scalekit_bindings::tokens::{TokenValidation, is_valid};
use scalekit_bindings::webhooks::{SignatureHeaders, purpose};
use scalekit_bindings::{BindingError, Client, Error, guard};
use serde::Deserialize;

use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::tokens::{self, clock, validate_cached};

/// The first byte of a result: claims or a failure follow, both as JSON.
const CLAIMS: u8 = 0;
const FAILURE: u8 = 1;

/// Results of `isValidToken`.
const INVALID: jint = 0;
const VALID: jint = 1;
const NEEDS_KEYS: jint = -1;
const FAILED: jint = -2;

#[uniffi::export]
impl NativeClient {
    /// Returns a pointer to the client for the JNI functions. `FastPath.Released.release` frees it.
    ///
    /// # Errors
    /// Never fails.
    pub fn jni_handle(&self) -> Result<u64, NativeError> {
        guard::run(|| Ok(Box::into_raw(Box::new(self.core.clone())) as u64))
    }
}

/// Checks of a token, as JSON.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Checks {
    issuer: Option<Vec<String>>,
    audience: Option<Vec<String>>,
    required_scopes: Vec<String>,
    leeway_ms: Option<f64>,
}

/// Validates a token with cached keys. Returns the claims or a failure, or null if keys must be
/// fetched first. `now_ms` is NaN for the system clock.
#[unsafe(no_mangle)]
pub(crate) extern "system" fn Java_com_scalekit_client_internal_FastPath_validateToken<'local>(
    mut env: EnvUnowned<'local>,
    _this: JObject<'local>,
    handle: jlong,
    token: JByteArray<'local>,
    checks: JByteArray<'local>,
    now_ms: jdouble,
) -> JByteArray<'local> {
    env.with_env(|env| {
        let token = env.convert_byte_array(&token)?;
        let validation = read_checks(env, &checks, now_ms)?;
        // SAFETY: see `client`.
        let client = unsafe { client(handle) };
        let validated =
            validation.and_then(|checks| validate_cached(client, &text(token), &checks));
        match validated {
            Ok(None) => Ok(JByteArray::null()),
            Ok(Some(Ok(verified))) => tagged(env, CLAIMS, verified.payload()),
            Ok(Some(Err(error))) => failure(env, error),
            Err(error) => failure(env, error),
        }
    })
    .resolve::<ThrowRuntimeExAndDefault>()
}

/// Validates a token with cached keys. If the result is `FAILED`, `validateToken` returns the
/// failure.
#[unsafe(no_mangle)]
pub(crate) extern "system" fn Java_com_scalekit_client_internal_FastPath_isValidToken<'local>(
    mut env: EnvUnowned<'local>,
    _this: JObject<'local>,
    handle: jlong,
    token: JByteArray<'local>,
    checks: JByteArray<'local>,
    now_ms: jdouble,
) -> jint {
    env.with_env(|env| {
        let token = env.convert_byte_array(&token)?;
        let validation = read_checks(env, &checks, now_ms)?;
        // SAFETY: see `client`.
        let client = unsafe { client(handle) };
        let validated =
            validation.and_then(|checks| validate_cached(client, &text(token), &checks));
        jni::errors::Result::Ok(match validated.map(|verified| verified.map(is_valid)) {
            Ok(None) => NEEDS_KEYS,
            Ok(Some(Ok(true))) => VALID,
            Ok(Some(Ok(false))) => INVALID,
            Ok(Some(Err(_))) | Err(_) => FAILED,
        })
    })
    .resolve::<ThrowRuntimeExAndDefault>()
}

/// Verifies a webhook or interceptor request. Returns null or a failure. `headers` contains names
/// and values in turn, each after its length as a big-endian 32-bit number.
#[unsafe(no_mangle)]
pub(crate) extern "system" fn Java_com_scalekit_client_internal_FastPath_verifyWebhook<'local>(
    mut env: EnvUnowned<'local>,
    _this: JObject<'local>,
    handle: jlong,
    interceptor: jboolean,
    secret: JByteArray<'local>,
    headers: JByteArray<'local>,
    payload: JByteArray<'local>,
    now_ms: jdouble,
) -> JByteArray<'local> {
    env.with_env(|env| {
        let secret = text(env.convert_byte_array(&secret)?);
        let headers = env.convert_byte_array(&headers)?;
        let payload = env.convert_byte_array(&payload)?;
        let headers = SignatureHeaders::from_pairs(purpose(interceptor), pairs(&headers));
        // SAFETY: see `client`.
        let client = unsafe { client(handle) };
        match client.verify_webhook_at(&secret, &headers, &payload, now(now_ms)) {
            Ok(()) => Ok(JByteArray::null()),
            Err(error) => failure(env, error),
        }
    })
    .resolve::<ThrowRuntimeExAndDefault>()
}

/// Frees the client of `NativeClient::jni_handle`.
#[unsafe(no_mangle)]
pub(crate) extern "system" fn Java_com_scalekit_client_internal_FastPath_00024Released_release<
    'local,
>(
    mut env: EnvUnowned<'local>,
    _this: JObject<'local>,
    handle: jlong,
) {
    env.with_env(|_env| {
        // SAFETY: `jni_handle` created the pointer, and the JVM releases it once, when no object
        // refers to it.
        drop(unsafe { Box::from_raw(handle as *mut Client) });
        jni::errors::Result::Ok(())
    })
    .resolve::<ThrowRuntimeExAndDefault>();
}

/// Returns the client of a handle.
///
/// # Safety
/// `handle` is a result of `NativeClient::jni_handle` that was not released. The JVM releases it
/// when the object that owns it is unreachable. The object is the receiver of every JNI function,
/// and therefore reachable during the call.
unsafe fn client<'a>(handle: jlong) -> &'a Client {
    // SAFETY: by the conditions of this function.
    unsafe { &*(handle as *const Client) }
}

/// Invalid UTF-8 becomes replacement characters, which no token or secret contains.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn now(now_ms: f64) -> SystemTime {
    if now_ms.is_nan() {
        SystemTime::now()
    } else {
        clock(now_ms)
    }
}

fn read_checks(
    env: &Env<'_>,
    checks: &JByteArray<'_>,
    now_ms: f64,
) -> jni::errors::Result<Result<TokenValidation, BindingError>> {
    let checks = if checks.is_null() {
        Ok(Checks::default())
    } else {
        serde_json::from_slice(&env.convert_byte_array(checks)?).map_err(BindingError::internal)
    };
    Ok(checks.and_then(|checks| Ok(validation(checks, now_ms)?)))
}

fn validation(checks: Checks, now_ms: f64) -> Result<TokenValidation, Error> {
    let as_of = (!now_ms.is_nan()).then(|| clock(now_ms));
    tokens::checks(
        checks.issuer,
        checks.audience,
        checks.required_scopes,
        checks.leeway_ms,
        as_of,
    )
}

/// Splits the list of headers. Incomplete items at the end are ignored.
fn pairs(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], String)> {
    std::iter::from_fn(move || {
        let name = item(&mut bytes)?;
        Some((name, text(item(&mut bytes)?.to_vec())))
    })
}

fn item<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (item, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *bytes = rest;
    Some(item)
}

fn failure<'local>(
    env: &mut Env<'local>,
    error: impl Into<NativeError>,
) -> jni::errors::Result<JByteArray<'local>> {
    let json = serde_json::to_vec(error.into().failure()).unwrap_or_default();
    tagged(env, FAILURE, &json)
}

fn tagged<'local>(
    env: &mut Env<'local>,
    tag: u8,
    content: &[u8],
) -> jni::errors::Result<JByteArray<'local>> {
    let mut result = Vec::with_capacity(content.len() + 1);
    result.push(tag);
    result.extend_from_slice(content);
    env.byte_array_from_slice(&result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_and_incomplete_items_are_ignored() {
        let list = b"\0\0\0\x02id\0\0\0\x01v\0\0\0\x05webho";
        assert_eq!(
            pairs(list).collect::<Vec<_>>(),
            [(&b"id"[..], "v".to_owned())]
        );
        assert_eq!(pairs(b"\xff\xff\xff\xffx").count(), 0);
    }
}
