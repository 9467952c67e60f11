//! As much of SQL as is needed to say which tables a query reads.

/// The names after FROM and JOIN, in lower case and each once; no parser, and
/// good enough for queries without comments and nested quotes.
pub(super) fn referenced_tables(query: &str) -> Vec<String> {
    let mut tables = Vec::new();
    let mut words = words(query).into_iter().peekable();
    while let Some(word) = words.next() {
        if !matches!(word.to_ascii_lowercase().as_str(), "from" | "join") {
            continue;
        }
        while let Some(table) = words.next_if(|next| next != "(" && next != ",") {
            let table = table.trim_matches(['"', '`']).to_lowercase();
            if !table.is_empty() && !tables.contains(&table) {
                tables.push(table);
            }
            // An alias may follow, and then the next of a list.
            while words.next_if(|next| is_alias(next)).is_some() {}
            if words.next_if(|next| next == ",").is_none() {
                break;
            }
        }
    }
    tables
}

fn is_alias(word: &str) -> bool {
    const NEXT: [&str; 14] = [
        "on", "where", "join", "inner", "left", "right", "full", "cross", "group", "order",
        "union", "limit", "having", "using",
    ];
    let is_name = word.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name && !NEXT.contains(&word.to_ascii_lowercase().as_str())
}

/// Words, quoted names, and signs by themselves.
fn words(query: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '`' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_after_from_and_join() {
        for (query, tables) in [
            ("select 1", &[][..]),
            ("SELECT a FROM Orders", &["orders"]),
            ("select * from a x join b on x.i = b.i, left", &["a", "b"]),
            ("select * from a, b as y, \"my table\" where 'from c' = 1", &["a", "b", "my table"]),
            (
                "select * from (select i from inner_one) t inner join a-b using (i)",
                &["inner_one", "a-b"],
            ),
            ("select * from a union select * from a", &["a"]),
            ("select * from é", &["é"]),
            ("select * from", &[]),
        ] {
            assert_eq!(referenced_tables(query), tables, "{query}");
        }
    }
}
