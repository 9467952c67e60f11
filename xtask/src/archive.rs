//! Zips whose bytes follow from their content alone.

use std::io::{Cursor, Read, Write};

use anyhow::{Context, Result, bail};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The modes that entries have: for everybody, and to be written by nobody but the owner.
const PROGRAM: u32 = 0o755;
const FILE: u32 = 0o644;

/// More than this nothing of ours has: what claims to be larger is not unpacked.
const LARGEST: u64 = 1 << 30;

/// A file in a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without a folder.
    pub name: String,
    /// Whether it can be started.
    pub is_program: bool,
    /// What is in it.
    pub content: Vec<u8>,
}

impl Entry {
    /// A file that can be started.
    pub fn program(name: impl Into<String>, content: Vec<u8>) -> Self {
        Self { name: name.into(), is_program: true, content }
    }

    /// A file that is read.
    pub fn file(name: impl Into<String>, content: Vec<u8>) -> Self {
        Self { name: name.into(), is_program: false, content }
    }
}

/// The zip of some entries, in the order in which they are given.
///
/// Times are those with which zips begin, 1980, and modes are two: neither the machine nor the hour of
/// packing shows.
///
/// # Errors
///
/// When two entries have the same name.
pub fn pack(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(if entry.is_program { PROGRAM } else { FILE });
        writer
            .start_file(entry.name.as_str(), options)
            .and_then(|()| Ok(writer.write_all(&entry.content)?))
            .with_context(|| format!("packing {}", entry.name))?;
    }
    Ok(writer.finish().context("ending the zip")?.into_inner())
}

/// The entries of a zip that [`pack`] could have made.
///
/// # Errors
///
/// When it is damaged, or holds what [`pack`] does not make: folders, links, other times or modes.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Entry>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).context("it is no zip")?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).context("an entry cannot be read")?;
        let name = file.name().context("an entry without a name")?.into_owned();
        if !file.is_file() || name.contains(['/', '\\']) {
            bail!("`{name}` is no file at the top");
        }
        let is_program = match file.unix_mode().map(|mode| mode & 0o7777) {
            Some(PROGRAM) => true,
            Some(FILE) => false,
            _ => bail!("`{name}` has another mode than those of releases"),
        };
        if file.last_modified() != Some(DateTime::DEFAULT) {
            bail!("`{name}` has a time");
        }
        let mut content = Vec::new();
        let length = (&mut file).take(LARGEST).read_to_end(&mut content);
        // The end of an entry is also where its checksum is compared.
        length.with_context(|| format!("`{name}` is damaged"))?;
        entries.push(Entry { name, is_program, content });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let text = b"text and text and text and text".to_vec();
        vec![Entry::program("program_v1", vec![0x7f; 4096]), Entry::file("LICENSE", text)]
    }

    #[test]
    fn what_is_packed_is_unpacked_and_has_no_time_of_its_own() {
        let packed = pack(&entries()).expect("it can be packed");
        assert_eq!(unpack(&packed).expect("it can be unpacked"), entries());
        assert_eq!(pack(&entries()).expect("it can be packed"), packed);
    }

    #[test]
    fn a_flipped_bit_anywhere_in_the_content_is_seen() {
        let packed = pack(&entries()).expect("it can be packed");
        let start = 30 + "program_v1".len();
        for place in [start, start + 3, start + 7] {
            let mut damaged = packed.clone();
            damaged[place] ^= 1;
            assert_ne!(unpack(&damaged).ok(), Some(entries()), "at {place}");
        }
    }

    #[test]
    fn two_entries_of_one_name_are_refused() {
        let twice = [Entry::file("a", Vec::new()), Entry::file("a", Vec::new())];
        pack(&twice).expect_err("a reader could take either");
    }

    #[test]
    fn times_and_folders_are_none_of_ours() {
        let with = |name: &str, options: SimpleFileOptions| {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            writer.start_file(name, options).expect("it can be packed");
            unpack(&writer.finish().expect("it ends").into_inner())
                .expect_err("it is not ours")
                .to_string()
        };
        let ours = SimpleFileOptions::default()
            .unix_permissions(FILE)
            .last_modified_time(DateTime::DEFAULT);
        let later = DateTime::from_date_and_time(2026, 1, 1, 0, 0, 0).expect("it is a time");
        assert_eq!(with("a", ours.last_modified_time(later)), "`a` has a time");
        assert_eq!(with("a/b", ours), "`a/b` is no file at the top");
        let mode = "`a` has another mode than those of releases";
        assert_eq!(with("a", ours.unix_permissions(0o666)), mode);
    }
}
