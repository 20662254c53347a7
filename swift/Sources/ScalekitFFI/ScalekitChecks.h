// The C functions of bindings/uniffi/src/c.rs. The memory of all arguments belongs to the caller.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The token or payload is valid.
#define SCALEKIT_VALID ((int32_t)0)
/// The token or payload is rejected, an argument is invalid, or another error occurred.
#define SCALEKIT_FAILED ((int32_t)1)
/// Keys must be fetched first.
#define SCALEKIT_KEYS_MISSING ((int32_t)2)

/// UTF-8 text or bytes. `start` may be null if `length` is 0.
typedef struct {
    const uint8_t *_Nullable start;
    size_t length;
} ScalekitText;

/// A list of texts. `start` may be null if `length` is 0.
typedef struct {
    const ScalekitText *_Nullable start;
    size_t length;
    bool is_set;
} ScalekitTexts;

/// The checks of a token. Numbers are NaN if they are unset.
typedef struct {
    ScalekitTexts issuer;
    ScalekitTexts audience;
    ScalekitTexts scopes;
    double leeway_ms;
    double now_ms;
} ScalekitTokenChecks;

/// Receives a JSON text: the claims of a valid token, or the failure. The function copies it.
typedef void (*ScalekitTake)(
    void *_Nullable context, const uint8_t *_Nullable json, size_t length);

/// Validates a token with cached keys. Calls `take` with the claims or with the failure.
int32_t scalekit_validate_token(
    uint64_t client,
    ScalekitText token,
    const ScalekitTokenChecks *_Nonnull checks,
    void *_Nullable context,
    ScalekitTake _Nonnull take);

/// Calls `take` with a JSON text in which each name occurs once: the last value counts.
int32_t scalekit_unique_names(
    ScalekitText json,
    void *_Nullable context,
    ScalekitTake _Nonnull take);

/// Verifies a webhook, or an interceptor request if `interceptor` is true. `headers` contains names
/// and values in turn. `now_ms` is NaN for the system clock. Calls `take` with the failure.
int32_t scalekit_verify(
    uint64_t client,
    bool interceptor,
    ScalekitText secret,
    ScalekitTexts headers,
    ScalekitText payload,
    double now_ms,
    void *_Nullable context,
    ScalekitTake _Nonnull take);
