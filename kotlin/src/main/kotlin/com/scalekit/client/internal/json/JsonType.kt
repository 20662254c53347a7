package com.scalekit.client.internal.json

import java.time.Duration
import java.time.Instant
import java.util.Base64

/** The JSON form of a type (proto3 JSON). */
internal abstract class JsonType<T> {
    abstract fun read(reader: JsonReader): T

    abstract fun write(writer: JsonWriter, value: T)
}

internal object TextType : JsonType<String>() {
    override fun read(reader: JsonReader): String = reader.readText()

    override fun write(writer: JsonWriter, value: String) = writer.text(value)
}

internal object BoolType : JsonType<Boolean>() {
    override fun read(reader: JsonReader): Boolean = reader.readBoolean()

    override fun write(writer: JsonWriter, value: Boolean) = writer.raw(value.toString())
}

internal object IntType : JsonType<Int>() {
    override fun read(reader: JsonReader): Int {
        val number = whole(reader)
        if (number !in Int.MIN_VALUE..Int.MAX_VALUE) reader.fail("number out of range")
        return number.toInt()
    }

    override fun write(writer: JsonWriter, value: Int) = writer.raw(value.toString())
}

/** An unsigned number. Values above [Int.MAX_VALUE] do not occur in the API. */
internal object UIntType : JsonType<Int>() {
    override fun read(reader: JsonReader): Int {
        val number = whole(reader)
        if (number !in 0..Int.MAX_VALUE) reader.fail("number out of range")
        return number.toInt()
    }

    override fun write(writer: JsonWriter, value: Int) = writer.raw(value.toString())
}

/** A 64-bit number is a string in JSON. */
internal object LongType : JsonType<Long>() {
    override fun read(reader: JsonReader): Long = whole(reader)

    override fun write(writer: JsonWriter, value: Long) = writer.text(value.toString())
}

internal object DoubleType : JsonType<Double>() {
    override fun read(reader: JsonReader): Double =
        reader.readNumber().toDoubleOrNull() ?: reader.fail("invalid number")

    override fun write(writer: JsonWriter, value: Double) = writer.double(value)
}

internal object BytesType : JsonType<ByteArray>() {
    /** Accepts both alphabets of base64, with and without padding. */
    override fun read(reader: JsonReader): ByteArray {
        val text = reader.readText().replace('-', '+').replace('_', '/').trimEnd('=')
        return try {
            Base64.getDecoder().decode(text)
        } catch (_: IllegalArgumentException) {
            reader.fail("invalid base64")
        }
    }

    override fun write(writer: JsonWriter, value: ByteArray) =
        writer.text(Base64.getEncoder().encodeToString(value))
}

internal object TimeType : JsonType<Instant>() {
    override fun read(reader: JsonReader): Instant =
        Times.parse(reader.readText()) ?: reader.fail("invalid timestamp")

    override fun write(writer: JsonWriter, value: Instant) = writer.text(value.toString())
}

internal object DurationType : JsonType<Duration>() {
    override fun read(reader: JsonReader): Duration =
        Times.parseDuration(reader.readText()) ?: reader.fail("invalid duration")

    override fun write(writer: JsonWriter, value: Duration) = writer.text(Times.format(value))
}

/** Paths of fields in snake case. In JSON they are one text in camel case. */
internal object FieldMaskType : JsonType<List<String>>() {
    override fun read(reader: JsonReader): List<String> =
        reader.readText().split(',').map(String::trim).filter(String::isNotEmpty).map(::snakeCase)

    override fun write(writer: JsonWriter, value: List<String>) =
        writer.text(value.joinToString(",") { camelCase(it) })
}

internal object StructType : JsonType<Map<String, Any?>>() {
    override fun read(reader: JsonReader): Map<String, Any?> {
        if (reader.peek() != JsonReader.OPEN_OBJECT) reader.fail("expected an object")
        @Suppress("UNCHECKED_CAST")
        return reader.readAny() as Map<String, Any?>
    }

    override fun write(writer: JsonWriter, value: Map<String, Any?>) = writer.any(value)
}

internal object ListValueType : JsonType<List<Any?>>() {
    override fun read(reader: JsonReader): List<Any?> {
        val items = ArrayList<Any?>()
        reader.readArray { items.add(reader.readAny()) }
        return items
    }

    override fun write(writer: JsonWriter, value: List<Any?>) = writer.any(value)
}

internal class ListType<T>(private val item: JsonType<T>) : JsonType<List<T>>() {
    override fun read(reader: JsonReader): List<T> {
        val items = ArrayList<T>()
        reader.readArray { items.add(item.read(reader)) }
        return items
    }

    override fun write(writer: JsonWriter, value: List<T>) {
        writer.byte('[')
        value.forEachIndexed { index, value ->
            if (index > 0) writer.byte(',')
            item.write(writer, value)
        }
        writer.byte(']')
    }
}

internal class MapType<T>(private val type: JsonType<T>) : JsonType<Map<String, T>>() {
    override fun read(reader: JsonReader): Map<String, T> {
        val entries = LinkedHashMap<String, T>()
        reader.readObject { start, length ->
            entries[reader.name(start, length)] = type.read(reader)
        }
        return entries
    }

    override fun write(writer: JsonWriter, value: Map<String, T>) {
        writer.byte('{')
        var first = true
        for ((key, item) in value) {
            if (!first) writer.byte(',')
            first = false
            writer.text(key)
            writer.byte(':')
            type.write(writer, item)
        }
        writer.byte('}')
    }
}

/** Accepts numbers and strings, and fractions that are zero. */
private fun whole(reader: JsonReader): Long {
    val text = reader.readNumber()
    return try {
        text.toLong()
    } catch (_: NumberFormatException) {
        fraction(reader, text)
    }
}

private fun fraction(reader: JsonReader, text: String): Long =
    try {
        java.math.BigDecimal(text).longValueExact()
    } catch (_: ArithmeticException) {
        reader.fail("number out of range")
    } catch (_: NumberFormatException) {
        reader.fail("invalid number")
    }

internal fun camelCase(name: String): String {
    val text = StringBuilder(name.length)
    var upper = false
    for (letter in name) {
        if (letter == '_') {
            upper = true
        } else {
            text.append(if (upper) letter.uppercaseChar() else letter)
            upper = false
        }
    }
    return text.toString()
}

internal fun snakeCase(name: String): String {
    if (name.none { it in 'A'..'Z' }) return name
    val text = StringBuilder(name.length + 4)
    for (letter in name) {
        if (letter in 'A'..'Z') text.append('_').append(letter.lowercaseChar())
        else text.append(letter)
    }
    return text.toString()
}
