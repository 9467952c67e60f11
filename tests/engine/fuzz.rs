//! Inputs that nobody meant: bytes on the wire, stored states, ids to import, and replies of the service.
//!
//! Each begins as one that is right, from the states that are kept of releases, and is then changed at
//! random. An input is a function of its seed: `CLEANROOMS_FUZZ_SEED=17` gives that one alone, and
//! `CLEANROOMS_FUZZ=10000000` so many of each target. What must hold: nothing panics; what is decoded can
//! be encoded and is the same again; what cannot be read is told.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use cleanrooms_harness::scenario::{Run, Scenario, file_name, text};
use cleanrooms_provider::cleanrooms::aws::{Aws, Intervals, ProviderConfig};
use cleanrooms_provider::cleanrooms::client::Client;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::cleanrooms::shapes::tags::TagPolicy;
use cleanrooms_provider::framework::managed::ManagedResource;
use cleanrooms_provider::framework::{Configured, ImportTarget};
use cleanrooms_provider::wire::{Type, json, msgpack};
use fastrand::Rng;
use libtest_mimic::Trial;
use serde_json::{Value as Json, json as object};

use crate::frozen;
use crate::stage::Stage;
use crate::state_file;
use crate::trial::{failed, paused};

/// Inputs of each target, if nobody says.
const INPUTS: u64 = 3000;

/// One in so many is taken through a whole plan: that takes a hundred times as long as decoding.
const PLANS: u64 = 20;

type Target = fn(&Seeds, &mut Rng) -> Result<()>;

/// What is done with an input, by name.
const TARGETS: [(&str, Target); 4] =
    [("msgpack", msgpack_values), ("json", json_values), ("state", states), ("import", imports)];

/// One trial for each target, and one for the replies of each kind's calls.
pub fn trials() -> Result<Vec<Trial>> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let inputs = number("CLEANROOMS_FUZZ").unwrap_or(INPUTS);
    let range = |inputs: u64| match number("CLEANROOMS_FUZZ_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..inputs,
    };
    let mut trials = Vec::new();
    for (name, target) in TARGETS {
        let range = range(inputs);
        trials.push(Trial::test(format!("fuzz::{name}"), move || {
            decoded(range, target).map_err(failed)
        }));
    }
    let kept = frozen::newest()?;
    let plans = (inputs / PLANS / kept.len().max(1) as u64).max(1);
    for folder in kept {
        let range = range(plans);
        let name = format!("fuzz::replies::{}", file_name(&folder));
        trials.push(Trial::test(name, move || {
            paused(|| Box::pin(replies(Scenario::read(&folder), range))).map_err(failed)
        }));
    }
    Ok(trials)
}

/// What every input begins as.
struct Seeds {
    stored: Vec<Seed>,
    provider: Configured<Client>,
}

/// A state that was right, and the resource that it is of.
struct Seed {
    resource: Arc<dyn ManagedResource<Client>>,
    ty: Type,
    attributes: Json,
    version: i64,
}

impl Seeds {
    fn read() -> Result<Self> {
        let mut stored = Vec::new();
        for folder in frozen::newest()? {
            let state = state_file::read(&text(&folder.join(frozen::STATE))?)?;
            for object in state.objects.values() {
                let mut resources = registry::all().into_iter();
                let resource = resources.find(|it| it.type_name() == object.type_name);
                let resource = resource.with_context(|| object.type_name.clone())?;
                let ty = resource.schema().implied_type();
                let attributes = serde_json::from_slice(&object.attributes)?;
                stored.push(Seed { resource, ty, attributes, version: object.version });
            }
        }
        ensure!(!stored.is_empty(), "no state is kept");
        let config = ProviderConfig { region: Some("us-east-1".to_owned()), ..Default::default() };
        let client = Client::new(Aws::new(config, Intervals::default()), TagPolicy::default());
        Ok(Self { stored, provider: Configured { client, unknown: None } })
    }
}

fn decoded(range: Range<u64>, target: Target) -> Result<()> {
    let seeds = Seeds::read()?;
    for seed in range {
        let one = || target(&seeds, &mut Rng::with_seed(seed));
        let ran = catch_unwind(AssertUnwindSafe(one));
        ran.map_err(|_| anyhow!("it panicked"))
            .and_then(|ran| ran)
            .with_context(|| format!("CLEANROOMS_FUZZ_SEED={seed}"))?;
    }
    Ok(())
}

