//! Calling interceptors and recording the results as events.

use scalekit::api::raw::events::ObjectType;
use serde_json::{Map, Value, json};

use super::App;
use crate::interceptors::{Decision, Interceptor, InterceptorResponse, Trigger};
use crate::state::ENVIRONMENT;

impl App {
    /// Calls all interceptors of a trigger in order and stops at the first denial. Returns the
    /// claims to add to tokens.
    ///
    /// # Errors
    /// Returns the reason for the denial, for display to users.
    pub(crate) async fn call_interceptors(
        &self,
        trigger: Trigger,
        mut context: Value,
        data: Value,
    ) -> Result<Map<String, Value>, String> {
        let mut claims = Map::new();
        let interceptors = self.interceptors.at(trigger);
        if interceptors.is_empty() {
            return Ok(claims);
        }
        context["environment_id"] = ENVIRONMENT.into();
        context["triggered_at"] = self.clock.now().to_string().into();
        for interceptor in interceptors {
            let body = json!({
                "display_name": interceptor.display_name,
                "trigger_point": trigger,
                "interceptor_context": context,
                "data": data,
            });
            let id = self.change(|state| state.ids.next("icr"));
            let now = self.clock.now();
            let result = self.interceptors.call(&interceptor, id, now, &body).await;
            let (status, response) = match result {
                Ok(response) => ("success", response),
                Err(status) => (status, InterceptorResponse::default()),
            };
            let decision = response.decision.unwrap_or(interceptor.fallback);
            self.record_interception(&interceptor, status, decision);
            if decision == Decision::Deny {
                let message = response
                    .error
                    .map(|error| error.message)
                    .filter(|text| !text.is_empty());
                return Err(message.unwrap_or_else(|| "The request was denied.".to_owned()));
            }
            claims.extend(response.response.unwrap_or_default().claims);
        }
        Ok(claims)
    }

    /// Emits an event for the call of an interceptor.
    fn record_interception(&self, interceptor: &Interceptor, status: &str, decision: Decision) {
        let data = json!({
            "interceptor_id": interceptor.id.to_string(),
            "interceptor_status": status,
            "interceptor_decision": decision,
            "trigger_point": interceptor.trigger_point,
            "display_name": interceptor.display_name,
        });
        let object = ObjectType::InterceptorEvent;
        let ctx = self.ctx();
        self.change(|state| state.emit(&ctx, "interceptor.executed", object, None, &data));
    }
}
