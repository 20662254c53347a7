//! Calls of methods by the names that `tests/agents/requests.json` has.

use std::time::Duration;

use scalekit::Result;
use scalekit::actions::{AccessLevel, Actions};
use scalekit::api::mcp::{McpConfig, McpConfigFilter, McpInstanceFilter};
use scalekit::api::providers::{
    CreateCustomProvider, ProviderFilter, ProviderType, UpdateCustomProvider,
};
use scalekit::api::tools::Filter;
use serde_json::{Value, json};

use super::arguments::Arguments;

/// Sets the options that are given.
macro_rules! with {
    ($call:expr, $arguments:ident, $($option:ident = $name:literal),*) => {{
        let mut call = $call;
        $(if let Some(text) = $arguments.optional($name) {
            call = call.$option(text);
        })*
        call
    }};
}

/// Reads one page.
macro_rules! page {
    ($pages:expr, $arguments:ident) => {{
        let mut pages = with!($pages, $arguments, page_token = "pageToken");
        if let Some(size) = $arguments.get("pageSize") {
            pages = pages.page_size(size.as_u64().unwrap().try_into().unwrap());
        }
        pages.next_page().await.map(drop)
    }};
}

/// Calls a method.
pub(crate) async fn call(actions: &Actions, method: &str, row: Arguments<'_>) -> Result<()> {
    let account = row.account();
    match method {
        "getAuthorizationLink" => {
            let link = actions.authorization_link(account);
            let link = with!(
                link,
                row,
                state = "state",
                user_verify_url = "userVerifyUrl"
            );
            link.await.map(drop)
        }
        "verifyConnectedAccountUser" => actions
            .verify_account_user(row.text("authRequestId"), row.text("identifier"))
            .await
            .map(drop),
        "getConnectedAccount" => actions
            .get_account_with_credentials(account)
            .await
            .map(drop),
        "getConnectedAccountDetails" => actions.get_account(account).await.map(drop),
        "deleteConnectedAccount" => actions.delete_account(account).await,
        "createConnectedAccount" => row.write(actions.create_account(account)).await.map(drop),
        "updateConnectedAccount" => row.write(actions.update_account(account)).await.map(drop),
        "getOrCreateConnectedAccount" | "upsertConnectedAccount" => row
            .write(actions.get_or_create_account(account))
            .await
            .map(drop),
        "executeTool" => actions
            .execute_tool(row.text("toolName"), account)
            .input(&row.0["toolInput"])
            .await
            .map(drop),
        _ => call_list(actions, method, row).await,
    }
}

async fn call_list(actions: &Actions, method: &str, row: Arguments<'_>) -> Result<()> {
    match method {
        "listTools" => {
            let mut filter = with!(
                Filter::new(),
                row,
                connector = "connectionName",
                identifier = "identifier",
                connected_account_id = "connectedAccountId",
                organization_id = "organizationId",
                user_id = "userId",
                provider = "provider",
                query = "query"
            )
            .tool_name(row.texts("toolName"));
            filter.summary = row.get("summary").map(|summary| summary.as_bool().unwrap());
            let tools = actions.list_tools();
            if filter == Filter::new() {
                page!(tools, row)
            } else {
                page!(tools.filter(filter), row)
            }
        }
        "listConnectedAccounts" => {
            let accounts = with!(
                actions.list_accounts(),
                row,
                connector = "connectionName",
                identifier = "identifier",
                organization_id = "organizationId",
                user_id = "userId",
                provider = "provider",
                query = "query"
            );
            page!(accounts.connection_names(row.texts("connectionNames")), row)
        }
        "listConnections" => {
            let connections = with!(actions.list_connections(), row, provider = "provider");
            page!(connections, row)
        }
        _ => call_provider(actions, method, row).await,
    }
}

