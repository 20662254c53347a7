//! The Rust snippet of docs/agents.md, with a scripted model.

use serde_json::json;

use super::environment::Environment;

mod rust {
    use scalekit::actions::AgentTool;
    use scalekit::{Client, Result};
    use serde_json::Value;

    /// The next step of a model.
    pub enum Step {
        Call { tool: String, input: Value },
        Respond(String),
    }

    /// Runs a model with the tools of a user until it responds.
    pub async fn respond(
        client: &Client,
        user_id: &str,
        mut model: impl FnMut(&[AgentTool], &[String]) -> Step,
    ) -> Result<String> {
        let tools = client.actions().user_tools(user_id).await?;
        let mut messages = Vec::new();
        loop {
            match model(&tools, &messages) {
                Step::Respond(text) => return Ok(text),
                Step::Call { tool: name, input } => {
                    let Some(tool) = tools.iter().find(|tool| tool.name() == name) else {
                        messages.push(format!("There is no tool {name}"));
                        continue;
                    };
                    messages.push(match tool.call(input).await {
                        Ok(output) => Value::from(output).to_string(),
                        Err(error) => tool.describe_failure(&error).await,
                    });
                }
            }
        }
    }
}

#[test]
fn the_snippet_is_the_code_of_the_module() {
    let guide = include_str!("../../../../docs/agents.md");
    let snippets: Vec<_> = guide.split("```rust\n").skip(1).collect();
    assert_eq!(snippets.len(), 1);
    let snippet = snippets[0].split("```\n").next().unwrap();
    let lines = snippet.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("    {line}\n"),
    });
    let module = format!("\nmod rust {{\n{}}}\n", lines.collect::<String>());
    assert!(include_str!("guide.rs").contains(&module), "{module}");
}

#[tokio::test]
async fn the_agent_calls_tools_and_receives_a_fresh_link() {
    let environment = Environment::start().await;
    let data = json!({"mails": []});
    environment
        .script(json!({"tool_name": "gmail_*", "data": data}))
        .await;
    let error = json!({"code": "UNAUTHENTICATED", "message": "revoked"});
    environment
        .script(json!({"tool_name": "slack_*", "error": error}))
        .await;
    let call = |tool: &str| rust::Step::Call {
        tool: tool.to_owned(),
        input: json!({"query": "is:unread"}),
    };
    let response = rust::respond(&environment.client, "ada", |tools, messages| {
        assert!(tools.iter().any(|tool| tool.name() == "gmail_fetch_mails"));
        match messages.len() {
            0 => call("gmail_fetch_mails"),
            1 => call("slack_send_message"),
            2 => call("unknown"),
            _ => rust::Step::Respond(messages.join("\n")),
        }
    });
    let response = response.await.unwrap();
    let lines: Vec<_> = response.lines().collect();
    assert_eq!(lines[0], r#"{"mails":[]}"#);
    let failure = "The tool failed: revoked. The user must authorize access again: http";
    assert!(lines[1].starts_with(failure), "{}", lines[1]);
    assert_eq!(lines[2], "There is no tool unknown");
    let calls = environment.admin("GET", "tool-calls", None).await;
    assert_eq!(calls[0]["params"], json!({"query": "is:unread"}));
}
