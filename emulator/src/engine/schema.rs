//! The compiled API description that the emulator carries.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};
use scalekit::schema::Operation;

/// Written by codegen from `proto/`.
static SET: &[u8] = include_bytes!("../schema.binpb");

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(SET).unwrap_or_default());

/// All descriptors.
pub(super) fn pool() -> &'static DescriptorPool {
    &POOL
}

/// The response message of an operation.
pub(super) fn response_of(operation: &Operation) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(operation.response)
}

/// The request message of an operation.
pub(super) fn request_of(operation: &Operation) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(operation.request)
}
