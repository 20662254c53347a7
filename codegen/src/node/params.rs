//! The parameters of methods, as the templates need them.

use serde::Serialize;

use super::imports::Imports;
use super::names::camel;
use super::types::accepted;
use crate::layer::params::{Accepts, Param, Presence};

#[derive(Clone, Serialize)]
pub(super) struct ParamView {
    name: String,
    doc: String,
    optional: bool,
    nullable: bool,
    /// The type; empty for an object with members.
    r#type: String,
    pub(super) members: Option<Vec<ParamView>>,
    /// The name of the object's type, if the module exports it.
    pub(super) interface: Option<String>,
}

impl ParamView {
    /// Adds the imports of the types.
    pub(super) fn new(param: &Param, imports: &mut Imports) -> Self {
        let (ty, members) = match &param.accepts {
            Accepts::Group(members) => {
                let views = members.iter().map(|member| ParamView::new(member, imports));
                (String::new(), Some(views.collect()))
            }
            _ => (accepted(param, imports), None),
        };
        ParamView {
            name: camel(&param.name),
            doc: doc(param),
            optional: param.presence.can_be_omitted(),
            nullable: param.nullable(),
            r#type: ty,
            members,
            interface: param.interface.clone(),
        }
    }

    /// Converts the comment.
    pub(super) fn with_doc(mut self, convert: impl Fn(&str) -> String) -> Self {
        self.doc = convert(&self.doc);
        self
    }
}

fn doc(param: &Param) -> String {
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
