package com.scalekit.client

import java.time.Duration as JavaDuration
import kotlin.time.Duration
import kotlin.time.DurationUnit
import kotlin.time.toKotlinDuration

/**
 * Options of one call.
 *
 * ```
 * client.organizations.get("org_1", CallOptions(timeout = 2.seconds))
 * ```
 */
public class CallOptions private constructor(internal val timeoutMillis: Double?) {
    /**
     * @param timeout Time limit of the call, including retries and waits. Default: the client's
     *   setting.
     */
    public constructor(
        timeout: Duration? = null
    ) : this(timeout?.toDouble(DurationUnit.MILLISECONDS))

    public companion object {
        /** The settings of the client. */
        @JvmField public val DEFAULT: CallOptions = CallOptions(null as Double?)

        /** Returns options with a time limit, including retries and waits. */
        @JvmStatic
        public fun timeout(timeout: JavaDuration): CallOptions =
            CallOptions(timeout.toKotlinDuration())
    }
}
