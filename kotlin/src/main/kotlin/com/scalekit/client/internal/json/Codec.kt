package com.scalekit.client.internal.json

import com.scalekit.client.types.Message
import com.scalekit.client.types.OpenEnum

/** The tables of one package. Functions with a `when` take less space than a class per message. */
internal abstract class Codecs {
    abstract fun fields(message: Int): Array<Field>

    abstract fun create(message: Int, values: Values): Message
}

/** A field of a message. `presence` distinguishes an unset field from the default value. */
internal class Field(
    val name: String,
    type: JsonType<*>,
    private val presence: Boolean = false,
    val secret: Boolean = false,
    val required: Boolean = false,
) {
    @Suppress("UNCHECKED_CAST") val type: JsonType<Any> = type as JsonType<Any>

    /** The name of the property. */
    val property: String
        get() = camelCase(name)

    /** The start of the member in JSON. */
    val json: ByteArray = "\"$name\":".toByteArray()

    /** Returns `true` if the field is not sent. */
    fun isUnset(value: Any?): Boolean =
        when {
            value == null -> true
            presence -> false
            else -> isDefault(value)
        }

    private fun isDefault(value: Any): Boolean =
        when (value) {
            is String -> value.isEmpty()
            is Boolean -> !value
            is Int -> value == 0
            is Long -> value == 0L
            is Double -> value.toRawBits() == 0L
            is List<*> -> value.isEmpty()
            is Map<*, *> -> value.isEmpty()
            is ByteArray -> value.isEmpty()
            is OpenEnum -> value.number == 0
            else -> false
        }
}

/** The values of the fields of a message, in the order of its table. */
@Suppress("UNCHECKED_CAST")
internal class Values(size: Int) {
    private val slots = arrayOfNulls<Any?>(size)

    fun set(index: Int, value: Any?) {
        slots[index] = value
    }

    fun isUnset(index: Int): Boolean = slots[index] == null

    fun <T> get(index: Int): T? = slots[index] as T?

    fun text(index: Int): String = slots[index] as String? ?: ""

    fun boolean(index: Int): Boolean = slots[index] as Boolean? ?: false

    fun int(index: Int): Int = slots[index] as Int? ?: 0

    fun long(index: Int): Long = slots[index] as Long? ?: 0

    fun double(index: Int): Double = slots[index] as Double? ?: 0.0

    fun bytes(index: Int): ByteArray = slots[index] as ByteArray? ?: ByteArray(0)

    fun <T> list(index: Int): List<T> = slots[index] as List<T>? ?: emptyList()

    fun <T> map(index: Int): Map<String, T> = slots[index] as Map<String, T>? ?: emptyMap()
}

/** The JSON form of a message. The table is made when it is first used. */
internal class Codec<T : Message>(
    private val tables: Codecs,
    private val message: Int,
    val name: String,
) : JsonType<T>() {
    val fields: Array<Field> by lazy(LazyThreadSafetyMode.PUBLICATION) { tables.fields(message) }
    private val table: FieldTable by lazy(LazyThreadSafetyMode.PUBLICATION) { FieldTable(fields) }

    @Suppress("UNCHECKED_CAST") fun create(values: Values): T = tables.create(message, values) as T

    fun encode(value: Message): ByteArray {
        val writer = JsonWriter()
        writeFields(writer, value)
        return writer.result()
    }

    /** Decodes the JSON at the index `start` and behind it. */
    fun decode(json: ByteArray, start: Int = 0): T {
        val reader = JsonReader(json, start)
        val value = read(reader)
        reader.end()
        return value
    }

    override fun read(reader: JsonReader): T {
        val (fields, table) = Pair(fields, table)
        val values = Values(fields.size)
        reader.readObject { start, length ->
            val index = reader.field(table, start, length)
            when {
                index < 0 -> reader.skipValue()
                reader.isNull() -> values.set(index, null)
                else -> values.set(index, fields[index].type.read(reader))
            }
        }
        return create(values)
    }

    override fun write(writer: JsonWriter, value: T) = writeFields(writer, value)

    private fun writeFields(writer: JsonWriter, value: Message) {
        writer.enter()
        writer.byte('{')
        var first = true
        for ((index, field) in fields.withIndex()) {
            val item = value.fieldAt(index)
            if (item == null || field.isUnset(item)) continue
            if (!first) writer.byte(',')
            first = false
            writer.raw(field.json)
            field.type.write(writer, item)
        }
        writer.byte('}')
        writer.leave()
    }
}
