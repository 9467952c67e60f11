//! Visits things in the order of their dependencies, several at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// How many are visited at the same time, as core does by default.
const PARALLELISM: usize = 10;

/// Visits each key after those it waits for. What waits for one whose visit
/// failed is left out, as is what waits for that.
///
/// Keys that are waited for and not there themselves are passed over.
pub(super) async fn walk<K, F>(
    mut waiting: BTreeMap<K, BTreeSet<K>>,
    visit: impl Fn(K) -> F,
) -> bool
where
    K: Clone + Ord + Debug,
    F: Future<Output = bool>,
{
    let all: BTreeSet<K> = waiting.keys().cloned().collect();
    let (mut done, mut failed) = (BTreeSet::new(), BTreeSet::new());
    let mut running = FuturesUnordered::new();
    loop {
        let is_over = |key: &&K| !all.contains(*key) || done.contains(*key);
        let ready: Vec<K> = waiting
            .iter()
            .filter(|(_, after)| after.iter().all(|key| is_over(&key)))
            .map(|(key, _)| key.clone())
            .take(PARALLELISM - running.len())
            .collect();
        for key in ready {
            waiting.remove(&key);
            let visit = visit(key.clone());
            running.push(async move { (key, visit.await) });
        }
        let Some((key, succeeded)) = running.next().await else { break };
        if succeeded {
            done.insert(key);
            continue;
        }
        failed.insert(key);
        while let Some(left_out) = waiting
            .iter()
            .find(|(_, after)| !after.is_disjoint(&failed))
            .map(|(key, _)| key.clone())
        {
            waiting.remove(&left_out);
            failed.insert(left_out);
        }
    }
    assert!(waiting.is_empty(), "these wait for one another: {waiting:?}");
    failed.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn after(
        entries: &[(&'static str, &[&'static str])],
    ) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        entries.iter().map(|(key, after)| (*key, after.iter().copied().collect())).collect()
    }

    #[tokio::test]
    async fn what_waits_comes_later_and_what_waits_for_a_failure_never() {
        let visited = RefCell::new(Vec::new());
        let graph = after(&[
            ("a", &["b"]),
            ("b", &["elsewhere"]),
            ("c", &["bad"]),
            ("bad", &[]),
            ("d", &["c"]),
        ]);
        let all_well = walk(graph, |key| {
            visited.borrow_mut().push(key);
            async move { key != "bad" }
        })
        .await;
        assert!(!all_well);
        assert_eq!(*visited.borrow(), ["b", "bad", "a"]);
    }
}
