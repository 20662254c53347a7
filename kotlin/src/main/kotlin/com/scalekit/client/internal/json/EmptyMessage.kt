package com.scalekit.client.internal.json

import com.scalekit.client.types.Message

/** `google.protobuf.Empty`. */
internal class EmptyMessage : Message() {
    override val codec: Codec<EmptyMessage>
        get() = CODEC

    override fun fieldAt(index: Int): Any? = null

    internal companion object : Codecs() {
        val CODEC: Codec<EmptyMessage> = Codec(this, 0, "Empty")

        override fun fields(message: Int): Array<Field> = emptyArray()

        override fun create(message: Int, values: Values): Message = EmptyMessage()
    }
}
