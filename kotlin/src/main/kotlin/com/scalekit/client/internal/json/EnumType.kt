package com.scalekit.client.internal.json

import com.scalekit.client.types.OpenEnum

/** The JSON form of an enum: the name, or the number of a value without a known name. */
internal class EnumType<T : OpenEnum>(
    values: Array<T>,
    aliases: Array<Pair<String, T>>,
    private val create: (String, Int?) -> T,
) : JsonType<T>() {
    val known: List<T> = values.asList()
    private val byName: Map<String, T> = known.associateBy { it.name } + aliases

    fun named(name: String): T = byName[name] ?: create(name, null)

    private fun numbered(number: Int): T =
        known.find { it.number == number } ?: create(number.toString(), number)

    override fun read(reader: JsonReader): T {
        if (reader.peek() == JsonReader.QUOTE) return named(reader.readText())
        return numbered(IntType.read(reader))
    }

    override fun write(writer: JsonWriter, value: T) {
        val isNumber = value.name == value.number?.toString()
        if (isNumber) writer.raw(value.name) else writer.text(value.name)
    }
}
