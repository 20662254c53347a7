//! Functions that Kotlin calls through JNI: token validation with cached keys, and webhooks.
//!
//! uniffi's Kotlin code calls through JNA, which takes several times as long as a validation with a
//! cached signature. These functions have byte arrays as arguments and results, because JNI copies
//! them faster than strings. The class is `com.scalekit.client.internal.FastPath`.

#![allow(
    unsafe_code,
    reason = "the JVM calls these functions by name, with a pointer to the client"
)]

use std::ptr;
use std::time::SystemTime;

use jni_sys::{JNIEnv, jboolean, jbyteArray, jdouble, jint, jlong, jobject};
use scalekit_bindings::tokens::{TokenValidation, is_valid};
use scalekit_bindings::webhooks::{SignatureHeaders, purpose};
use scalekit_bindings::{BindingError, Client, guard};
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
///
/// # Safety
/// The JVM calls this function as a method of a `FastPath`. See also [`client`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_FastPath_validateToken(
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
        let (token, checks) = (env.text(token), env.checks(checks, now_ms)?);
        let verified = validate_cached(client, &token, &checks)?.transpose()?;
        Ok(verified.map(|verified| env.tagged(CLAIMS, verified.payload())))
    }))
}

/// Validates a token with cached keys. If the result is `FAILED`, `validateToken` returns the
/// failure.
///
/// # Safety
/// As [`Java_com_scalekit_client_internal_FastPath_validateToken`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_FastPath_isValidToken(
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
        let (token, checks) = (env.text(token), env.checks(checks, now_ms)?);
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
/// As [`Java_com_scalekit_client_internal_FastPath_validateToken`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_FastPath_verifyWebhook(
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

/// Frees the client of `NativeClient::jni_handle`.
///
/// # Safety
/// `handle` is a result of `jni_handle`, and no other function uses it now or later.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_FastPath_00024Released_release(
    _env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
) {
    let released: Result<(), BindingError> = guard::run(|| {
        // SAFETY: `jni_handle` created the pointer, and the JVM releases it once, when no object
        // refers to it.
        drop(unsafe { Box::from_raw(handle as *mut Client) });
        Ok(())
    });
    // The cleaner of the JVM has no caller that could handle a failure.
    drop(released);
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

fn now(now_ms: f64) -> SystemTime {
    if now_ms.is_nan() {
        SystemTime::now()
    } else {
        clock(now_ms)
    }
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

/// The JVM during one call of a native method.
struct Env(*mut JNIEnv);

impl Env {
    /// # Safety
    /// The JVM passed `env` to the native method that uses the result. The arrays that the other
    /// methods read are arguments of that method.
    unsafe fn new(env: *mut JNIEnv) -> Self {
        Self(env)
    }

    /// Returns a copy of an array. Null is an empty array.
    fn bytes(&self, array: jbyteArray) -> Vec<u8> {
        if array.is_null() {
            return Vec::new();
        }
        // SAFETY: by the conditions of `new`. The JVM fills the whole vector.
        unsafe {
            let jvm = &(**self.0).v1_1;
            let length = (jvm.GetArrayLength)(self.0, array);
            let mut bytes = vec![0; length as usize];
            (jvm.GetByteArrayRegion)(self.0, array, 0, length, bytes.as_mut_ptr().cast());
            bytes
        }
    }

    /// Invalid UTF-8 becomes replacement characters, which no token or secret contains.
    fn text(&self, array: jbyteArray) -> String {
        text(self.bytes(array))
    }

    fn checks(&self, array: jbyteArray, now_ms: f64) -> Result<TokenValidation, BindingError> {
        let checks = if array.is_null() {
            Checks::default()
        } else {
            serde_json::from_slice(&self.bytes(array)).map_err(BindingError::internal)?
        };
        let as_of = (!now_ms.is_nan()).then(|| clock(now_ms));
        Ok(tokens::checks(
            checks.issuer,
            checks.audience,
            checks.required_scopes,
            checks.leeway_ms,
            as_of,
        )?)
    }

    /// Returns an array with a tag and a content. If the memory of the JVM is exhausted, the result
    /// is null and the JVM throws an `OutOfMemoryError` when the native method returns.
    fn tagged(&self, tag: u8, content: &[u8]) -> jbyteArray {
        let length = jint::try_from(content.len() + 1).unwrap_or(jint::MAX);
        // SAFETY: by the conditions of `new`. The array has room for the tag and the content.
        unsafe {
            let jvm = &(**self.0).v1_1;
            let array = (jvm.NewByteArray)(self.0, length);
            if !array.is_null() {
                (jvm.SetByteArrayRegion)(self.0, array, 0, 1, ptr::from_ref(&tag).cast());
                let content = content.as_ptr().cast();
                (jvm.SetByteArrayRegion)(self.0, array, 1, length - 1, content);
            }
            array
        }
    }

    /// Returns the array, the failure, or null.
    fn result(&self, result: Result<Option<jbyteArray>, NativeError>) -> jbyteArray {
        result.map_or_else(
            |error| {
                let json = serde_json::to_vec(error.failure()).unwrap_or_default();
                self.tagged(FAILURE, &json)
            },
            |array| array.unwrap_or(ptr::null_mut()),
        )
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
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
