//! Creates of a kind whose service is a few variables: what a panic of ours leaves behind, and what is
//! adopted on a machine whose clock is wrong.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::cleanrooms::aws::{Aws, Intervals, ProviderConfig, Secret};
use crate::cleanrooms::kind::Kind;
use crate::cleanrooms::shapes::tags::TagPolicy;
use crate::framework::Resource;
use crate::framework::codec::string;
use crate::framework::managed::{ApplyRequest, Managed, PlanRequest, StateResponse};
use crate::framework::page::Need;

const ID: &str = "00000000-0000-4000-8000-000000000001";

/// The id of a note that says something else.
const OTHER: &str = "00000000-0000-4000-8000-000000000002";

/// By how much this machine's clock is ahead of the service's.
const AHEAD: Duration = Duration::from_secs(20 * 60);

thread_local! {
    /// The ids and times of creation of what exists.
    static MADE: RefCell<Vec<(String, DateTime)>> = const { RefCell::new(Vec::new()) };
    /// Where code of ours panics.
    static PANICS: Cell<Option<&'static str>> = const { Cell::new(None) };
    /// What the network loses of a create.
    static LOST: Cell<Lost> = const { Cell::new(Lost::Nothing) };
}

#[derive(Clone, Copy, PartialEq)]
enum Lost {
    Nothing,
    Request,
    Reply,
}

fn panics_at(place: &str) {
    assert!(PANICS.get() != Some(place), "at {place}");
}

/// A time of the service, so long ago.
fn ago(age: Duration) -> DateTime {
    DateTime::from(std::time::SystemTime::now() - AHEAD - age)
}

/// Answers whatever is asked with an empty list, dated or not.
#[derive(Clone, Copy, Debug)]
struct Network {
    is_dated: bool,
}

impl HttpClient for Network {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(*self)
    }
}

impl HttpConnector for Network {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = StatusCode::try_from(200).expect("200 is a status");
        let mut reply = HttpResponse::new(status, SdkBody::from(r#"{"collaborationList":[]}"#));
        let headers = reply.headers_mut();
        headers.insert("x-amzn-requestid", "00000000-0000-4000-8000-00000000000a");
        headers.insert("content-type", "application/json");
        if self.is_dated {
            let now = ago(Duration::ZERO).fmt(DateTimeFormat::HttpDate);
            headers.insert("date", now.expect("a date of our time"));
        }
        HttpConnectorFuture::ready(Ok(reply))
    }
}

struct Note;

/// A note, as the service has it.
#[derive(Debug)]
struct Answer {
    id: String,
    create_time: DateTime,
}

impl Object for Note {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_note",
        noun: "note",
        arn: None,
        key: &["id"],
        parent: None,
        owner: &[],
        former_identity: &[],
        tagged: false,
        is_unique: false,
        type_is_found: false,
    };
    type Create = Option<String>;
    type Update = Option<String>;
    type Item = Answer;

    const READS: &'static [Need] = &[];
    const WRITES: &'static [Need] = &[];

    fn rows() -> ResourceSchema<Of<Self>> {
        ResourceSchema::new("A note.").with(
            Of::<Self>::attribute("name", string())
                .required()
                .doc("Its name.")
                .create(|_, name| name)
                .update(|_, name| name)
                .read(|r| Some(if r.item.id == OTHER { "B" } else { "A" }.to_owned())),
        )
    }

    fn facts(item: &Answer) -> Facts {
        let create_time = Some(item.create_time);
        Facts { id: Some(item.id.clone()), create_time, ..Facts::default() }
    }

    async fn create(_: &Sdk, _: Option<String>) -> Result<Answer, AwsError> {
        let answer = Answer { id: ID.to_owned(), create_time: ago(Duration::ZERO) };
        if LOST.get() != Lost::Request {
            MADE.with_borrow_mut(|made| made.push((answer.id.clone(), answer.create_time)));
        }
        panics_at("the reply");
        match LOST.get() {
            Lost::Nothing => Ok(answer),
            Lost::Request | Lost::Reply => Err(AwsError::unreadable("CreateNote")),
        }
    }

    async fn get(_: &Reading<'_>, key: &Key) -> Result<Answer, AwsError> {
        let found = MADE.with_borrow(|made| made.iter().find(|(id, _)| id == key.id()).cloned());
        let answer = found.map(|(id, create_time)| Answer { id, create_time });
        answer.ok_or_else(|| AwsError::unreadable("GetNote"))
    }

