//! What is made once in a process, for each type: a generic function has no statics of its own.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use super::resource::lock;

/// A place for each type, which is filled at most once.
static PLACES: Mutex<BTreeMap<TypeId, &'static (dyn Any + Send + Sync)>> =
    Mutex::new(BTreeMap::new());

/// The value of the type, made by the first who asks. It lasts as long as the process.
pub fn once<T: Send + Sync + 'static>(make: fn() -> T) -> &'static T {
    let place = *lock(&PLACES)
        .entry(TypeId::of::<T>())
        .or_insert_with(|| Box::leak(Box::new(OnceLock::<T>::new())));
    // Not under the lock: one value may need another.
    match place.downcast_ref::<OnceLock<T>>() {
        Some(place) => place.get_or_init(make),
        None => unreachable!("each place is of the type that it is kept under"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_one_value_whoever_asks_first() {
        struct One(&'static Other);
        struct Other(u8);
        let one = once(|| One(once(|| Other(1))));
        assert!(std::ptr::eq(one.0, once(|| Other(2))));
        assert_eq!(one.0.0, 1);
    }
}
