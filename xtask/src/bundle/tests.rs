use super::*;
use crate::executable::tests::elf;
use tempfile::TempDir;

/// A folder with a whole release for one platform.
fn release() -> TempDir {
    let folder = tempfile::tempdir().expect("there are temporary folders");
    let platform = linux();
    for product in PRODUCTS {
        let companions = product.companions().into_iter();
        let companions = companions.map(|name| Entry::file(name, b"text".to_vec())).collect();
        let zip = zip(product, platform, elf(62, 1), companions).expect("it can be packed");
        put(&folder, &product.zip(platform), &zip);
        let component = json!({ "name": product.name, "version": VERSION });
        let sbom = json!({
            "bomFormat": "CycloneDX",
            "metadata": { "component": component },
            "components": [{}],
        });
        put(&folder, &product.sbom(platform), sbom.to_string().as_bytes());
    }
    seal(folder.path(), None).expect("it can be sealed");
    folder
}

fn linux() -> Platform {
    Platform::named("linux_amd64").expect("it is known")
}

fn put(folder: &TempDir, name: &str, content: &[u8]) {
    write(folder.path(), name, content).expect("it can be written");
}

fn why(folder: &TempDir) -> String {
    format!("{:#}", verify(folder.path()).expect_err("it is not whole"))
}

#[test]
fn a_whole_release_is_whole() {
    assert_eq!(verify(release().path()).expect("it is whole"), [linux()]);
}

#[test]
fn names_are_those_that_registries_look_for() {
    let folder = release();
    let names: Vec<_> = read(folder.path()).expect("it can be read").into_keys().collect();
    let wanted = [
        "cleanrooms-sandbox_V_SHA256SUMS",
        "cleanrooms-sandbox_V_linux_amd64.cdx.json",
        "cleanrooms-sandbox_V_linux_amd64.zip",
        "terraform-provider-cleanrooms_V_SHA256SUMS",
        "terraform-provider-cleanrooms_V_linux_amd64.cdx.json",
        "terraform-provider-cleanrooms_V_linux_amd64.zip",
        "terraform-provider-cleanrooms_V_manifest.json",
    ];
    assert_eq!(names, wanted.map(|name| name.replace("_V_", &format!("_{VERSION}_"))));
    let zip = fs::read(folder.path().join(PROVIDER.zip(linux()))).expect("it is there");
    let entries = archive::unpack(&zip).expect("it is a zip");
    assert_eq!(entries[0].name, format!("terraform-provider-cleanrooms_v{VERSION}"));
    let manifest = fs::read(folder.path().join(PROVIDER.file("manifest.json"))).expect("it is");
    let manifest: Value = serde_json::from_slice(&manifest).expect("it is JSON");
    let metadata = json!({ "protocol_versions": ["6.0"] });
    assert_eq!(manifest, json!({ "version": 1, "metadata": metadata }));
}

#[test]
fn one_bit_of_any_file_is_seen() {
    let whole = release();
    for (name, content) in read(whole.path()).expect("it can be read") {
        for place in [0, content.len() / 2, content.len() - 1] {
            let folder = release();
            let mut damaged = content.clone();
            damaged[place] ^= 1;
            put(&folder, &name, &damaged);
            assert!(verify(folder.path()).is_err(), "{name} at {place}");
        }
    }
}

#[test]
fn what_sums_agree_with_is_looked_at_all_the_same() {
    let reseal = |change: &dyn Fn(&TempDir)| {
        let folder = release();
        change(&folder);
        // What `seal` writes of itself would undo the change.
        let sums = PROVIDER.sums();
        let mut files = read(folder.path()).expect("it can be read");
        files.retain(|name, _| name.starts_with(&PROVIDER.file("")) && !is_seal(name));
        let text = hashes::sums(files.iter().map(|(name, content)| (&**name, &**content)));
        put(&folder, &sums, text.as_bytes());
        why(&folder)
    };
    let text = || Entry::file(LICENCE, b"text".to_vec());
    let repack = |program: Vec<u8>, beside: Vec<Entry>| {
        let zip = zip(PROVIDER, linux(), program, beside).expect("it can be packed");
        reseal(&|folder| put(folder, &PROVIDER.zip(linux()), &zip))
    };
    let both = || vec![text(), Entry::file(LICENCES, Vec::new())];
    assert!(repack(elf(62, 1), vec![text()]).contains("and should hold"));
    assert!(repack(elf(62, 3), both()).contains("it is not static"));
    assert!(repack(elf(183, 1), both()).contains("for another processor than amd64"));
    let manifest = br#"{"version":1,"metadata":{"protocol_versions":["5.0"]}}"#;
    let told = reseal(&|folder| put(folder, &PROVIDER.file("manifest.json"), manifest));
    assert!(told.ends_with("does not tell protocol 6.0 alone"), "{told}");
    let told = reseal(&|folder| put(folder, &PROVIDER.file("notes.txt"), b"notes"));
    assert!(told.ends_with("is no file of a release"), "{told}");
    let other = br#"{"bomFormat":"CycloneDX","metadata":{"component":{"name":"x"}}}"#;
    let told = reseal(&|folder| put(folder, &PROVIDER.sbom(linux()), other));
    assert!(told.contains("it is of \"x\""), "{told}");
}

#[test]
fn what_is_missing_or_too_much_is_named() {
    for name in read(release().path()).expect("it can be read").into_keys() {
        let folder = release();
        fs::remove_file(folder.path().join(&name)).expect("it is there");
        assert!(why(&folder).contains(&format!("{name} is missing")), "{name}");
    }
    let folder = release();
    put(&folder, "stranger.zip", b"");
    assert_eq!(why(&folder), "nothing names stranger.zip");
}

#[test]
fn a_signature_that_is_none_is_refused() {
    let folder = release();
    put(&folder, &format!("{}.sig", PROVIDER.sums()), b"no signature");
    assert!(why(&folder).contains("_SHA256SUMS.sig is not good"));
}

#[test]
fn without_a_zip_there_is_nothing_to_seal() {
    let folder = tempfile::tempdir().expect("there are temporary folders");
    let err = seal(folder.path(), None).expect_err("there is nothing");
    assert!(err.to_string().starts_with("there is no zip of terraform-provider-cleanrooms"));
}
