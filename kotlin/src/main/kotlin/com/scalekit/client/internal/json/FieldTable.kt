package com.scalekit.client.internal.json

/** Finds fields by the bytes of their names, in snake case or camel case. */
internal class FieldTable(fields: Array<Field>) {
    private val names: Array<ByteArray?>
    private val indexes: IntArray
    private val mask: Int

    init {
        // At most half of the slots are used, so that a search ends soon.
        var size = 4
        while (size < fields.size * 4) size *= 2
        names = arrayOfNulls(size)
        indexes = IntArray(size)
        mask = size - 1
        for ((index, field) in fields.withIndex()) {
            add(field.name, index)
            val alias = camelCase(field.name)
            if (alias != field.name) add(alias, index)
        }
    }

    private fun add(name: String, index: Int) {
        val bytes = name.toByteArray()
        var slot = hash(bytes, 0, bytes.size) and mask
        while (names[slot] != null) slot = (slot + 1) and mask
        names[slot] = bytes
        indexes[slot] = index
    }

    /** Returns the index of the field with this name, or -1. */
    fun find(bytes: ByteArray, start: Int, length: Int): Int {
        var slot = hash(bytes, start, length) and mask
        while (true) {
            val name = names[slot] ?: return -1
            if (same(name, bytes, start, length)) return indexes[slot]
            slot = (slot + 1) and mask
        }
    }

    private fun hash(bytes: ByteArray, start: Int, length: Int): Int {
        var hash = length
        for (index in start until start + length) hash = hash * 31 + bytes[index]
        return hash xor (hash ushr 15)
    }

    private fun same(name: ByteArray, bytes: ByteArray, start: Int, length: Int): Boolean {
        if (name.size != length) return false
        for (index in name.indices) if (name[index] != bytes[start + index]) return false
        return true
    }
}
