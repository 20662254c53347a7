package com.scalekit.client.internal.json

/** Writes JSON as UTF-8 bytes. */
internal class JsonWriter {
    private var bytes = ByteArray(256)
    private var size = 0
    private var depth = 0

    fun result(): ByteArray = bytes.copyOf(size)

    /** Limits the depth of values that contain themselves. */
    fun enter() {
        if (++depth > JsonReader.MAX_DEPTH) {
            throw JsonException("more than ${JsonReader.MAX_DEPTH} levels")
        }
    }

    fun leave() {
        depth--
    }

    fun byte(byte: Char) {
        if (size == bytes.size) grow(1)
        bytes[size++] = byte.code.toByte()
    }

    /** Writes ASCII bytes as they are. */
    fun raw(text: ByteArray) {
        if (size + text.size > bytes.size) grow(text.size)
        System.arraycopy(text, 0, bytes, size, text.size)
        size += text.size
    }

    fun raw(text: String) {
        for (letter in text) byte(letter)
    }

    fun text(text: String) {
        byte('"')
        for ((index, letter) in text.withIndex()) {
            when {
                letter == '"' || letter == '\\' -> {
                    byte('\\')
                    byte(letter)
                }
                letter < ' ' -> escape(letter)
                letter.code < 0x80 -> byte(letter)
                letter.code < 0x800 -> {
                    byte((0xC0 or (letter.code shr 6)).toChar())
                    continuation(letter.code)
                }
                letter.isSurrogate() -> surrogate(text, index)
                else -> {
                    byte((0xE0 or (letter.code shr 12)).toChar())
                    continuation(letter.code shr 6)
                    continuation(letter.code)
                }
            }
        }
        byte('"')
    }

    /** Writes a pair at its first half. A single surrogate is written as an escape. */
    private fun surrogate(text: String, index: Int) {
        val letter = text[index]
        val next = text.getOrNull(index + 1)
        val previous = text.getOrNull(index - 1)
        when {
            letter.isHighSurrogate() && next?.isLowSurrogate() == true -> {
                val code = Character.toCodePoint(letter, next)
                byte((0xF0 or (code shr 18)).toChar())
                continuation(code shr 12)
                continuation(code shr 6)
                continuation(code)
            }
            letter.isLowSurrogate() && previous?.isHighSurrogate() == true -> {}
            else -> escape(letter)
        }
    }

    private fun continuation(code: Int) = byte((0x80 or (code and 0x3F)).toChar())

    private fun escape(letter: Char) {
        raw("\\u")
        raw(letter.code.toString(16).padStart(4, '0'))
    }

    /** Writes any value that [JsonReader.readAny] returns, and other numbers. */
    fun any(value: Any?) {
        when (value) {
            null -> raw("null")
            is String -> text(value)
            is Boolean -> raw(value.toString())
            is Double -> double(value)
            is Float -> double(value.toDouble())
            is Number -> raw(value.toString())
            is Map<*, *> -> map(value)
            is Iterable<*> -> list(value)
            is Array<*> -> list(value.asList())
            else -> text(value.toString())
        }
    }

    fun double(value: Double) {
        if (value.isNaN() || value.isInfinite()) text(value.toString()) else raw(value.toString())
    }

    private fun map(map: Map<*, *>) {
        enter()
        byte('{')
        var first = true
        for ((key, value) in map) {
            if (!first) byte(',')
            first = false
            text(key.toString())
            byte(':')
            any(value)
        }
        byte('}')
        leave()
    }

    private fun list(items: Iterable<*>) {
        enter()
        byte('[')
        items.forEachIndexed { index, item ->
            if (index > 0) byte(',')
            any(item)
        }
        byte(']')
        leave()
    }

    private fun grow(more: Int) {
        bytes = bytes.copyOf(maxOf(bytes.size * 2, size + more))
    }
}
