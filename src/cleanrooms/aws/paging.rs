//! Lists, read to their end or not at all.

use std::collections::HashSet;

use tokio_util::sync::CancellationToken;

use super::errors::AwsError;

/// What to ask for as `maxResults`: the most that any list of Clean Rooms takes.
pub const PAGE_SIZE: i32 = 100;

/// So many pages have a hundred thousand entries; no account has as many
/// objects of a kind. A list that goes on is a service that has lost its place.
const MOST_PAGES: usize = 1_000;

/// Reads a list to its end: `page` is asked with no token, then with the token
/// of each reply.
///
/// A part of a list proves nothing, so there is none: whoever gets the list may
/// conclude from what is not in it. The SDK's paginators do not serve for that,
/// since they end without a word at a token that is repeated, and never where
/// two tokens take turns.
///
/// # Errors
///
/// The error of a page; that of an unreadable reply when a token comes a second
/// time or there is no end; and [`AwsError::stopped`] as soon as `stop` is
/// cancelled, for pages only look.
pub async fn all_pages<T, F, Fut>(
    operation: &'static str,
    stop: &CancellationToken,
    mut page: F,
) -> Result<Vec<T>, AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<(Vec<T>, Option<String>), AwsError>>,
{
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let reply = stop.run_until_cancelled(page(token)).await;
        let (more, next) = reply.unwrap_or_else(|| Err(AwsError::stopped()))?;
        entries.extend(more);
        // An empty token is none, as in every SDK.
        let Some(next) = next.filter(|next| !next.is_empty()) else {
            return Ok(entries);
        };
        if !seen.insert(next.clone()) {
            let what = "The list repeats a `nextToken`, so it cannot be read to its end";
            return Err(AwsError::misread(operation, what));
        }
        token = Some(next);
    }
    let what = format!("The list has no end: it goes on after {MOST_PAGES} pages");
    Err(AwsError::misread(operation, what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleanrooms::aws::{ErrorKind, Outcome};

    type Page = (Vec<usize>, Option<String>);

    /// Reads a list of which `answer` gives the page for each token.
    async fn list(
        answer: impl Fn(Option<&str>) -> Result<Page, AwsError>,
    ) -> Result<Vec<usize>, AwsError> {
        let stop = CancellationToken::new();
        all_pages("ListMembers", &stop, async |token: Option<String>| answer(token.as_deref()))
            .await
    }

    fn numbered(
        next: impl Fn(usize) -> Option<usize>,
    ) -> impl Fn(Option<&str>) -> Result<Page, AwsError> {
        move |token| {
            let number = token.map_or(0, |token| token.parse().expect("a token of ours"));
            Ok((vec![number], next(number).map(|next| next.to_string())))
        }
    }

    #[track_caller]
    fn check_misread(result: Result<Vec<usize>, AwsError>, text: &str) {
        let err = result.expect_err("no list is better than a part of it");
        assert_eq!(err.kind, ErrorKind::UnreadableReply);
        assert_eq!(err.outcome, Outcome::Ambiguous);
        assert!(err.to_string().contains(text), "{err}");
        assert!(err.to_string().contains("cleanrooms:ListMembers"), "{err}");
    }

    #[tokio::test]
    async fn a_list_is_read_to_its_end() {
        let pages = list(numbered(|number| (number < 4).then_some(number + 1))).await;
        assert_eq!(pages.expect("it ends"), [0, 1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn an_empty_token_ends_a_list() {
        let pages = list(|_| Ok((vec![7], Some(String::new())))).await;
        assert_eq!(pages.expect("it ends"), [7]);
    }

    #[tokio::test]
    async fn a_token_that_comes_again_is_an_error_however_late() {
        check_misread(list(numbered(|_| Some(1))).await, "repeats a `nextToken`");
        check_misread(list(numbered(|number| Some(3 - number))).await, "repeats a `nextToken`");
        check_misread(
            list(numbered(|number| Some((number + 1) % 7))).await,
            "repeats a `nextToken`",
        );
    }

    #[tokio::test]
    async fn a_list_without_end_is_an_error() {
        check_misread(list(numbered(|number| Some(number + 1))).await, "has no end");
    }

    #[tokio::test]
    async fn the_error_of_a_later_page_is_the_error_of_the_list() {
        let pages = list(|token| match token {
            None => Ok((vec![0], Some("next".to_owned()))),
            Some(_) => Err(AwsError::misread("ListMembers", "The body is empty")),
        });
        check_misread(pages.await, "The body is empty");
    }

    #[tokio::test]
    async fn a_stop_ends_a_page_under_way() {
        let stop = CancellationToken::new();
        let pages = all_pages("ListMembers", &stop, |_| {
            stop.cancel();
            std::future::pending::<Result<Page, AwsError>>()
        });
        let err = pages.await.expect_err("it was stopped");
        assert_eq!(err.kind, ErrorKind::Stopped);
    }
}
