package com.scalekit.client.internal.json

import kotlin.text.Charsets.ISO_8859_1
import kotlin.text.Charsets.UTF_8

/** Reads JSON from UTF-8 bytes in one pass. */
internal class JsonReader(
    private val bytes: ByteArray,
    private var at: Int = 0,
    private val end: Int = bytes.size,
) {
    private var depth = 0

    /** Returns the next byte that is not white space without consuming it. */
    fun peek(): Byte {
        while (at < end) {
            val byte = bytes[at]
            if (byte != SPACE && byte != NEWLINE && byte != RETURN && byte != TAB) return byte
            at++
        }
        fail("unexpected end")
    }

    fun isNull(): Boolean {
        if (peek() != 'n'.code.toByte()) return false
        literal("null")
        return true
    }

    /** Fails if anything but white space follows. */
    fun end() {
        while (at < end) {
            if (bytes[at] > SPACE) fail("unexpected content after the value")
            at++
        }
    }

    /** Reads an object. `member` reads the value of a member. */
    inline fun readObject(member: (start: Int, length: Int) -> Unit) {
        enter(OPEN_OBJECT)
        if (peek() == CLOSE_OBJECT) return leave()
        while (true) {
            peek()
            val start = at + 1
            skipText()
            val length = at - 1 - start
            expect(COLON)
            member(start, length)
            if (peek() == CLOSE_OBJECT) return leave()
            expect(COMMA)
        }
    }

    /** Reads an array. `item` reads an item. */
    inline fun readArray(item: () -> Unit) {
        enter(OPEN_ARRAY)
        if (peek() == CLOSE_ARRAY) return leave()
        while (true) {
            item()
            if (peek() == CLOSE_ARRAY) return leave()
            expect(COMMA)
        }
    }

    /** Returns the index of a member's field in the table, or -1. */
    fun field(table: FieldTable, start: Int, length: Int): Int = table.find(bytes, start, length)

    /** Returns the name of a member. */
    fun name(start: Int, length: Int): String = text(start, start + length)

    fun readText(): String {
        peek()
        val start = at + 1
        skipText()
        return text(start, at - 1)
    }

    fun readBoolean(): Boolean =
        when (peek()) {
            't'.code.toByte() -> {
                literal("true")
                true
            }
            'f'.code.toByte() -> {
                literal("false")
                false
            }
            else -> fail("expected true or false")
        }

    /** Returns the text of a number, or of a string that contains one. */
    fun readNumber(): String {
        if (peek() == QUOTE) return readText()
        val start = at
        while (at < end && isNumber(bytes[at])) at++
        if (at == start) fail("expected a number")
        return String(bytes, start, at - start, ISO_8859_1)
    }

    /** Reads any value: a map, list, text, boolean, `Long`, `Double` or `null`. */
    fun readAny(): Any? =
        when (peek()) {
            OPEN_OBJECT ->
                LinkedHashMap<String, Any?>().also { map ->
                    readObject { start, length -> name(start, length).let { map[it] = readAny() } }
                }
            OPEN_ARRAY -> ArrayList<Any?>().also { list -> readArray { list.add(readAny()) } }
            QUOTE -> readText()
            't'.code.toByte(),
            'f'.code.toByte() -> readBoolean()
            'n'.code.toByte() -> {
                literal("null")
                null
            }
            else ->
                readNumber().let {
                    it.toLongOrNull() ?: it.toDoubleOrNull() ?: fail("invalid number")
                }
        }

    fun skipValue() {
        when (peek()) {
            OPEN_OBJECT -> readObject { _, _ -> skipValue() }
            OPEN_ARRAY -> readArray { skipValue() }
            QUOTE -> skipText()
            't'.code.toByte(),
            'f'.code.toByte() -> readBoolean()
            'n'.code.toByte() -> literal("null")
            else -> readNumber()
        }
    }

    fun fail(message: String): Nothing = throw JsonException("$message at byte $at")

    private fun enter(open: Byte) {
        expect(open)
        if (++depth > MAX_DEPTH) fail("more than $MAX_DEPTH levels")
    }

    private fun leave() {
        depth--
        at++
    }

    private fun expect(byte: Byte) {
        if (peek() != byte) fail("expected '${byte.toInt().toChar()}'")
        at++
    }

    private fun literal(text: String) {
        for (letter in text) {
            if (at >= end || bytes[at] != letter.code.toByte()) fail("expected $text")
            at++
        }
    }

    /** Moves behind the closing quote of a string. */
    private fun skipText() {
        if (bytes[at] != QUOTE) fail("expected a string")
        at++
        while (at < end) {
            when (bytes[at]) {
                QUOTE -> {
                    at++
                    return
                }
                BACKSLASH -> at++
            }
            at++
        }
        at = end
        fail("unexpected end")
    }

    private fun text(start: Int, stop: Int): String {
        var ascii = true
        for (index in start until stop) {
            val byte = bytes[index]
            if (byte == BACKSLASH) return unescaped(start, stop)
            if (byte < 0) ascii = false
        }
        return String(bytes, start, stop - start, if (ascii) ISO_8859_1 else UTF_8)
    }

    private fun unescaped(start: Int, stop: Int): String {
        val text = StringBuilder(stop - start)
        var index = start
        while (index < stop) {
            var plain = index
            while (plain < stop && bytes[plain] != BACKSLASH) plain++
            if (plain > index) text.append(String(bytes, index, plain - index, UTF_8))
            index = plain
            if (index >= stop) break
            val letter = bytes[index + 1].toInt().toChar()
            index += 2
            when (letter) {
                'n' -> text.append('\n')
                't' -> text.append('\t')
                'r' -> text.append('\r')
                'b' -> text.append('\b')
                'f' -> text.append('\u000c')
                '"',
                '\\',
                '/' -> text.append(letter)
                'u' -> {
                    if (index + 4 > stop) fail("invalid escape")
                    val digits = String(bytes, index, 4, ISO_8859_1)
                    text.append((digits.toIntOrNull(16) ?: fail("invalid escape")).toChar())
                    index += 4
                }
                else -> fail("invalid escape")
            }
        }
        return text.toString()
    }

    private fun isNumber(byte: Byte): Boolean {
        val letter = byte.toInt().toChar()
        return letter in '0'..'9' ||
            letter == '-' ||
            letter == '+' ||
            letter == '.' ||
            letter == 'e' ||
            letter == 'E'
    }

    internal companion object {
        const val MAX_DEPTH = 100
        const val SPACE = ' '.code.toByte()
        const val NEWLINE = '\n'.code.toByte()
        const val RETURN = '\r'.code.toByte()
        const val TAB = '\t'.code.toByte()
        const val QUOTE = '"'.code.toByte()
        const val BACKSLASH = '\\'.code.toByte()
        const val COLON = ':'.code.toByte()
        const val COMMA = ','.code.toByte()
        const val OPEN_OBJECT = '{'.code.toByte()
        const val CLOSE_OBJECT = '}'.code.toByte()
        const val OPEN_ARRAY = '['.code.toByte()
        const val CLOSE_ARRAY = ']'.code.toByte()
    }
}
