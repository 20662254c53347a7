//! C functions that Swift calls: token validation with cached keys, and webhooks.
//!
//! uniffi's Swift code copies every argument into a new buffer, which takes several times as
//! long as a validation with a cached signature, and seconds for a payload of 50 MB in a debug build.
//! These functions read the memory of the caller. The declarations are in
//! `swift/Sources/ScalekitFFI/ScalekitChecks.h`.

#![allow(
    unsafe_code,
    reason = "Swift calls these functions by name, with pointers to its memory"
)]

use std::ffi::c_void;
use std::ptr;
use std::slice;
use std::time::SystemTime;

use scalekit_bindings::tokens::TokenValidation;
use scalekit_bindings::webhooks::{SignatureHeaders, purpose};
use scalekit_bindings::{Error, guard};
use serde_json::Value;

use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::tokens::{self, clock, validate_cached};

/// The token or payload is valid.
const VALID: i32 = 0;
/// The token or payload is rejected, an argument is invalid, or another error occurred.
const FAILED: i32 = 1;
/// Keys must be fetched first.
const KEYS_MISSING: i32 = 2;

/// UTF-8 text or bytes in the memory of the caller. `start` may be null if `length` is 0.
#[repr(C)]
pub(crate) struct Text {
    start: *const u8,
    length: usize,
}

/// A list of texts in the memory of the caller. `start` may be null if `length` is 0.
#[repr(C)]
pub(crate) struct Texts {
    start: *const Text,
    length: usize,
    is_set: bool,
}

/// The checks of a token. Numbers are NaN if they are unset.
#[repr(C)]
pub(crate) struct TokenChecks {
    issuer: Texts,
    audience: Texts,
    scopes: Texts,
    leeway_ms: f64,
    now_ms: f64,
}

/// Receives a JSON text: the claims of a valid token, or the failure. The first argument is the
/// context.
type Take = unsafe extern "C" fn(*mut c_void, *const u8, usize);

/// The receiver of a result.
struct Receiver {
    context: *mut c_void,
    take: Take,
}

#[uniffi::export]
impl NativeClient {
    /// Returns the address of the client for the C functions. It is valid as long as the object
    /// lives.
    ///
    /// # Errors
    /// Never fails.
    pub fn address(&self) -> Result<u64, NativeError> {
        guard::run(|| Ok(ptr::from_ref(self) as u64))
    }
}

/// Validates a token with cached keys. Calls `take` with the claims or with the failure.
///
/// # Safety
/// `client` is the address of a client that lives during the call. The texts and `checks` are valid
/// during the call, and `take` accepts `context`.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn scalekit_validate_token(
    client: u64,
    token: Text,
    checks: &TokenChecks,
    context: *mut c_void,
    take: Take,
) -> i32 {
    let receiver = Receiver { context, take };
    receiver.status(guard::run(|| {
        // SAFETY: by the conditions of this function.
        let (client, token) = unsafe { (NativeClient::at(client)?, token.read()?) };
        // SAFETY: by the conditions of this function.
        let checks = unsafe { checks.validation()? };
        let Some(verified) = validate_cached(&client.core, token, &checks)? else {
            return Ok(KEYS_MISSING);
        };
        receiver.take(verified?.payload());
        Ok(VALID)
    }))
}

/// Calls `take` with a JSON text in which each name occurs once: the last value counts, as in all
/// other languages. Foundation's decoder uses the first one. Calls `take` with the failure if the
/// text is not JSON.
///
/// # Safety
/// `json` is valid during the call, and `take` accepts `context`.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn scalekit_unique_names(
    json: Text,
    context: *mut c_void,
    take: Take,
) -> i32 {
    let receiver = Receiver { context, take };
    receiver.status(guard::run(|| {
        // SAFETY: by the conditions of this function.
        let value: Value = serde_json::from_slice(unsafe { json.bytes() })
            .map_err(|error| Error::invalid_argument(format!("the text is not JSON: {error}")))?;
        receiver.take(value.to_string().as_bytes());
        Ok(VALID)
    }))
}

