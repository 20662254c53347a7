//! The entries of parameters in docstrings.

use super::types::StubImports;
use crate::layer::model::Method;
use crate::layer::params::{Accepts, Param, Presence};
use crate::layer::wrap::unbreakable;

/// Returns the entry of a parameter under `Args:`.
pub(super) fn describe(method: &Method, param: &Param) -> String {
    let omittable = param.nullable() || param.presence.can_be_omitted();
    let optional = if omittable { ", optional" } else { "" };
    let head = format!("{} ({}{optional}):", param.name, accepted_types(param));
    let doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let default = match &param.presence {
        Presence::Default(literal) => format!(" Default: ``{literal}``."),
        _ => String::new(),
    };
    format!(
        "{} {doc}{default}{}",
        unbreakable(&head),
        alternatives(method, param)
    )
}

/// Returns a sentence with the parameters that can be given instead of `param`. The sentence is
/// empty if there are none.
fn alternatives(method: &Method, param: &Param) -> String {
    let contains = |names: &&Vec<String>| names.contains(&param.name);
    let (with, without): (Vec<_>, Vec<_>) = method.required_sets.iter().partition(contains);
    if with.is_empty() || without.is_empty() {
        return String::new();
    }
    let quoted = |names: &Vec<String>| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(" and ")
    };
    let others: Vec<String> = without.into_iter().map(quoted).collect();
    format!(" Not needed with {}.", others.join(" or "))
}

/// Returns the accepted types, without the private names of the stubs.
fn accepted_types(param: &Param) -> String {
    let mut imports = StubImports::default();
    let text = match &param.accepts {
        Accepts::Field(field) => imports.accepted(field),
        Accepts::Strings(_) => "Sequence[str]".to_owned(),
        Accepts::Request(message) => message.name().to_owned(),
        Accepts::Pairs(_) | Accepts::Group(_) | Accepts::Unused => "dict".to_owned(),
    };
    let mut public = String::new();
    for part in text.split_inclusive(['[', ' ', ']']) {
        // `_users_pb2.CreateUser` → `CreateUser`, `_Mapping` → `Mapping`
        let part = part.split_once("_pb2.").map_or(part, |(_, name)| name);
        public.push_str(part.strip_prefix('_').unwrap_or(part));
    }
    public.replace(".ValueType", "").replace("Fields", "dict")
}
