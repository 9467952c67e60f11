//! What the documentation says of a resource besides its schema.
//!
//! Pages are written from it by a test, and another one holds the permissions to what a resource does.

/// What the page of a resource says besides its schema.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Which ids an import takes, as a sentence.
    pub import: String,
    /// What the user must be allowed to do.
    pub permissions: Permissions,
}

/// What the service must allow: nothing less is enough, and nothing more is of use.
#[derive(Debug, Clone, Default)]
pub struct Permissions {
    /// What refresh, import and plan need.
    pub read: Vec<Need>,
    /// What an apply needs besides.
    pub apply: Vec<Need>,
}

/// Actions of the service that are needed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The names of the actions, as a policy has them.
    pub actions: &'static [&'static str],
    /// In which case they are needed, as the end of a sentence; empty is always.
    pub when: &'static str,
}

impl Need {
    /// Actions that are always needed.
    pub const fn always(actions: &'static [&'static str]) -> Self {
        Self { actions, when: "" }
    }

    /// Actions that are needed in some case: "where the table is in AWS Glue".
    pub const fn when(when: &'static str, actions: &'static [&'static str]) -> Self {
        Self { actions, when }
    }
}

impl Permissions {
    /// The actions of refresh, import and plan.
    pub fn reading(&self) -> impl Iterator<Item = &'static str> {
        self.read.iter().flat_map(|need| need.actions).copied()
    }

    /// The actions of an apply, with those of a plan.
    pub fn applying(&self) -> impl Iterator<Item = &'static str> {
        self.reading().chain(self.apply.iter().flat_map(|need| need.actions).copied())
    }
}
