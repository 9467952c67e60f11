//! Calls that end early, and one that must not.

use crate::host::{Host, Stored, soon, vase};
use crate::things::{Ending, Fault, Operation};

#[tokio::test]
async fn a_stop_ends_a_read_that_waits_and_state_stays() {
    let mut host = Host::new("stop_read").await;
    let stored = host.create(&vase()).await;
    host.things.fault(Operation::Read, Fault::WaitsForStop);
    let (mut reader, waiting) = (host.clone(), stored.clone());
    let reading = tokio::spawn(async move { reader.read(&waiting).await });
    soon(host.things.begun.notified()).await;
    // Other calls go on meanwhile.
    assert_eq!(host.validate(&vase()).await, []);
    assert_eq!(host.stop().await.error, "");
    let read = soon(reading).await.unwrap();
    assert_eq!(read.diagnostics[0].detail, "The host wants to stop.");
    assert_eq!(host.value(&read.new_state), stored.state);
}

#[tokio::test]
async fn a_stop_awaits_a_change_that_was_sent() {
    let mut host = Host::new("stop_change").await;
    host.things.fault(Operation::Create, Fault::Waits);
    let mut creator = host.clone();
    let creating = tokio::spawn(async move { creator.create(&vase()).await });
    soon(host.things.begun.notified()).await;
    host.stop().await;
    host.things.gate.add_permits(1);
    assert_eq!(soon(creating).await.unwrap().state.get("id"), &"thing-1".into());
}

#[tokio::test]
async fn a_provider_that_was_stopped_can_be_configured_again() {
    let mut host = Host::new("stop_restart").await;
    host.stop().await;
    host.configure("stop_restart".into()).await;
    let stored = host.create(&vase()).await;
    host.things.fault(Operation::Read, Fault::WaitsForStop);
    let mut reader = host.clone();
    let reading = tokio::spawn(async move { reader.read(&stored).await });
    soon(host.things.begun.notified()).await;
    assert!(!reading.is_finished());
    host.stop().await;
    assert_eq!(soon(reading).await.unwrap().diagnostics.len(), 1);
}

#[tokio::test]
async fn a_change_whose_caller_is_gone_is_made_to_its_end() {
    let mut host = Host::new("stop_abandoned").await;
    host.things.fault(Operation::Create, Fault::Waits);
    let mut creator = host.clone();
    let creating = tokio::spawn(async move { creator.apply(&Stored::default(), &vase()).await });
    soon(host.things.begun.notified()).await;
    creating.abort();
    assert!(creating.await.unwrap_err().is_cancelled());
    // A later call on the same connection is answered after the server has
    // seen that the earlier one was given up.
    assert_eq!(host.validate(&vase()).await, []);
    host.things.gate.add_permits(1);
    let mut ending = host.things.ending.subscribe();
    let ending = soon(ending.wait_for(Option::is_some)).await.unwrap().to_owned();
    assert_eq!(ending, Some(Ending::Done));
}
