//! What a resource, the provider or an object inside them looks like: names, types, modes and plan behaviour.
//!
//! This is the half of a schema that needs no SDK types; the mappings onto the
//! SDK stand beside it in [`super::row`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::validators::Validator;
use super::write_only;
use wire::{Type, Value};

/// The attributes and blocks of a resource or of the provider.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Raised when stored state needs an upgrade.
    pub version: i64,
    /// What the thing is, for the registry page.
    pub description: String,
    /// The attributes, in the order of the documentation.
    pub attributes: Vec<Attribute>,
    /// Nested blocks; only the provider's own schema has any.
    pub blocks: Vec<Block>,
}

/// One attribute: its type, who sets it, and how it behaves in a plan.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The API's name in snake case.
    pub name: &'static str,
    /// For practitioners: what it is, which values it takes, what a change does.
    pub description: String,
    /// Its type, or its nested attributes.
    pub kind: Kind,
    /// Who sets it.
    pub mode: Mode,
    /// Whether engines hide its value.
    pub sensitive: bool,
    /// What holds when the configuration has no value; only for optional + computed attributes.
    pub default: Option<Value>,
    /// Whether a change needs a new object.
    pub replace: Replace,
    /// When a computed value is unknown in the plan of an update.
    pub recompute: Recompute,
    /// Whether the attribute exists in Terraform alone, so that a change of it costs no API call.
    pub local: bool,
    /// Whether a refresh keeps what state has, since it never changes.
    pub kept: bool,
    /// The attribute whose value this one gives without a trace in plan and state; see
    /// [`write_only`].
    pub write_only_for: Option<&'static str>,
    /// Whether two spellings mean the same; the prior one is kept then.
    pub equivalent: Option<fn(&Value, &Value) -> bool>,
    /// What is checked before any API call.
    pub validators: Vec<Validator>,
}

/// The type of an attribute.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A plain type.
    Plain(Type),
    /// An object, or a collection of objects, whose attributes have modes of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// How nested attributes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// Objects in order.
    List,
    /// Objects without order. Their computed children cannot be paired with prior ones.
    Set,
    /// Objects by key.
    Map,
}

/// Who sets an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The configuration, always.
    Required,
    /// The configuration, or nobody.
    Optional,
    /// The provider.
    Computed,
    /// The configuration, otherwise the provider.
    OptionalComputed,
}

impl Mode {
    /// Whether a configuration may set it.
    pub fn is_configurable(self) -> bool {
        self != Mode::Computed
    }

    /// Whether the provider may set it.
    pub fn is_computed(self) -> bool {
        matches!(self, Mode::Computed | Mode::OptionalComputed)
    }
}

/// Whether a changed value needs a new object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// The API changes it in place, or it cannot change.
    Never,
    /// A known value that differs from the known prior one does; an unknown one is left to apply.
    WhenKnown,
    /// A known value that differs does. While it is unknown an update is planned that may turn out
    /// to make another object, and the resource then makes that one before it parts with the old one.
    ///
    /// For the ids of parents: an unknown one may turn out to be the same, and
    /// then nothing must have been destroyed.
    Relocates,
    /// For an object of which exactly one member is given: another member does. Within the same one
    /// the API changes it in place.
    OfVariant,
}

impl Replace {
    /// Whether every change needs a new object, so that no update call carries it.
    pub fn is_fixed(self) -> bool {
        matches!(self, Self::WhenKnown | Self::Relocates)
    }
}

/// When a computed value without a configured one is unknown in the plan of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recompute {
    /// Never: it keeps its prior value for the life of the object.
    Never,
    /// Whenever the update calls the API.
    OnUpdate,
    /// Whenever one of these top-level attributes changes.
    With(&'static [&'static str]),
}

/// A nested block of the provider's configuration.
#[derive(Debug, Clone)]
pub struct Block {
    /// The block's type name.
    pub name: &'static str,
    /// What it is for.
    pub description: String,
    /// How blocks of this type are held: single, list or set.
    pub nesting: Nesting,
    /// At most so many; 0 is no limit. Checked by core for lists and sets.
    pub max_items: i64,
    /// The block's attributes.
    pub attributes: Vec<Attribute>,
    /// Blocks inside it.
    pub blocks: Vec<Block>,
}

impl Schema {
    /// The attributes of the object itself, without those that exist in Terraform alone.
    pub fn of_object(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| !attribute.local)
    }

    /// The object type that core encodes values of this schema with (protocol, d.1).
    pub fn implied_type(&self) -> Type {
        implied_object(&self.attributes, &self.blocks)
    }

    /// The top-level attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