/// Verifies a webhook, or an interceptor request if `interceptor` is `true`. `headers` contains names
/// and values in turn. `now_ms` is NaN for the system clock. Calls `take` with the failure.
///
/// # Safety
/// As [`scalekit_validate_token`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn scalekit_verify(
    client: u64,
    interceptor: bool,
    secret: Text,
    headers: Texts,
    payload: Text,
    now_ms: f64,
    context: *mut c_void,
    take: Take,
) -> i32 {
    let receiver = Receiver { context, take };
    receiver.status(guard::run(|| {
        // SAFETY: by the conditions of this function.
        let (client, secret) = unsafe { (NativeClient::at(client)?, secret.read()?) };
        // SAFETY: by the conditions of this function.
        let (headers, payload) = unsafe { (headers.texts(), payload.bytes()) };
        let pairs = headers.chunks_exact(2).filter_map(|pair| {
            // SAFETY: by the conditions of this function.
            unsafe { Some((pair[0].read().ok()?, pair[1].read().ok()?)) }
        });
        let headers = SignatureHeaders::from_pairs(purpose(interceptor), pairs);
        let now = if now_ms.is_nan() {
            SystemTime::now()
        } else {
            clock(now_ms)
        };
        client
            .core
            .verify_webhook_at(secret, &headers, payload, now)?;
        Ok(VALID)
    }))
}

impl NativeClient {
    /// # Safety
    /// `address` is 0, or the address of a client that lives as long as the result is used.
    unsafe fn at<'a>(address: u64) -> Result<&'a Self, Error> {
        // SAFETY: by the conditions of this function.
        let client = unsafe { (address as *const Self).as_ref() };
        client.ok_or_else(|| Error::invalid_argument("the address of the client is 0"))
    }
}

impl Receiver {
    fn take(&self, json: &[u8]) {
        // SAFETY: the caller's function accepts the caller's context, and copies the text.
        unsafe { (self.take)(self.context, json.as_ptr(), json.len()) };
    }

    fn status(&self, result: Result<i32, NativeError>) -> i32 {
        result.unwrap_or_else(|error| {
            self.take(&serde_json::to_vec(error.failure()).unwrap_or_default());
            FAILED
        })
    }
}

impl Text {
    /// # Safety
    /// The memory is valid as long as the result is used.
    unsafe fn bytes<'a>(&self) -> &'a [u8] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: by the conditions of this function.
        unsafe { slice::from_raw_parts(self.start, self.length) }
    }

    /// # Errors
    /// The text is not UTF-8.
    ///
    /// # Safety
    /// As [`bytes`](Self::bytes).
    unsafe fn read<'a>(&self) -> Result<&'a str, Error> {
        // SAFETY: by the conditions of this function.
        str::from_utf8(unsafe { self.bytes() })
            .map_err(|_| Error::invalid_argument("the text is not UTF-8"))
    }
}

impl Texts {
    /// # Safety
    /// The memory is valid as long as the result is used.
    unsafe fn texts<'a>(&self) -> &'a [Text] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: by the conditions of this function.
        unsafe { slice::from_raw_parts(self.start, self.length) }
    }

    /// Returns the list, or `None` if it is not set.
    ///
    /// # Safety
    /// The memory is valid during the call.
    unsafe fn read(&self) -> Option<Vec<String>> {
        // SAFETY: by the conditions of this function.
        let texts = unsafe { self.texts() }.iter();
        let owned = texts.map(|text| {
            // SAFETY: by the conditions of this function.
            String::from_utf8_lossy(unsafe { text.bytes() }).into_owned()
        });
        self.is_set.then(|| owned.collect())
    }
}

impl TokenChecks {
    /// # Safety
    /// The memory of the texts is valid during the call.
    unsafe fn validation(&self) -> Result<TokenValidation, Error> {
        // SAFETY: by the conditions of this function.
        let (issuer, audience, scopes) =
            unsafe { (self.issuer.read(), self.audience.read(), self.scopes.read()) };
        tokens::checks(
            issuer,
            audience,
            scopes.unwrap_or_default(),
            Some(self.leeway_ms).filter(|value| !value.is_nan()),
            (!self.now_ms.is_nan()).then(|| clock(self.now_ms)),
        )
    }
}
