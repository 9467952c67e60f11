//! The elements of a set.

use super::Value;

/// Elements in a fixed order, each wholly known one at most once.
///
/// Elements that are unknown, or hold something unknown, are kept as often as
/// they come: two unknowns may turn out to be different values, and Terraform
/// refuses a plan that has fewer of them than the configuration. That is why a
/// `BTreeSet` will not do.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueSet(Vec<Value>);

impl ValueSet {
    /// A set without elements.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many elements there are, each unknown one counted.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The elements in the order of [`Value`].
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }

    /// Whether `element` is one of the elements.
    pub fn contains(&self, element: &Value) -> bool {
        self.0.binary_search(element).is_ok()
    }

    /// Adds `element`; false if it is wholly known and was there before.
    pub fn insert(&mut self, element: Value) -> bool {
        match self.0.binary_search(&element) {
            Ok(_) if element.is_wholly_known() => false,
            Ok(position) | Err(position) => {
                self.0.insert(position, element);
                true
            }
        }
    }
}

impl FromIterator<Value> for ValueSet {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|later, earlier| later == earlier && later.is_wholly_known());
        Self(elements)
    }
}

impl<const N: usize> From<[Value; N]> for ValueSet {
    fn from(elements: [Value; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl From<Vec<Value>> for ValueSet {
    fn from(elements: Vec<Value>) -> Self {
        elements.into_iter().collect()
    }
}

impl IntoIterator for ValueSet {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ValueSet {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_known_elements_are_one() {
        let set = ValueSet::from([Value::from("b"), Value::from("a"), Value::from("b")]);
        assert_eq!(set.into_iter().collect::<Vec<_>>(), [Value::from("a"), Value::from("b")]);
    }

    #[test]
    fn each_unknown_element_counts() {
        let mut set = ValueSet::from([Value::Unknown, Value::from("a"), Value::Unknown]);
        assert_eq!(set.len(), 3);
        assert!(set.insert(Value::Unknown));
        assert!(!set.insert(Value::from("a")));
        assert_eq!(set.len(), 4);
    }

    #[test]
    fn order_of_insertion_does_not_matter() {
        let ascending = ValueSet::from([Value::from(1), Value::from(2)]);
        let descending = ValueSet::from([Value::from(2), Value::from(1)]);
        assert_eq!(ascending, descending);
        assert!(ascending.contains(&Value::from(2)));
    }
}