    async fn update(_: &Sdk, _: &Key, _: Option<String>) -> Result<(), AwsError> {
        Ok(())
    }

    async fn delete(_: &Sdk, _: &Key) -> Result<(), AwsError> {
        Ok(())
    }

    async fn candidates(at: &Reading<'_>, _: &Value) -> Result<Vec<Candidate>, AwsError> {
        let listed = at.sdk.list_collaborations().send().await;
        listed.map_err(AwsError::of("ListNotes"))?;
        let made = MADE.with_borrow(Clone::clone);
        Ok(made.into_iter().filter_map(|(id, time)| Candidate::of([&id], time)).collect())
    }

    async fn made(
        _: &Context<'_, Client>,
        _: &Changing<'_>,
        _: &Value,
        _: &Self::Item,
        _: Instant,
    ) {
        panics_at("what follows");
    }
}

/// What a create comes to.
async fn created(network: Network) -> StateResponse {
    let config = ProviderConfig {
        region: Some("us-east-1".to_owned()),
        access_key: Some(Secret::new("111122223333")),
        secret_key: Some(Secret::new("secret")),
        ..ProviderConfig::default()
    };
    let aws = Aws::new(config, Intervals::default().scaled(0.001));
    let client = Client::new(aws.over(SharedHttpClient::new(network)), TagPolicy::default());
    let resource = Managed::<Of<Note>>::shared();
    let ty = Of::<Note>::schema().schema().implied_type();
    let config = crate::framework::testing::value(&ty, &json!({ "name": "A" }));
    let plan = resource.plan(Some(&client), PlanRequest { config, ..PlanRequest::default() });
    let request = ApplyRequest {
        prior: Value::Null,
        planned: plan.planned,
        config: Value::Null,
        private: plan.private,
        identity: Value::Null,
    };
    resource.apply(&client, CancellationToken::new(), request).await
}

fn said(response: &StateResponse) -> Vec<String> {
    response.diagnostics.iter().map(ToString::to_string).collect()
}

const DATED: Network = Network { is_dated: true };
const UNDATED: Network = Network { is_dated: false };

#[tokio::test]
async fn what_a_panic_leaves_behind_reaches_the_state() {
    for place in ["the reply", "what follows"] {
        MADE.take();
        PANICS.set(Some(place));
        let created = created(DATED).await;
        assert_eq!(created.state.get("id").as_str(), Some(ID), "{place}: {:?}", said(&created));
        assert!(!created.diagnostics.has_error(), "{place}: {:?}", said(&created));
        assert_eq!(MADE.take().len(), 1, "{place}");
    }
}

#[tokio::test]
async fn a_lost_create_is_adopted_though_this_machines_clock_is_ahead() {
    LOST.set(Lost::Reply);
    let created = created(DATED).await;
    assert_eq!(created.state.get("id").as_str(), Some(ID), "{:?}", said(&created));
}

#[tokio::test]
async fn what_is_older_than_the_create_is_not_adopted() {
    LOST.set(Lost::Request);
    MADE.set(vec![(ID.to_owned(), ago(Duration::from_secs(60)))]);
    let created = created(DATED).await;
    assert!(created.state.is_null());
    let said = said(&created);
    assert!(said.len() == 1 && said[0].contains("No note like the planned one"), "{said:?}");
}

#[tokio::test]
async fn what_is_not_as_planned_is_not_adopted() {
    LOST.set(Lost::Request);
    MADE.set(vec![(OTHER.to_owned(), ago(Duration::ZERO))]);
    let created = created(DATED).await;
    assert!(created.state.is_null());
    let said = said(&created);
    assert!(said.len() == 1 && said[0].contains("No note like the planned one"), "{said:?}");
}

#[tokio::test]
async fn what_is_not_dated_is_named_and_not_adopted() {
    for (lost, made) in [(Lost::Reply, vec![]), (Lost::Request, vec![(ID.to_owned(), ago(AHEAD))])]
    {
        LOST.set(lost);
        MADE.set(made);
        let created = created(UNDATED).await;
        assert!(created.state.is_null());
        let said = said(&created);
        assert_eq!(said.len(), 1, "{said:?}");
        for words in [ID, "terraform import cleanrooms_note.<name>", "`Date` header"] {
            assert!(said[0].contains(words), "`{words}` is not in {said:?}");
        }
        assert_eq!(MADE.take().len(), 1, "the call was repeated");
    }
}
