//! The JVM, for native methods and for threads of the runtime.

use std::ptr;

use jni_sys::{JNI_OK, JNI_VERSION_1_6, JNIEnv, JavaVM, jbyteArray, jint, jobject, jvalue};

use scalekit_bindings::BindingError;

use super::{FAILURE, SUCCESS};
use crate::failure::NativeError;

/// The JVM during one call of a native method.
pub(super) struct Env(*mut JNIEnv);

impl Env {
    /// # Safety
    /// The JVM passed `env` to the native method that uses the result. The arrays that the other
    /// methods read are arguments of that method.
    pub(super) unsafe fn new(env: *mut JNIEnv) -> Self {
        Self(env)
    }

    /// Returns a copy of an array. Null is an empty array.
    pub(super) fn bytes(&self, array: jbyteArray) -> Vec<u8> {
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
    pub(super) fn text(&self, array: jbyteArray) -> String {
        String::from_utf8(self.bytes(array))
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// Returns an array with a tag and a content. If the memory of the JVM is exhausted, the result
    /// is null and the JVM throws an `OutOfMemoryError` when the native method returns.
    pub(super) fn tagged(&self, tag: u8, content: &[u8]) -> jbyteArray {
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
    pub(super) fn result(&self, result: Result<Option<jbyteArray>, NativeError>) -> jbyteArray {
        result.map_or_else(
            |error| {
                let json = serde_json::to_vec(error.failure()).unwrap_or_default();
                self.tagged(FAILURE, &json)
            },
            |array| array.unwrap_or(ptr::null_mut()),
        )
    }
}

/// A `java.util.function.Consumer` for the result of a call. The name of its method is stable when
/// the code of an application is shrunk.
pub(super) struct Consumer {
    vm: *mut JavaVM,
    /// A global reference, or null after its deletion.
    object: jobject,
}

// SAFETY: the pointer to the JVM and global references are valid on all threads.
unsafe impl Send for Consumer {}

impl Consumer {
    /// # Errors
    /// The JVM has no memory for the reference.
    ///
    /// # Safety
    /// `object` is a `Consumer` and an argument of the native method of `env`.
    pub(super) unsafe fn new(env: &Env, object: jobject) -> Result<Self, BindingError> {
        let mut vm = ptr::null_mut();
        // SAFETY: by the conditions of this function.
        let object = unsafe {
            let jvm = &(**env.0).v1_2;
            (jvm.GetJavaVM)(env.0, &raw mut vm);
            (jvm.NewGlobalRef)(env.0, object)
        };
        if object.is_null() {
            return Err(BindingError::internal("the JVM has no memory for the call"));
        }
        Ok(Self { vm, object })
    }

    /// Passes a result to the consumer: an array as of [`Env::result`], or null if the memory of
    /// the JVM is exhausted.
    pub(super) fn accept(mut self, result: Result<impl AsRef<[u8]>, NativeError>) {
        let Some(thread) = Attached::new(self.vm) else {
            return;
        };
        let env = &thread.env;
        let array = env.result(result.map(|content| Some(env.tagged(SUCCESS, content.as_ref()))));
        // SAFETY: the thread is attached, and the object is a `Consumer`. No exception is pending
        // when a function is called that does not permit one.
        unsafe {
            let jvm = &(**env.0).v1_2;
            (jvm.ExceptionClear)(env.0);
            let class = (jvm.GetObjectClass)(env.0, self.object);
            let signature = c"(Ljava/lang/Object;)V".as_ptr();
            let method = (jvm.GetMethodID)(env.0, class, c"accept".as_ptr(), signature);
            if !method.is_null() {
                (jvm.CallVoidMethodA)(env.0, self.object, method, &jvalue { l: array });
            }
            (jvm.ExceptionClear)(env.0);
        }
        self.release(env);
    }

    fn release(&mut self, env: &Env) {
        // SAFETY: no other value owns the reference. It may be null.
        unsafe { ((**env.0).v1_1.DeleteGlobalRef)(env.0, self.object) };
        self.object = ptr::null_mut();
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        if !self.object.is_null()
            && let Some(thread) = Attached::new(self.vm)
        {
            self.release(&thread.env);
        }
    }
}

/// A thread that is attached to the JVM. It is detached at the end, which deletes local references:
/// at its exit, the JVM waits 300 ms for attached threads.
struct Attached {
    vm: *mut JavaVM,
    env: Env,
    detach: bool,
}

impl Attached {
    /// Returns `None` if the JVM does not accept threads, because it ends.
    fn new(vm: *mut JavaVM) -> Option<Self> {
        let mut env = ptr::null_mut();
        // SAFETY: the pointer to the JVM is valid, and the functions set `env` if they succeed.
        unsafe {
            let jvm = &(**vm).v1_4;
            let detach = (jvm.GetEnv)(vm, &raw mut env, JNI_VERSION_1_6) != JNI_OK;
            if detach
                && (jvm.AttachCurrentThreadAsDaemon)(vm, &raw mut env, ptr::null_mut()) != JNI_OK
            {
                return None;
            }
            let env = Env(env.cast());
            Some(Self { vm, env, detach })
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if self.detach {
            // SAFETY: `new` attached the thread.
            unsafe { ((**self.vm).v1_1.DetachCurrentThread)(self.vm) };
        }
    }
}