fn msgpack_values(seeds: &Seeds, rng: &mut Rng) -> Result<()> {
    let Seed { ty, attributes, .. } = chosen(&seeds.stored, rng);
    let right = json::from_json(attributes.clone(), ty).context("a kept state")?;
    let bytes = mutated_bytes(msgpack::encode(&right, ty).context("a kept state")?, rng);
    let Ok(value) = msgpack::decode(&bytes, ty) else { return Ok(()) };
    let again = msgpack::encode(&value, ty).context("what was decoded is not encoded")?;
    ensure!(
        msgpack::decode(&again, ty).is_ok_and(|again| again == value),
        "it comes back as another value"
    );
    Ok(())
}

fn json_values(seeds: &Seeds, rng: &mut Rng) -> Result<()> {
    let Seed { ty, attributes, .. } = chosen(&seeds.stored, rng);
    let bytes = mutated_json(attributes, rng);
    let Ok(value) = json::decode(&bytes, ty) else { return Ok(()) };
    let again = json::encode(&value, ty).context("what was decoded is not encoded")?;
    ensure!(
        json::decode(&again, ty).is_ok_and(|again| again == value),
        "it comes back as another value"
    );
    Ok(())
}

fn states(seeds: &Seeds, rng: &mut Rng) -> Result<()> {
    let Seed { resource, ty, attributes, version } = chosen(&seeds.stored, rng);
    let bytes = mutated_json(attributes, rng);
    let version = if rng.u8(..) < 32 { rng.i64(..) } else { *version };
    match resource.upgrade(version, &bytes) {
        Ok(value) => msgpack::encode(&value, ty).map(drop).context("it does not fit the schema"),
        Err(diagnostic) => {
            let is_told = !diagnostic.summary.is_empty() && !diagnostic.detail.is_empty();
            ensure!(is_told, "it is refused without a word");
            Ok(())
        }
    }
}

fn imports(seeds: &Seeds, rng: &mut Rng) -> Result<()> {
    let Seed { resource, ty, attributes, .. } = chosen(&seeds.stored, rng);
    let part = |name: &str| attributes[name].as_str().unwrap_or_default().to_owned();
    let right = match rng.u8(0..4) {
        0 => part("id"),
        1 => part("arn"),
        2 => format!("{}@{}", part("id"), part("region")),
        _ => format!("{}/{}", part("membership_id"), part("id")),
    };
    let bytes = mutated_bytes(right.into_bytes(), rng);
    let id = String::from_utf8_lossy(&bytes);
    match resource.import(&seeds.provider, ImportTarget::Id(&id)) {
        Ok(found) => {
            msgpack::encode(&found.state, ty).map(drop).context("it does not fit the schema")
        }
        Err(diagnostic) => {
            ensure!(!diagnostic.detail.is_empty(), "`{id}` is refused without a word");
            Ok(())
        }
    }
}

thread_local! {
    /// Which reply is changed next, and how.
    static RANDOM: RefCell<Rng> = const { RefCell::new(Rng::with_seed(0)) };
    static CHANGED: Cell<u32> = const { Cell::new(0) };
}

/// One reply in three is another one than it was.
fn falsified(_path: &str, body: &mut Json) {
    RANDOM.with_borrow_mut(|rng| {
        if rng.u8(0..3) == 0 {
            mutate(body, rng);
            CHANGED.set(CHANGED.get() + 1);
        }
    });
}

