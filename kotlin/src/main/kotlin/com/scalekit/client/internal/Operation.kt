package com.scalekit.client.internal

import com.scalekit.client.internal.json.Codec
import com.scalekit.client.types.Message

/** An operation with the codecs of its messages. */
internal class Operation<Q : Message, S : Message>(
    val name: String,
    val request: Codec<Q>,
    val response: Codec<S>,
)
