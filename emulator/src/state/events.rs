//! The event log. Events are listed by the events service and sent to webhooks.

use scalekit::api::raw::events::{ObjectType, ScalekitEvent};
use serde::Serialize;
use serde_json::Value;

use super::{Ctx, ENVIRONMENT, State};

/// The maximum number of stored events. The oldest are removed first.
const MAX_EVENTS: usize = 10_000;

impl State {
    /// Records an event, such as `organization.created`, with `data` as its payload.
    pub(crate) fn emit(
        &mut self,
        ctx: &Ctx<'_>,
        name: &str,
        object: ObjectType,
        organization_id: Option<&str>,
        data: &impl Serialize,
    ) {
        let data = match serde_json::to_value(data) {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        };
        let event = ScalekitEvent {
            spec_version: "1".to_owned(),
            id: self.ids.next("evt"),
            r#type: name.to_owned(),
            occurred_at: ctx.stamp(),
            environment_id: ENVIRONMENT.to_owned(),
            organization_id: organization_id.map(str::to_owned),
            object,
            data,
            display_name: display_name(name),
        };
        self.outbox.push(event.clone());
        self.events.insert(&mut self.ids, event);
        self.events.drop_oldest(MAX_EVENTS, |_| false);
    }
}

/// `user.organization_membership_created` → `User organization membership created`.
fn display_name(name: &str) -> String {
    let words = name.replace(['.', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
