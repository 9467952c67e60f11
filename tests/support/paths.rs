//! The paths that a Rust file names, read from its tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The paths of more than one segment in a file, and everything that is imported.
pub fn paths(text: &str) -> Vec<Vec<String>> {
    let tokens: TokenStream = text.parse().expect("the compiler reads it, too");
    let mut found = Vec::new();
    collect_paths(tokens, &[], &mut found);
    found
}

/// Adds the paths of a token stream, which is the inside of an import's braces
/// if there is a `prefix`.
fn collect_paths(tokens: TokenStream, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut imports = !prefix.is_empty();
    while let Some(token) = tokens.next() {
        let first = match token {
            TokenTree::Group(group) => {
                collect_paths(group.stream(), &[], found);
                continue;
            }
            TokenTree::Ident(ident) => ident.to_string(),
            TokenTree::Punct(_) | TokenTree::Literal(_) => continue,
        };
        if first == "use" {
            imports = true;
            continue;
        }
        let mut path = prefix.to_vec();
        path.push(first);
        // Two colons, and then a segment, an import's braces, or `<`.
        while matches!(tokens.peek(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':') {
            tokens.next();
            match tokens.peek() {
                Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => tokens.next(),
                // The type of a field or an argument.
                _ => break,
            };
            match tokens.peek() {
                Some(TokenTree::Ident(segment)) => path.push(segment.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    collect_paths(group.stream(), &path, found);
                    // What is in the braces is named, and not what they are of.
                    path.clear();
                }
                _ => break,
            }
            tokens.next();
        }
        if path.len() > 1 || (imports && !path.is_empty()) {
            found.push(path);
        }
        imports = !prefix.is_empty();
    }
}

/// The imports of a file, without those of its module of tests.
pub fn uses(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect_uses(text.parse().expect("the compiler reads it, too"), &mut found);
    found
}

fn collect_uses(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut tokens = tokens.into_iter();
    let mut before = String::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if before != "tests" => collect_uses(group.stream(), found),
            TokenTree::Ident(ident) if ident == "use" => {
                let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(end) if end.as_char() == ';');
                let import = tokens.by_ref().take_while(|token| !is_end(token));
                collect_paths(std::iter::once(ident.into()).chain(import).collect(), &[], found);
            }
            other => before = other.to_string(),
        }
    }
}
