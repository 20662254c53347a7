//! Calls operations by name through the typed methods of the Rust client, for the conformance
//! tests. Also contains the attack suite.

pub mod attacks;
mod dispatch;

use scalekit::{Client, Error, Page};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use dispatch::{METHODS, RPCS, call_method, call_rpc};

/// A method of a resource.
pub struct Method {
    /// Accessor and method, such as `organizations.get`.
    pub name: &'static str,
    /// The operation that the method calls.
    pub operation: &'static str,
    /// The request fields that are arguments. `field[item]` is a list of items with one field.
    pub arguments: &'static [&'static str],
    /// The request fields that are options.
    pub options: &'static [&'static str],
    /// The method returns pages.
    pub pages: bool,
    /// The field of the response that the method returns; `None` for the whole response.
    pub output: Option<&'static str>,
}

impl Method {
    /// Returns the part of a request that the method sends; `None` if an argument is missing.
    pub fn request(&self, request: &Value) -> Option<Value> {
        let mut part = serde_json::Map::new();
        for argument in self.arguments {
            let field = argument.split('[').next().unwrap_or_default();
            let mut value = request.get(field)?.clone();
            if let Some((_, item)) = argument.trim_end_matches(']').split_once('[') {
                let items = texts(request, field, item).into_iter();
                value = items.map(|text| json!({ item: text })).collect();
            }
            part.insert(field.to_owned(), value);
        }
        for option in self.options {
            if let Some(value) = request.get(option) {
                part.insert((*option).to_owned(), value.clone());
            }
        }
        Some(Value::Object(part))
    }
}

/// Converts a request of the plan to the type of the RPC.
fn read<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request)
        .unwrap_or_else(|error| panic!("the plan's request does not match its type: {error}"))
}

/// Returns the value of a request field.
fn value<T: DeserializeOwned>(request: &Value, field: &str) -> T {
    read(request[field].clone())
}

/// Returns one text field of the items of a list.
fn texts(request: &Value, field: &str, item: &str) -> Vec<String> {
    let items: Vec<Value> = value(request, field);
    items.iter().map(|each| value(each, item)).collect()
}

/// Converts a response to JSON, to compare it with the response of the plan.
fn write<T: Serialize>(response: T) -> Value {
    serde_json::to_value(response)
        .unwrap_or_else(|error| panic!("the response cannot be converted to JSON: {error}"))
}

/// Converts a page to JSON.
fn page<T: Serialize>(page: Option<Page<T>>) -> Value {
    let page = page.unwrap_or_else(|| panic!("the list has no page"));
    json!({
        "items": write(page.items),
        "next_page_token": page.next_page_token,
        "total_size": page.total_size,
    })
}
