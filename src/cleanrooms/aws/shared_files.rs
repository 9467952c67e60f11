//! The grammar of the shared AWS files, as the AWS CLI reads it.
//!
//! The CLI uses Python's `configparser` and `shlex`; what they take and refuse is taken and
//! refused here. There is one addition that AWS documents for its SDKs: a `#` or `;` after a blank
//! ends a value.

use std::collections::BTreeMap;

/// A section: its settings by name, in lower case.
pub(super) type Section = BTreeMap<String, Setting>;

/// What a setting is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Setting {
    /// A text, which may be empty.
    Text(String),
    /// Settings of one service, each on an indented line.
    Nested(BTreeMap<String, String>),
}

/// Why a file is not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {what}")]
pub(super) struct WrongLine {
    line: usize,
    what: String,
}

/// The sections of a file with their names, in order.
///
/// # Errors
///
/// A line is neither a section, nor a setting, nor the continuation of one; or something stands
/// twice.
pub(super) fn sections(text: &str) -> Result<Vec<(String, Section)>, WrongLine> {
    let mut reader = Reader::default();
    for (index, line) in text.lines().enumerate() {
        reader.take(line).map_err(|what| WrongLine { line: index + 1, what: what.to_owned() })?;
    }
    let sections = reader.sections.into_iter();
    Ok(sections.map(|(name, raw)| (name, raw.into_iter().map(finished).collect())).collect())
}

/// The name of a profile of the configuration file, of an `sso-session` or of `services`, from
/// the header of its section: `profile 'my work'`. None if the header is of another kind.
pub(super) fn name_in_header(kind: &str, header: &str) -> Option<String> {
    match shlex::split(header)?.as_slice() {
        [word, name] if word == kind => Some(name.clone()),
        _ => None,
    }
}

/// Sections whose settings are still lines.
#[derive(Default)]
struct Reader {
    sections: Vec<(String, BTreeMap<String, Vec<String>>)>,
    /// The setting that an indented line continues.
    open: Option<String>,
    indent: usize,
}

impl Reader {
    fn take(&mut self, line: &str) -> Result<(), &'static str> {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().count() - line.trim_start().chars().count();
        if let Some(lines) = self.open_setting()
            && text.is_empty()
        {
            lines.push(String::new());
            return Ok(());
        }
        if text.is_empty() {
            return Ok(());
        }
        if indent > self.indent
            && let Some(lines) = self.open_setting()
        {
            if lines[0].is_empty() && !text.contains('=') {
                return Err("is no setting, such as endpoint_url = …, of what stands above it");
            }
            lines.push(text.to_owned());
            return Ok(());
        }
        self.indent = indent;
        match text.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            Some((header, _comment)) if !header.is_empty() => self.section(header),
            _ => self.setting(text),
        }
    }

    fn open_setting(&mut self) -> Option<&mut Vec<String>> {
        let (_, section) = self.sections.last_mut()?;
        section.get_mut(self.open.as_deref()?)
    }

    fn section(&mut self, header: &str) -> Result<(), &'static str> {
        self.open = None;
        if self.sections.iter().any(|(name, _)| name == header) {
            return Err("begins a section that stands there already");
        }
        self.sections.push((header.to_owned(), BTreeMap::new()));
        Ok(())
    }

    fn setting(&mut self, text: &str) -> Result<(), &'static str> {
        let Some((_, section)) = self.sections.last_mut() else {
            return Err("stands before the first section, such as [default]");
        };
        let Some((name, value)) = text.split_once(['=', ':']).filter(|(name, _)| !name.is_empty())
        else {
            return Err(
                "is neither a section, such as [default], nor a setting, such as region = …",
            );
        };
        let name = name.trim().to_lowercase();
        if section.contains_key(&name) {
            return Err("sets what is set already in its section");
        }
        section.insert(name.clone(), vec![value.trim().to_owned()]);
        self.open = Some(name);
        Ok(())
    }
}