impl Attribute {
    /// An attribute with no behaviour of its own yet.
    pub fn new(name: &'static str, kind: Kind, validators: Vec<Validator>) -> Self {
        Self {
            name,
            description: String::new(),
            kind,
            mode: Mode::Optional,
            sensitive: false,
            default: None,
            replace: Replace::Never,
            recompute: Recompute::Never,
            local: false,
            kept: false,
            write_only_for: None,
            equivalent: None,
            validators,
        }
    }

    /// Whether neither a plan nor a state holds its value.
    pub fn is_write_only(&self) -> bool {
        self.write_only_for.is_some()
    }

    /// The attribute's type as core sees it.
    pub fn implied_type(&self) -> Type {
        self.kind.implied_type()
    }

    /// The attribute where it is only looked at: computed, whoever sets it elsewhere.
    ///
    /// The first sentence of its description says what it is, and stays; what
    /// follows says what becomes of a change.
    #[must_use]
    pub fn viewed(&self) -> Self {
        let first = self
            .description
            .find(". ")
            .map_or(&*self.description, |end| self.description.get(..=end).unwrap_or_default());
        Self {
            description: first.to_owned(),
            mode: Mode::Computed,
            sensitive: self.sensitive,
            ..Self::new(self.name, self.kind.viewed(), Vec::new())
        }
    }

    /// The attribute as an argument of an action, which computes nothing: the first sentence of its
    /// description says what it is, and what follows says what becomes of a change.
    #[must_use]
    pub fn invoked(&self) -> Self {
        let mode = if self.mode == Mode::Required { Mode::Required } else { Mode::Optional };
        Self {
            description: self.viewed().description,
            mode,
            sensitive: self.sensitive,
            ..Self::new(self.name, self.kind.invoked(), self.validators.clone())
        }
    }

    /// The attribute where others are looked for by it: an argument, with the checks that it has elsewhere.
    #[must_use]
    pub fn argument(&self, description: &str) -> Self {
        Self {
            description: description.to_owned(),
            sensitive: self.sensitive,
            equivalent: self.equivalent,
            ..Self::new(self.name, self.kind.clone(), self.validators.clone())
        }
    }
}

impl Kind {
    /// The same type where it is only looked at.
    #[must_use]
    pub fn viewed(&self) -> Self {
        match self {
            Self::Plain(ty) => Self::Plain(ty.clone()),
            Self::Nested(nesting, attributes) => {
                Self::Nested(*nesting, attributes.iter().map(Attribute::viewed).collect())
            }
        }
    }

    /// The same type where it is an argument of what is done once, which computes nothing.
    #[must_use]
    pub fn invoked(&self) -> Self {
        match self {
            Self::Plain(ty) => Self::Plain(ty.clone()),
            Self::Nested(nesting, attributes) => {
                Self::Nested(*nesting, attributes.iter().map(Attribute::invoked).collect())
            }
        }
    }

    /// The type as core sees it.
    pub fn implied_type(&self) -> Type {
        match self {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => nesting.of(implied_object(attributes, &[])),
        }
    }
}

impl Nesting {
    fn of(self, object: Type) -> Type {
        match self {
            Nesting::Single => object,
            Nesting::List => Type::List(Box::new(object)),
            Nesting::Set => Type::Set(Box::new(object)),
            Nesting::Map => Type::Map(Box::new(object)),
        }
    }
}

fn implied_object(attributes: &[Attribute], blocks: &[Block]) -> Type {
    let of_attributes = attributes.iter().map(|a| (a.name.to_owned(), a.implied_type()));
    let of_blocks = blocks
        .iter()
        .map(|b| (b.name.to_owned(), b.nesting.of(implied_object(&b.attributes, &b.blocks))));
    Type::Object(of_attributes.chain(of_blocks).collect::<BTreeMap<_, _>>())
}

/// A mistake in a schema, found by [`Schema::check`].
#[derive(Debug, PartialEq, Eq)]
pub struct SchemaMistake(pub String);

impl fmt::Display for SchemaMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names that Terraform keeps for itself in a resource block.
const RESERVED: [&str; 7] =
    ["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"];

impl Schema {
    /// The mistakes in the schema of a resource: those of any schema, and shapes from which older
    /// engines cannot generate configuration.
    ///
    /// Terraform before 1.9 and OpenTofu before 1.11 filter their own cached
    /// schema then: at a computed nested attribute they crash, and a computed
    /// leaf inside a nested one is missing from the plan that follows.
    pub fn check_resource(&self) -> Vec<SchemaMistake> {
        let mut mistakes = self.check();
        check_generable("", &self.attributes, &mut mistakes);
        mistakes.extend(write_only::mistakes(self).into_iter().map(SchemaMistake));
        mistakes
    }

