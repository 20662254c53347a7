package com.scalekit.client.types

/**
 * A value of an enum of the API. The service may add values. A value that this version of the
 * client does not contain has its name, and is equal to a value with the same name.
 *
 * @property name The name in the API, or the number of a value without a known name.
 * @property number The number in the API; `null` if only the name is known.
 */
public abstract class OpenEnum
internal constructor(public val name: String, public val number: Int?) {
    /** Whether this version of the client contains the value. */
    public val isKnown: Boolean
        get() = number != null && name.toIntOrNull() == null

    final override fun equals(other: Any?): Boolean =
        other is OpenEnum && other.javaClass == javaClass && other.name == name

    final override fun hashCode(): Int = name.hashCode()

    final override fun toString(): String = name
}