fn finished((name, lines): (String, Vec<String>)) -> (String, Setting) {
    let is_nested = lines.len() > 1 && lines[0].is_empty();
    let pairs = || lines.iter().filter_map(|line| line.split_once('='));
    if is_nested && pairs().next().is_some() {
        let pairs = pairs().map(|(key, value)| (key.trim().to_owned(), uncommented(value)));
        return (name, Setting::Nested(pairs.collect()));
    }
    let text = lines.join("\n");
    let text = text.trim_end();
    // A shell knows its own comments.
    let is_command = name == "credential_process";
    let text = if is_command { text.to_owned() } else { uncommented(text) };
    (name, Setting::Text(text))
}

fn uncommented(text: &str) -> String {
    let marks = [" #", " ;", "\t#", "\t;"];
    let end = marks.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    text[..end].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sections as text: `name: key=value key{inner=value}`.
    fn read(text: &str) -> Vec<String> {
        let shown = |(key, setting): (&String, &Setting)| match setting {
            Setting::Text(text) => format!("{key}={text}"),
            Setting::Nested(inner) => {
                let inner: Vec<_> = inner.iter().map(|(k, v)| format!("{k}={v}")).collect();
                format!("{key}{{{}}}", inner.join(" "))
            }
        };
        let sections = sections(text).expect("the text is understood");
        let lines = sections.iter().map(|(name, section)| {
            format!("{name}: {}", section.iter().map(shown).collect::<Vec<_>>().join(" "))
        });
        lines.collect()
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let err = sections(text).expect_err("it is not understood").to_string();
        assert!(err.starts_with(expected), "{err}");
    }

    #[test]
    fn settings_stand_in_sections() {
        let text =
            "# first\n[default]\nregion = us-east-1\nOutput: json\n\n[profile a] ; x\nb=c=d\n";
        assert_eq!(read(text), ["default: output=json region=us-east-1", "profile a: b=c=d"]);
    }

    #[test]
    fn line_ends_of_windows_are_no_part_of_a_value() {
        assert_eq!(read("[default]\r\nregion = us-east-1\r\n"), ["default: region=us-east-1"]);
    }

    #[test]
    fn a_comment_ends_a_value_but_not_a_command() {
        let text = "[a]\nregion = x # y\nkey = a#b\ncredential_process = p ; q # r\n";
        assert_eq!(read(text), ["a: credential_process=p ; q # r key=a#b region=x"]);
    }

    #[test]
    fn an_indented_line_goes_on() {
        assert_eq!(read("[a]\n  b = c\n  d = e\n"), ["a: b=c d=e"]);
        assert_eq!(read("[a]\nb = c\n  d = e\n"), ["a: b=c\nd = e"]);
        let nested = "[services s]\nsts =\n  endpoint_url = http://x\n\n  other = y\ns3 =\n";
        assert_eq!(read(nested), ["services s: s3= sts{endpoint_url=http://x other=y}"]);
    }

    #[test]
    fn what_python_refuses_is_refused_with_its_line() {
        refused("region = x\n[default]\n", "line 1 stands before the first section");
        refused("[default]\nregion\n", "line 2 is neither");
        refused("[default]\n= x\n", "line 2 is neither");
        refused("[default]\na = b\n[default]\n", "line 3 begins a section");
        refused("[default]\na = b\nA = c\n", "line 3 sets");
        refused("[default]\ns3 =\n  a = b\n  c\n", "line 4 is no setting");
    }

    #[test]
    fn a_header_names_a_profile_as_a_shell_would_read_it() {
        for header in ["profile my-work", "profile  'my-work'", "profile \"my-work\" "] {
            assert_eq!(name_in_header("profile", header).as_deref(), Some("my-work"), "{header}");
        }
        assert_eq!(name_in_header("profile", "profile 'my work'").as_deref(), Some("my work"));
        for header in ["profile my work", "profile", "my-work", "profile 'x", "services s"] {
            assert_eq!(name_in_header("profile", header), None, "{header}");
        }
    }
}
