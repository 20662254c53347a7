package com.scalekit.client.types

import com.scalekit.client.ScalekitArgumentException
import com.scalekit.client.internal.json.Codec
import com.scalekit.client.internal.json.Values

/** A message of the API. Two messages are equal if all their fields are equal. */
public abstract class Message internal constructor() {
    @get:JvmSynthetic internal abstract val codec: Codec<*>

    @JvmSynthetic internal abstract fun fieldAt(index: Int): Any?

    /** Returns the message as JSON, with the names of the REST API. The text contains secrets. */
    public fun toJson(): String = codec.encode(this).decodeToString()

    final override fun equals(other: Any?): Boolean {
        if (this === other) return true
        if (other !is Message || other.codec !== codec) return false
        return codec.fields.indices.all { same(fieldAt(it), other.fieldAt(it)) }
    }

    final override fun hashCode(): Int =
        codec.fields.indices.fold(codec.name.hashCode()) { hash, index ->
            val value = fieldAt(index)
            31 * hash + if (value is ByteArray) value.contentHashCode() else value.hashCode()
        }

    /** Returns the fields that are set. Secrets are redacted. */
    final override fun toString(): String {
        val fields = codec.fields
        val texts =
            fields.indices
                .filter { !fields[it].isUnset(fieldAt(it)) }
                .map { index ->
                    val value = fieldAt(index)
                    val text =
                        when {
                            fields[index].secret -> "redacted"
                            value is ByteArray -> "${value.size} bytes"
                            else -> value.toString()
                        }
                    "${fields[index].property}=$text"
                }
        return "${codec.name}(${texts.joinToString(", ")})"
    }

    private fun same(one: Any?, other: Any?): Boolean =
        if (one is ByteArray && other is ByteArray) one.contentEquals(other) else one == other
}

/** Base class of the builders of messages. */
public abstract class MessageBuilder<T : Message>
internal constructor(private val codec: Codec<T>) {
    private val values = Values(codec.fields.size)

    @JvmSynthetic
    internal fun load(message: T) {
        codec.fields.indices.forEach { values.set(it, message.fieldAt(it)) }
    }

    /** Sets a field and clears the other members of its oneof. */
    @JvmSynthetic
    internal fun set(index: Int, value: Any?, vararg others: Int) {
        values.set(index, value)
        others.forEach { values.set(it, null) }
    }

    /**
     * Returns the message.
     *
     * @throws ScalekitArgumentException if a required field is not set.
     */
    public fun build(): T {
        codec.fields.forEachIndexed { index, field ->
            if (field.required && values.isUnset(index)) {
                throw ScalekitArgumentException("${codec.name}: ${field.property} is required")
            }
        }
        return codec.create(values)
    }
}
