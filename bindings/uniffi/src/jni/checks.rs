//! Token validation with cached keys, and webhooks.

use std::borrow::Cow;
use std::time::SystemTime;

use jni_sys::{JNIEnv, jboolean, jbyteArray, jdouble, jint, jlong, jobject};
use scalekit_bindings::tokens::{TokenValidation, is_valid};
use scalekit_bindings::webhooks::{SignatureHeaders, purpose};
use scalekit_bindings::{BindingError, guard};

use super::SUCCESS;
use super::clients::client;
use super::env::Env;
use crate::failure::NativeError;
use crate::tokens::{self, clock, validate_cached};

/// Results of `isValidToken`.
const INVALID: jint = 0;
const VALID: jint = 1;
const NEEDS_KEYS: jint = -1;
const FAILED: jint = -2;

/// Checks of a token, as a JSON array: issuers, audiences, required scopes, and the leeway in
/// milliseconds.
type Checks = (
    Option<Vec<String>>,
    Option<Vec<String>>,
    Vec<String>,
    Option<f64>,
);

/// Validates a token with cached keys. Returns the claims or a failure, or null if keys must be
/// fetched first. `now_ms` is NaN for the system clock.
///
/// # Safety
/// The JVM calls this function as a method of a `JniClient`. See also [`client`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_JniClient_validateToken(
    env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
    token: jbyteArray,
    checks: jbyteArray,
    now_ms: jdouble,
) -> jbyteArray {
    // SAFETY: by the conditions of this function.
    let (env, client) = unsafe { (Env::new(env), client(handle)) };
    env.result(guard::run(|| {
        let (token, checks) = (env.text(token), self::checks(&env, checks, now_ms)?);
        let verified = validate_cached(client, &token, &checks)?.transpose()?;
        Ok(verified.map(|verified| env.tagged(SUCCESS, verified.payload())))
    }))
}

/// Validates a token with cached keys. If the result is `FAILED`, `validateToken` returns the
/// failure.
///
/// # Safety
/// As [`Java_com_scalekit_client_internal_JniClient_validateToken`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_JniClient_isValidToken(
    env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
    token: jbyteArray,
    checks: jbyteArray,
    now_ms: jdouble,
) -> jint {
    // SAFETY: by the conditions of this function.
    let (env, client) = unsafe { (Env::new(env), client(handle)) };
    let result: Result<jint, NativeError> = guard::run(|| {
        let (token, checks) = (env.text(token), self::checks(&env, checks, now_ms)?);
        let valid = validate_cached(client, &token, &checks)?
            .map(is_valid)
            .transpose()?;
        Ok(valid.map_or(NEEDS_KEYS, |valid| if valid { VALID } else { INVALID }))
    });
    result.unwrap_or(FAILED)
}

/// Verifies a webhook or interceptor request. Returns null or a failure. `headers` contains names
/// and values in turn, each after its length as a big-endian 32-bit number.
///
/// # Safety
/// As [`Java_com_scalekit_client_internal_JniClient_validateToken`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_JniClient_verifyWebhook(
    env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
    interceptor: jboolean,
    secret: jbyteArray,
    headers: jbyteArray,
    payload: jbyteArray,
    now_ms: jdouble,
) -> jbyteArray {
    // SAFETY: by the conditions of this function.
    let (env, client) = unsafe { (Env::new(env), client(handle)) };
    env.result(guard::run(|| {
        let (secret, headers, payload) = (env.text(secret), env.bytes(headers), env.bytes(payload));
        let headers = SignatureHeaders::from_pairs(purpose(interceptor), pairs(&headers));
        client.verify_webhook_at(&secret, &headers, &payload, now(now_ms))?;
        Ok(None)
    }))
}

fn checks(env: &Env, array: jbyteArray, now_ms: f64) -> Result<TokenValidation, BindingError> {
    let (issuer, audience, scopes, leeway_ms): Checks = if array.is_null() {
        Checks::default()
    } else {
        serde_json::from_slice(&env.bytes(array)).map_err(BindingError::internal)?
    };
    let as_of = (!now_ms.is_nan()).then(|| clock(now_ms));
    Ok(tokens::checks(issuer, audience, scopes, leeway_ms, as_of)?)
}

fn now(now_ms: f64) -> SystemTime {
    if now_ms.is_nan() {
        SystemTime::now()
    } else {
        clock(now_ms)
    }
}

/// Splits the list of headers. Incomplete items at the end are ignored.
fn pairs(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], Cow<'_, str>)> {
    std::iter::from_fn(move || {
        let name = item(&mut bytes)?;
        Some((name, String::from_utf8_lossy(item(&mut bytes)?)))
    })
}

fn item<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (item, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *bytes = rest;
    Some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_and_incomplete_items_are_ignored() {
        let list = b"\0\0\0\x02id\0\0\0\x01v\0\0\0\x05webho";
        assert_eq!(pairs(list).collect::<Vec<_>>(), [(&b"id"[..], "v".into())]);
        assert_eq!(pairs(b"\xff\xff\xff\xffx").count(), 0);
    }
}
