//! Calls of operations.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use jni_sys::{JNIEnv, jbyteArray, jdouble, jlong, jobject};
use scalekit_bindings::{guard, runtime};
use tokio::task::AbortHandle;

use super::clients::client;
use super::env::{Consumer, Env};
use crate::call::{self, CallRequest};
use crate::failure::NativeError;
use crate::task;

/// The calls in progress. A number instead of a pointer, so that a call that has ended can be
/// cancelled.
static CALLS: LazyLock<Mutex<HashMap<jlong, AbortHandle>>> = LazyLock::new(Mutex::default);

/// Starts a call of an operation. `number` identifies the call for `cancelCall`. `timeout_ms` is
/// NaN for the client's setting. `consumer` receives the body of the response or a failure, on any
/// thread. Returns null, or a failure if the call cannot be started.
///
/// # Safety
/// The JVM calls this function as a method of a `JniClient`. `consumer` is a `Consumer`. See also
/// [`client`].
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_JniClient_startCall(
    env: *mut JNIEnv,
    _this: jobject,
    handle: jlong,
    number: jlong,
    operation: jbyteArray,
    body: jbyteArray,
    timeout_ms: jdouble,
    consumer: jobject,
) -> jbyteArray {
    // SAFETY: by the conditions of this function.
    let (env, client) = unsafe { (Env::new(env), client(handle)) };
    env.result(guard::run(|| {
        let request = CallRequest {
            operation: env.text(operation),
            body: env.bytes(body),
            timeout_ms: Some(timeout_ms).filter(|timeout| !timeout.is_nan()),
        };
        // SAFETY: by the conditions of this function.
        let consumer = unsafe { Consumer::new(&env, consumer)? };
        let client = client.clone();
        let call = Box::pin(async move { Ok(call::start(client, request)?.await?) });
        let call = async move {
            let _started = Started(number);
            let output = task::counted(call).await.map_err(NativeError::from);
            consumer.accept(output.map(|output| output.message));
        };
        runtime::enter(|| {
            // Locked until the call is in the map, so that its end removes it.
            let mut calls = calls();
            calls.insert(number, tokio::spawn(call).abort_handle());
        })?;
        Ok(None)
    }))
}

/// Cancels a call. Has no effect if the call has ended. The consumer receives nothing.
///
/// # Safety
/// The JVM calls this function as a method of `NativeFunctions`.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn Java_com_scalekit_client_internal_NativeFunctions_cancelCall(
    _env: *mut JNIEnv,
    _this: jobject,
    number: jlong,
) {
    // Not while the map is locked: the end of a call locks it.
    let task = calls().remove(&number);
    if let Some(task) = task {
        task.abort();
    }
}

fn calls() -> MutexGuard<'static, HashMap<jlong, AbortHandle>> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a call from the map when its task ends or is aborted.
struct Started(jlong);

impl Drop for Started {
    fn drop(&mut self) {
        calls().remove(&self.0);
    }
}