    /// The mistakes in this schema: what core would refuse (protocol, e.1), and what our own rules ask for.
    pub fn check(&self) -> Vec<SchemaMistake> {
        let mut mistakes = Vec::new();
        if self.description.is_empty() {
            mistakes.push(SchemaMistake("the schema has no description".to_owned()));
        }
        for name in self.attributes.iter().map(|a| a.name) {
            if RESERVED.contains(&name) {
                mistakes.push(SchemaMistake(format!("{name}: the name is Terraform's own")));
            }
        }
        check_object("", &self.attributes, &self.blocks, &mut mistakes);
        mistakes
    }
}

fn check_object(
    prefix: &str,
    attributes: &[Attribute],
    blocks: &[Block],
    mistakes: &mut Vec<SchemaMistake>,
) {
    let mut names = BTreeSet::new();
    for name in attributes.iter().map(|a| a.name).chain(blocks.iter().map(|b| b.name)) {
        if !names.insert(name) {
            mistakes.push(SchemaMistake(format!("{prefix}{name}: the name is used twice")));
        }
    }
    for attribute in attributes {
        check_attribute(prefix, attribute, mistakes);
    }
    for block in blocks {
        let path = format!("{prefix}{}", block.name);
        if block.description.is_empty() {
            mistakes.push(SchemaMistake(format!("{path}: has no description")));
        }
        check_object(&format!("{path}."), &block.attributes, &block.blocks, mistakes);
    }
}

fn check_attribute(prefix: &str, attribute: &Attribute, mistakes: &mut Vec<SchemaMistake>) {
    let path = format!("{prefix}{}", attribute.name);
    let mut mistake = |wrong: &str| mistakes.push(SchemaMistake(format!("{path}: {wrong}")));
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if attribute.name.is_empty() || !attribute.name.chars().all(legal) {
        mistake("the name may hold only lower-case letters, digits and underscores");
    }
    if attribute.description.is_empty() {
        mistake("has no description");
    }
    if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
        mistake("only an optional + computed attribute can have a default");
    }
    if attribute.recompute != Recompute::Never && !attribute.mode.is_computed() {
        mistake("only a computed attribute can be recomputed");
    }
    if attribute.replace != Replace::Never && attribute.mode == Mode::Computed {
        mistake("a computed attribute cannot ask for replacement");
    }
    if attribute.local && !attribute.mode.is_configurable() {
        mistake("only a configurable attribute can be local");
    }
    if attribute.is_write_only() && !prefix.is_empty() {
        mistake("only a top-level attribute can be write-only");
    }
    if let Kind::Nested(nesting, children) = &attribute.kind {
        if *nesting == Nesting::Set && attribute.mode.is_configurable() {
            check_in_set(&format!("{path}."), children, mistakes);
        }
        check_object(&format!("{path}."), children, &[], mistakes);
    }
}

/// An element of a set is known by its content alone, at whatever depth: nothing in it can be paired
/// with a prior value, so nothing in it may need one.
fn check_in_set(prefix: &str, attributes: &[Attribute], mistakes: &mut Vec<SchemaMistake>) {
    for attribute in attributes {
        let path = format!("{prefix}{}", attribute.name);
        let mut mistake = |wrong: &str| mistakes.push(SchemaMistake(format!("{path}: {wrong}")));
        if attribute.mode.is_computed() && attribute.default.is_none() {
            mistake("computed attributes inside a set cannot be paired with prior ones");
        }
        if attribute.replace != Replace::Never {
            mistake("a replacement cannot be found inside a set");
        }
        if attribute.equivalent.is_some() {
            mistake("a prior spelling cannot be kept inside a set");
        }
        if let Kind::Nested(_, children) = &attribute.kind {
            check_in_set(&format!("{path}."), children, mistakes);
        }
    }
}

fn check_generable(prefix: &str, attributes: &[Attribute], mistakes: &mut Vec<SchemaMistake>) {
    for attribute in attributes {
        let path = format!("{prefix}{}", attribute.name);
        let mut mistake = |wrong: &str| mistakes.push(SchemaMistake(format!("{path}: {wrong}")));
        let is_nested = matches!(attribute.kind, Kind::Nested(..));
        match attribute.mode.is_configurable() {
            false if is_nested => mistake("what is computed alone needs a plain object type"),
            false if !prefix.is_empty() => {
                mistake("a nested attribute may hold only what can be configured");
            }
            _ => {}
        }
        if let Kind::Nested(_, children) = &attribute.kind {
            check_generable(&format!("{path}."), children, mistakes);
        }
    }
}
