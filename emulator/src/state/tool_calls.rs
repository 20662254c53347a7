//! The log of tool calls.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::registry::{Numbered, Registry};

/// Maximum number of entries. The oldest entry is removed first.
const CAPACITY: usize = 1000;

/// The interface that called a tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    #[default]
    Api,
    Mcp,
}

/// A call of a tool.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ToolCall {
    pub(crate) number: u64,
    pub(crate) time: Timestamp,
    pub(crate) source: Source,
    /// Empty if the tool did not run.
    pub(crate) execution_id: String,
    pub(crate) tool_name: String,
    pub(crate) connection_name: String,
    pub(crate) identifier: String,
    pub(crate) connected_account_id: String,
    pub(crate) params: Map<String, Value>,
    /// The result, unless the call failed.
    pub(crate) data: Option<Map<String, Value>>,
    /// The code, the message and the error code of a failed call.
    pub(crate) error: Option<Value>,
}

impl Numbered for ToolCall {
    fn id(&self) -> u64 {
        self.number
    }
}

/// All tool calls, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToolCalls(Registry<ToolCall>);

impl ToolCalls {
    /// Adds a call with its result.
    pub(crate) fn add(&mut self, call: ToolCall, result: Result<&Map<String, Value>, &ApiError>) {
        self.0.add(|number| ToolCall {
            number,
            data: result.ok().cloned(),
            error: result.err().map(shown),
            ..call
        });
        self.0.drop_oldest(CAPACITY);
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &ToolCall> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.remove(None);
    }
}

fn shown(error: &ApiError) -> Value {
    let tool = error.info.tool_error_info.as_ref();
    json!({
        "code": error.code.name(),
        "message": error.message,
        "error_code": error.info.error_code,
        "tool_error_code": tool.map_or("", |tool| tool.tool_error_code.as_str()),
    })
}
