//! What a kind of object is called, and what names one of it.

/// What a kind of object is called, and what names one of it.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The type's name in a configuration.
    pub type_name: &'static str,
    /// What messages call it.
    pub noun: &'static str,
    /// The word for it in its ARN; some kinds have none.
    pub arn: Option<&'static str>,
    /// The attributes that name an object within its account and Region, those of its parents first.
    pub key: &'static [&'static str],
    /// The attribute that names what it hangs on, with which its Region comes.
    pub parent: Option<&'static str>,
    /// The attributes that tell its owner: an account id, or an ARN that holds one.
    pub owner: &'static [&'static str],
    /// What other providers' identities call the attributes of ours.
    pub former_identity: &'static [(&'static str, &'static str)],
    /// Whether it has tags.
    pub tagged: bool,
    /// Whether the service refuses a second one of the same name, so that a create may be repeated.
    pub is_unique: bool,
    /// Whether an import may leave out the last part of the key, since a look finds it.
    pub type_is_found: bool,
}

impl Kind {
    /// The name of the operation that creates one, as the API calls it.
    pub fn create_operation(&self) -> String {
        let words = self.noun.split(' ').map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        });
        "Create".to_owned() + &words.collect::<String>()
    }

    /// The attribute that holds the owner's account id, where one does.
    pub fn account(&self) -> Option<&'static str> {
        self.owner.iter().copied().find(|name| name.ends_with("account_id"))
    }
}
