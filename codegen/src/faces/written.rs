//! Parameters as a face writes them, alone and in groups.

use prost_reflect::MessageDescriptor;

use super::face::{ClientEntry, ParamEntry, Presence, Spec, spec};
use super::params::{Param, resolve};
use super::plan::Steps;
use super::planner::Planner;

impl Planner<'_> {
    /// The parameters of a method that fills `request`.
    pub(super) fn params(
        &self,
        request: &MessageDescriptor,
        client: &ClientEntry,
        written: &[ParamEntry],
        steps: Option<&Steps>,
    ) -> anyhow::Result<Vec<Param>> {
        let mut params = Vec::new();
        let mut keyword_only = false;
        for entry in written {
            let text = match entry {
                ParamEntry::One(text) => text,
                ParamEntry::Group(groups) => {
                    for (name, members) in groups {
                        let (name, interface) = match name.split_once(": ") {
                            Some((name, interface)) => (name, Some(interface.to_owned())),
                            None => (name.as_str(), None),
                        };
                        let (name, presence) = match name.strip_suffix('?') {
                            Some(name) => (name, Presence::Optional),
                            None => (name, Presence::Required),
                        };
                        let members = self.params(request, client, members, steps)?;
                        let group = Param::group(name.to_owned(), presence, members);
                        params.push(Param { interface, ..group });
                    }
                    continue;
                }
            };
            let Some(spec) = spec(text)? else {
                keyword_only = true;
                continue;
            };
            let Spec { name, presence, path } = spec;
            let path = path.unwrap_or_else(|| renamed_from(request, client, &name));
            let first = steps.map(|steps| steps.first.method.input());
            params.push(resolve(
                self.schema,
                request,
                first.as_ref(),
                name,
                presence,
                keyword_only,
                &path,
            )?);
        }
        Ok(params)
    }

    /// Puts what may be left out into one group, if the language wants that.
    pub(super) fn grouped(&self, params: Vec<Param>) -> Vec<Param> {
        let Some(name) = self.style.optional else {
            return params;
        };
        let (optional, mut params): (Vec<_>, Vec<_>) =
            params.into_iter().partition(|param| param.presence.omissible());
        if !optional.is_empty() {
            params.push(Param::group(name.to_owned(), Presence::Optional, optional));
        }
        params
    }
}

/// The request's field that a parameter without a path fills.
fn renamed_from(request: &MessageDescriptor, client: &ClientEntry, name: &str) -> String {
    let renamed = client
        .rename
        .iter()
        .find(|(_, to)| *to == name)
        .map(|(from, _)| from.clone());
    match renamed {
        Some(field) if request.get_field_by_name(name).is_none() => field,
        _ => name.to_owned(),
    }
}
