//! Names of tables: no two of a collaboration are equal, of whichever kind and whoever owns them.

use aws_sdk_cleanrooms::types::Schema;

use super::aws::AwsError;
use super::client::Reading;
use super::key::Key;
use super::membership::Membership;
use super::object::{Object, Obstacle};
use crate::wire::Value;

/// Whether two names are the same: replies have them in lower case (API model: TableAlias).
pub fn is_same(one: &Value, other: &Value) -> bool {
    let lower = |it: &Value| it.as_str().map(str::to_lowercase);
    one == other || lower(one).is_some_and(|one| Some(one) == lower(other))
}

/// By what creates of tables are told apart: names within a membership, without case.
pub fn scoped(planned: &Value) -> String {
    let text = |name| planned.get(name).as_str().unwrap_or_default();
    format!("{}/{}", text("membership_id"), text("name").to_lowercase())
}

/// Who has the name that a table is to have in the place of `prior`; nobody while the name is not known.
///
/// # Errors
///
/// A look failed. Who may not look at tables of others is told by the create.
pub async fn taken<O: Object>(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
    let Some(name) = target.get("name").as_str().filter(|_| O::name(target) != O::name(prior))
    else {
        return Ok(None);
    };
    let Some(membership) = Key::of_id(target.get("membership_id")) else { return Ok(None) };
    let named = O::candidates(at, target).await?;
    if let Some(other) = named.iter().find(|it| !at.client.has_made(&it.known_as())) {
        return Ok(Some(format!("The name is that of {} {}.", O::KIND.noun, other.key.shown())));
    }
    if !named.is_empty() {
        // This run has made it already, to replace the prior one afterwards.
        return Ok(None);
    }
    let membership = Membership::get(at, &membership).await?;
    let call = at.sdk.get_schema().collaboration_identifier(membership.collaboration_id);
    let sent = call.name(name.to_lowercase()).send().await.map_err(AwsError::of("GetSchema"));
    let owned =
        |it: Schema| format!("The name is that of a table of account {}.", it.creator_account_id);
    match sent {
        Ok(reply) => Ok(reply.schema.map(owned)),
        Err(err) if err.may_mean_gone() => Ok(None),
        Err(err) => Err(err),
    }
}
