//! Calls that scenarios make behind the engine's back, and a look at what they have left.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use aws_sdk_cleanrooms::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use cleanrooms_harness::sandbox::{self, Reply};
use cleanrooms_provider::cleanrooms::aws::AwsError;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::accounts::{Accounts, Party, REGION};
use crate::record::Recorder;

/// How often lists are asked until they have forgotten what was deleted, and how long between.
const LOOKS: usize = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// The real accounts, as a scenario sees them.
pub(super) struct Calls {
    pub(super) accounts: Accounts,
    pub(super) runtime: Arc<Runtime>,
    /// What the names of the scenario begin with.
    pub(super) prefix: String,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl sandbox::Accounts for Calls {
    fn call(&self, account: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        let party = self.accounts.parties().find(|party| party.account == account);
        let party = party.with_context(|| format!("there are no credentials of {account}"))?;
        self.runtime.block_on(call(party, method, path, body))
    }

    fn leftovers(&self) -> Result<Vec<String>> {
        self.runtime.block_on(async {
            let mut found = self.named_by_lists().await?;
            for _ in 1..LOOKS {
                if found.is_empty() {
                    break;
                }
                // A list may lag behind a deletion.
                tokio::time::sleep(PAUSE).await;
                found = self.named_by_lists().await?;
            }
            Ok(found)
        })
    }
}

impl Calls {
    async fn named_by_lists(&self) -> Result<Vec<String>> {
        let mut named = Vec::new();
        for party in self.accounts.parties() {
            let client = party.client(REGION).await?;
            named.extend(names(&client).await?);
        }
        named.retain(|(_, name)| name.starts_with(&self.prefix));
        Ok(named.into_iter().map(|(noun, name)| format!("{noun} {name}")).collect())
    }
}

/// The names in all lists of an account that have names.
async fn names(client: &Client) -> Result<Vec<(&'static str, String)>> {
    let mut names = Vec::new();
    let listed = client.list_collaborations().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await;
    let listed = listed.map_err(AwsError::of("ListCollaborations"))?;
    names.extend(listed.into_iter().map(|one| ("collaboration", one.name)));
    let listed = client.list_memberships().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await;
    let listed = listed.map_err(AwsError::of("ListMemberships"))?;
    names.extend(listed.into_iter().map(|one| ("membership in", one.collaboration_name)));
    let listed = client.list_configured_tables().into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await;
    let listed = listed.map_err(AwsError::of("ListConfiguredTables"))?;
    names.extend(listed.into_iter().map(|one| ("configured table", one.name)));
    Ok(names)
}

/// Any call of the API. It goes the way of a list, whose request becomes this one before it is
/// signed: so it has the provider's credentials, address and pace.
async fn call(party: &Party, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
    let recorder = Recorder::default();
    let client = party.aws.cleanrooms_no_retry(REGION).await?;
    let config = client.config().to_builder().interceptor(recorder.clone());
    let client = Client::from_conf(config.build());
    let (method, path) = (method.to_owned(), path.to_owned());
    let body = body.map(Value::to_string);
    let sent = client.list_collaborations().customize().mutate_request(move |request| {
        become_another(request, &method, &path, body.as_deref());
    });
    // What comes is no list, and is not believed to be one.
    let failure = sent.send().await.err();
    let exchange = recorder.take();
    let exchange = exchange.ok_or_else(|| anyhow!("there was no reply: {failure:?}"))?;
    Ok(Reply { status: exchange.status, body: exchange.body })
}

fn become_another(request: &mut HttpRequest, method: &str, path: &str, body: Option<&str>) {
    let uri = request.uri();
    let authority = uri.find("://").map_or(0, |scheme| scheme + 3);
    let end = uri[authority..].find('/').map_or(uri.len(), |path| authority + path);
    let address = format!("{}{path}", &uri[..end]);
    let replaced = request.set_uri(address).is_ok() && request.set_method(method).is_ok();
    assert!(replaced, "scenarios have paths and methods that HTTP knows");
    if let Some(body) = body {
        request.headers_mut().insert("content-type", "application/json");
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
    }
}
