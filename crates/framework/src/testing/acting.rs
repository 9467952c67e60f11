//! On whose behalf a call is made.

use std::future::Future;

/// Who asks the service: what a policy for one resource, or for plans alone, is chosen by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acting {
    /// The type of the resource, or of the data source after `data.`, or of the list after `list.`.
    pub type_name: String,
    /// Whether it is an apply that asks; otherwise it is a refresh, an import or a plan.
    pub at_apply: bool,
}

tokio::task_local! {
    static ACTING: Acting;
}

impl Acting {
    /// Who makes the call that is under way; `None` outside of [`Core`](super::Core).
    pub fn now() -> Option<Self> {
        ACTING.try_with(Self::clone).ok()
    }

    /// Does something on behalf of this one.
    pub async fn during<T>(self, doing: impl Future<Output = T>) -> T {
        ACTING.scope(self, doing).await
    }
}
