//! The parameters of methods, as the templates need them.

use serde_json::{Value, json};

use super::imports::Imports;
use super::names::camel;
use super::types::accepted;
use crate::layer::params::{Accepts, Param, Presence};

/// Returns the view of a parameter. Adds the imports of its type.
///
/// An object has `members` instead of a `type`. If the module exports the type of the object,
/// `interface` is its name.
pub(super) fn view(param: &Param, imports: &mut Imports) -> Value {
    let (ty, members) = match &param.accepts {
        Accepts::Group(members) => (None, Some(views(members, imports))),
        _ => (Some(accepted(param, imports)), None),
    };
    json!({
        "name": camel(&param.name),
        "doc": doc(param),
        "optional": param.presence.can_be_omitted(),
        "nullable": param.nullable(),
        "type": ty,
        "members": members,
        "interface": param.interface,
    })
}

/// Returns the views of parameters.
pub(super) fn views(params: &[Param], imports: &mut Imports) -> Vec<Value> {
    params.iter().map(|param| view(param, imports)).collect()
}

/// Returns the comment of a parameter.
pub(super) fn doc(param: &Param) -> String {
    if let Accepts::Group(members) = &param.accepts {
        let names = members
            .iter()
            .map(|member| format!("`{}`", camel(&member.name)));
        return format!("An object with {}.", names.collect::<Vec<_>>().join(", "));
    }
    let doc = param.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    match &param.presence {
        Presence::Default(literal) => format!("{doc} Default: `{literal}`."),
        _ => doc,
    }
}