async fn call_provider(actions: &Actions, method: &str, row: Arguments<'_>) -> Result<()> {
    let providers = actions.providers();
    let name = row.text("displayName");
    let url = row.text("proxyUrl");
    // In Rust, patterns are JSON of the service, and the argument is the field.
    let patterns = row.get("sentPatterns").and_then(Value::as_array).cloned();
    let metadata = row.get("metadata").and_then(Value::as_object).cloned();
    let metadata = metadata.into_iter().flatten();
    let metadata = metadata.map(|(key, value)| (key, value.as_str().unwrap().to_owned()));
    match method {
        "providers.createCustomProvider" => {
            let enabled = row.get("proxyEnabled").is_none_or(|on| on == &json!(true));
            let provider = CreateCustomProvider::new(name, [Value::Null; 0], url)
                .metadata(metadata)
                .proxy_enabled(enabled);
            let mut provider = with!(
                provider,
                row,
                description = "description",
                icon_src = "iconSrc"
            );
            provider.auth_patterns = patterns;
            providers.create(provider).await.map(drop)
        }
        "providers.updateCustomProvider" => {
            let provider = UpdateCustomProvider::new(name, [Value::Null; 0], url);
            let mut provider = with!(provider, row, description = "description");
            provider.auth_patterns = patterns;
            let identifier = row.text("identifier");
            providers.update(identifier, provider).await.map(drop)
        }
        "providers.listProviders" => {
            assert_eq!(row.0["providerType"], 2);
            let filter = ProviderFilter::new().provider_type(ProviderType::All);
            let list = providers.list().identifier(row.text("identifier"));
            page!(list.filter(filter), row)
        }
        "providers.deleteCustomProvider" => providers.delete(row.text("identifier")).await,
        _ => call_mcp(actions, method, row).await,
    }
}

async fn call_mcp(actions: &Actions, method: &str, row: Arguments<'_>) -> Result<()> {
    let mcp = actions.mcp();
    let (config_id, instance_id) = (row.text("configId"), row.text("instanceId"));
    let identifier = row.text("identifier");
    match method {
        "mcp.listConfigs" => {
            let filter = with!(
                McpConfigFilter::new(),
                row,
                id = "filterId",
                provider = "filterProvider",
                name = "filterName",
                mcp_server_url = "filterMcpServerUrl"
            );
            let mut configs = with!(mcp.list_configs(), row, search = "search");
            if filter != McpConfigFilter::new() {
                configs = configs.filter(filter);
            }
            page!(configs, row)
        }
        "mcp.createConfig" => {
            let config = McpConfig::new(row.text("name")).connection_tool_mappings(row.mappings());
            let config = with!(config, row, description = "description");
            mcp.create_config(config).await.map(drop)
        }
        "mcp.updateConfig" => {
            let update = mcp.update_config(config_id);
            let update = with!(update, row, description = "description");
            update
                .connection_tool_mappings(row.mappings())
                .await
                .map(drop)
        }
        "mcp.getConfig" => mcp.get_config(config_id).await.map(drop),
        "mcp.deleteConfig" => mcp.delete_config(config_id).await,
        "mcp.ensureInstance" => {
            let names = (row.text("configName"), row.text("userIdentifier"));
            let ensure = mcp.ensure_instance(names.0, names.1);
            with!(ensure, row, name = "name").await.map(drop)
        }
        "mcp.updateInstance" => {
            let update = mcp.update_instance(instance_id);
            let update = with!(update, row, name = "name", config_name = "configName");
            update.await.map(drop)
        }
        "mcp.getInstance" => mcp.get_instance(instance_id).await.map(drop),
        "mcp.deleteInstance" => mcp.delete_instance(instance_id).await,
        "mcp.listInstances" => {
            let filter = with!(
                McpInstanceFilter::new(),
                row,
                id = "filterId",
                name = "filterName",
                config_name = "filterConfigName",
                user_identifier = "filterUserIdentifier"
            );
            let mut instances = mcp.list_instances();
            if filter != McpInstanceFilter::new() {
                instances = instances.filter(filter);
            }
            page!(instances, row)
        }
        "mcp.getInstanceAuthState" => {
            let links = row.get("includeAuthLinks") == Some(&json!(true));
            let state = mcp.get_instance_auth_state(instance_id);
            state.include_auth_links(links).await.map(drop)
        }
        "mcp.listMcpConnectedAccounts" => {
            let link = row.get("includeAuthLink") == Some(&json!(true));
            let accounts = mcp.list_connected_accounts(config_id, identifier);
            accounts.include_auth_link(link).await.map(drop)
        }
        "mcp.createSessionToken" => {
            let mut token = match row.optional("connectionName") {
                Some(name) => actions.mcp_session_token_for_connection(name, identifier),
                None => actions.mcp_session_token(row.text("mcpConfigId"), identifier),
            };
            if let Some(seconds) = row.get("expiry") {
                token = token.expiry(Duration::from_secs_f64(seconds.as_f64().unwrap()));
            }
            if row.optional("accessLevel") == Some("READ_ONLY") {
                token = token.access_level(AccessLevel::ReadOnly);
            }
            token.await.map(drop)
        }
        _ => panic!("no method {method}"),
    }
}
