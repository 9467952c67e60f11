//! Panics that must not cost what was done before them.

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;

/// A panic that was caught.
pub struct Panic(Box<dyn Any + Send>);

impl Panic {
    /// Lets it go on, where nothing is to be saved.
    pub fn resume(self) -> ! {
        resume_unwind(self.0)
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.downcast_ref::<&str>().copied();
        let text = text.or_else(|| self.0.downcast_ref::<String>().map(String::as_str));
        f.write_str(text.unwrap_or("a value that is not text"))
    }
}

/// What the future gives, unless it panics.
///
/// What the future left half done stays half done.
///
/// # Errors
///
/// It panicked.
pub async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panic> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // Unwind safe: a future that panicked is not polled again.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Err(Panic(payload)).into(),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_future_gives_its_value_or_its_panic() {
        assert!(caught(async { 7 }).await.is_ok_and(|seven| seven == 7));
        let panics = async {
            tokio::task::yield_now().await;
            panic!("on {}", "purpose")
        };
        let panic = caught::<()>(panics).await.expect_err("it panicked");
        assert_eq!(panic.to_string(), "on purpose");
    }
}