/// Plans over objects of which the service tells nonsense: it ends, and the state is as it was.
async fn replies(scenario: Result<Scenario>, range: Range<u64>) -> Result<()> {
    let mut scenario = scenario?;
    scenario.companions.retain(|path| file_name(path) != frozen::STATE);
    let mut stage = Stage::of(&scenario)?;
    for step in &scenario.steps {
        stage.step(step).await.with_context(|| format!("step {}", step.name))?;
    }
    let stored = stage.core.state.clone();
    stage.world.falsify(Some(falsified));
    for seed in range {
        RANDOM.set(Rng::with_seed(seed));
        let planned = stage.plan(&Run::default()).await?;
        let panicked = planned.said.iter().find(|it| it.diagnostic.detail.contains("panicked"));
        ensure!(panicked.is_none(), "CLEANROOMS_FUZZ_SEED={seed}: {panicked:#?}");
        let told = planned.said.iter().any(|it| it.diagnostic.is_error());
        ensure!(planned.failed == told, "CLEANROOMS_FUZZ_SEED={seed}: it fails without a word");
        ensure!(
            stage.core.state == stored,
            "CLEANROOMS_FUZZ_SEED={seed}: the state is another one"
        );
    }
    // A vote that was given is final: nothing is asked about it.
    let is_asked = !stage.world.calls().await?.is_empty();
    ensure!(CHANGED.get() > 0 || !is_asked, "no reply was changed");
    stage.world.falsify(None);
    let planned = stage.plan(&Run::default()).await?;
    ensure!(!planned.failed && planned.is_empty(), "afterwards: {:#?}", planned.changes);
    Ok(())
}

fn chosen<'a, T>(all: &'a [T], rng: &mut Rng) -> &'a T {
    &all[rng.usize(..all.len())]
}

/// What codecs stumble over: the first bytes of every kind of MessagePack, and lengths that are too long.
const ODD: [u8; 16] = [
    0x00, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc4, 0xc7, 0xca, 0xcf, 0xd4, 0xdb, 0xdd, 0xdf, 0xff,
];

fn mutated_bytes(mut bytes: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    for _ in 0..rng.usize(1..5) {
        let place = rng.usize(..=bytes.len());
        let end = (place + rng.usize(..9)).min(bytes.len());
        match rng.u8(0..6) {
            0 if place < bytes.len() => bytes[place] ^= 1 << rng.u8(0..8),
            1 if place < bytes.len() => bytes[place] = *chosen(&ODD, rng),
            2 => drop(bytes.drain(place..end)),
            3 => bytes.insert(place, *chosen(&ODD, rng)),
            4 => {
                let part = bytes[place..end].to_vec();
                let there = rng.usize(..=bytes.len());
                drop(bytes.splice(there..there, part));
            }
            _ => bytes.truncate(place),
        }
    }
    bytes
}

/// Changed as JSON, or as text.
fn mutated_json(attributes: &Json, rng: &mut Rng) -> Vec<u8> {
    let mut attributes = attributes.clone();
    for _ in 0..rng.usize(..3) {
        mutate(&mut attributes, rng);
    }
    let bytes = attributes.to_string().into_bytes();
    if rng.bool() { bytes } else { mutated_bytes(bytes, rng) }
}

/// Changes one value somewhere inside.
fn mutate(value: &mut Json, rng: &mut Rng) {
    let deeper = rng.u8(..) > 40;
    match value {
        Json::Object(members) if deeper && !members.is_empty() => {
            let names: Vec<_> = members.keys().cloned().collect();
            let name = chosen(&names, rng);
            match rng.u8(0..10) {
                0 => drop(members.remove(name)),
                1 => drop(members.insert(odd_text(rng), odd(rng))),
                _ => mutate(&mut members[name], rng),
            }
        }
        Json::Array(items) if deeper && !items.is_empty() => {
            let index = rng.usize(..items.len());
            match rng.u8(0..10) {
                0 => drop(items.remove(index)),
                1 => items.push(items[index].clone()),
                _ => mutate(&mut items[index], rng),
            }
        }
        Json::String(text) if deeper => {
            let bytes = mutated_bytes(std::mem::take(text).into_bytes(), rng);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        value => *value = odd(rng),
    }
}

fn odd(rng: &mut Rng) -> Json {
    match rng.u8(0..9) {
        0 => Json::Null,
        1 => Json::Bool(rng.bool()),
        2 => rng.i64(..).into(),
        3 => object!(1e300),
        4 => object!(-0.5),
        5 => odd_text(rng).into(),
        6 => object!([]),
        7 => object!({}),
        _ => object!([[{ "": null }]]),
    }
}

fn odd_text(rng: &mut Rng) -> String {
    match rng.u8(0..6) {
        0 => String::new(),
        1 => "e\u{301}\u{0}".to_owned(),
        2 => "9".repeat(400),
        3 => "../..".to_owned(),
        4 => "\u{1f600}".repeat(rng.usize(1..9)),
        _ => (0..rng.usize(..40)).map(|_| rng.char(..)).collect(),
    }
}
