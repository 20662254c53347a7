package com.scalekit.client.internal.json

import java.time.DateTimeException
import java.time.Duration
import java.time.Instant
import java.time.LocalDate

/** Timestamps (RFC 3339) and durations in JSON. */
internal object Times {
    private const val SECONDS_PER_DAY = 86_400L
    private const val NANO_DIGITS = 9

    fun parse(text: String): Instant? {
        if (
            text.length < 20 ||
                text[4] != '-' ||
                text[7] != '-' ||
                text[13] != ':' ||
                text[16] != ':'
        ) {
            return null
        }
        if (text[10] != 'T' && text[10] != 't') return null
        val year = digits(text, 0, 4) ?: return null
        val month = digits(text, 5, 7) ?: return null
        val day = digits(text, 8, 10) ?: return null
        val hour = digits(text, 11, 13)?.takeIf { it < 24 } ?: return null
        val minute = digits(text, 14, 16)?.takeIf { it < 60 } ?: return null
        val second = digits(text, 17, 19)?.takeIf { it < 60 } ?: return null
        var at = 19
        var nanos = 0
        if (text[at] == '.') {
            val start = ++at
            while (at < text.length && text[at] in '0'..'9') at++
            nanos = nanos(text, start, at) ?: return null
        }
        val offset = offset(text, at) ?: return null
        val epochDay =
            try {
                LocalDate.of(year, month, day).toEpochDay()
            } catch (_: DateTimeException) {
                return null
            }
        val seconds = epochDay * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second
        return Instant.ofEpochSecond(seconds - offset, nanos.toLong())
    }

    /** Returns the offset in seconds: `Z` or `+01:00`. */
    private fun offset(text: String, at: Int): Int? {
        if (at == text.length - 1 && (text[at] == 'Z' || text[at] == 'z')) return 0
        if (at != text.length - 6 || text[at + 3] != ':') return null
        val sign =
            when (text[at]) {
                '+' -> 1
                '-' -> -1
                else -> return null
            }
        val hours = digits(text, at + 1, at + 3)?.takeIf { it < 24 } ?: return null
        val minutes = digits(text, at + 4, at + 6)?.takeIf { it < 60 } ?: return null
        return sign * (hours * 3600 + minutes * 60)
    }

    /** Seconds with up to nine digits after the point, and the suffix `s`. */
    fun parseDuration(text: String): Duration? {
        if (!text.endsWith('s')) return null
        val negative = text.startsWith('-')
        val number = text.substring(if (negative) 1 else 0, text.length - 1)
        val point = number.indexOf('.').let { if (it < 0) number.length else it }
        val whole = number.substring(0, point)
        if (whole.isEmpty() || whole.any { it !in '0'..'9' }) return null
        val seconds = whole.toLongOrNull() ?: return null
        val nanos =
            if (point == number.length) 0
            else nanos(number, point + 1, number.length) ?: return null
        val duration = Duration.ofSeconds(seconds, nanos.toLong())
        return if (negative) duration.negated() else duration
    }

    fun format(duration: Duration): String {
        val sign = if (duration.isNegative) "-" else ""
        val absolute = duration.abs()
        val fraction = absolute.nano.toString().padStart(NANO_DIGITS, '0').trimEnd('0')
        return "$sign${absolute.seconds}${if (fraction.isEmpty()) "" else ".$fraction"}s"
    }

    private fun nanos(text: String, start: Int, end: Int): Int? {
        if (end - start !in 1..NANO_DIGITS) return null
        var nanos = digits(text, start, end) ?: return null
        repeat(NANO_DIGITS - (end - start)) { nanos *= 10 }
        return nanos
    }

    private fun digits(text: String, start: Int, end: Int): Int? {
        var number = 0
        for (index in start until end) {
            val letter = text[index]
            if (letter !in '0'..'9') return null
            number = number * 10 + (letter - '0')
        }
        return number
    }
}
