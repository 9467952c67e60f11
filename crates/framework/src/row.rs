//! One attribute of a resource as one expression: mode, plan behaviour, documentation, checks and mappings.
//!
//! A row fills a builder `C` for the create call, a builder `U` for the update
//! call, and reads its value out of the answer `R`. Rows of nested objects have
//! no update call of their own (`U` is `()`): the whole object is sent.

use std::marker::PhantomData;
use std::sync::Arc;

use super::codec::Codec;
use super::diagnostics::Diagnostic;
use super::schema::{Attribute, Mode, Recompute, Replace};
use super::validators::Validator;
use wire::{AttributePath, Value};

type Fill<B> = Arc<dyn Fn(B, &Value, &AttributePath) -> Result<B, Diagnostic> + Send + Sync>;
type ReadValue<R> = Arc<dyn Fn(&R) -> Value + Send + Sync>;

/// An attribute with its mappings, whatever SDK types they go through.
pub struct Row<C, U, R> {
    /// What Terraform sees.
    pub attribute: Attribute,
    create: Option<Fill<C>>,
    update: Option<Fill<U>>,
    read: Option<ReadValue<R>>,
    sent_elsewhere: bool,
    updated_elsewhere: bool,
    /// What contradicts itself in the rows of its codec.
    inside: Vec<String>,
}

impl<C, U, R> Row<C, U, R> {
    /// Fills the create call's builder from the attribute of `object`.
    ///
    /// # Errors
    ///
    /// The value is not of the attribute's type.
    pub fn create_input(
        &self,
        builder: C,
        object: &Value,
        path: &AttributePath,
    ) -> Result<C, Diagnostic> {
        match &self.create {
            Some(fill) => self.fill(fill, builder, object, path),
            None => Ok(builder),
        }
    }

    /// Fills the update call's builder from the attribute of `object`; `None` without such a mapping.
    ///
    /// # Errors
    ///
    /// The value is not of the attribute's type.
    pub fn update_input(&self, builder: U, object: &Value) -> Option<Result<U, Diagnostic>> {
        let fill = self.update.as_ref()?;
        Some(self.fill(fill, builder, object, &AttributePath::root()))
    }

    fn fill<B>(
        &self,
        fill: &Fill<B>,
        builder: B,
        object: &Value,
        path: &AttributePath,
    ) -> Result<B, Diagnostic> {
        let name = self.attribute.name;
        fill(builder, object.get(name), &path.clone().attribute(name))
    }

    /// Whether the update call carries this attribute.
    pub fn is_updatable(&self) -> bool {
        self.update.is_some()
    }

    /// The value that the answer gives this attribute: null where it has none and there is no default.
    pub fn state(&self, answer: &R) -> Value {
        let value = self.read.as_ref().map_or(Value::Null, |read| read(answer));
        match (&value, &self.attribute.default) {
            (Value::Null, Some(default)) => default.clone(),
            _ => value,
        }
    }

    /// The row of an attribute that is given, and that no answer holds.
    pub fn given(attribute: Attribute) -> Self {
        Self {
            attribute,
            create: None,
            update: None,
            read: None,
            sent_elsewhere: false,
            updated_elsewhere: false,
            inside: Vec::new(),
        }
    }

    /// The row of an argument that the code which makes the call takes as it is.
    pub fn passed_on(attribute: Attribute) -> Self {
        Self { sent_elsewhere: true, ..Self::given(attribute) }
    }

    /// The row where its attribute is only looked at; `None` for what exists in Terraform alone.
    pub fn viewed(&self) -> Option<Row<(), (), R>>
    where
        R: 'static,
    {
        let (read, default) = (self.read.clone()?, self.attribute.default.clone());
        let read = move |answer: &R| match (read(answer), &default) {
            (Value::Null, Some(default)) => default.clone(),
            (value, _) => value,
        };
        Some(Row { read: Some(Arc::new(read)), ..Row::given(self.attribute.viewed()) })
    }

    /// The row where what it reads is part of another answer.
    #[must_use]
    pub fn within<W: 'static>(self, part: fn(&W) -> &R) -> Row<(), (), W>
    where
        R: 'static,
    {
        let read = self.read.clone();
        let read = read.map(|read| -> ReadValue<W> { Arc::new(move |whole| read(part(whole))) });
        Row { read, inside: self.inside, ..Row::given(self.attribute) }
    }

    /// Whether an answer holds the attribute.
    pub fn is_read(&self) -> bool {
        self.read.is_some()
    }

    /// Whether a call carries the attribute, or the code that makes the call goes by it.
    pub fn is_sent(&self) -> bool {
        self.create.is_some() || self.sent_elsewhere
    }

    /// What contradicts itself in this row, and in the rows inside it.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = self.mapping_mistakes();
        let Attribute { mode, replace, local, .. } = self.attribute;
        let changeable = self.update.is_some() || self.updated_elsewhere;
        // What exists in Terraform alone may be either: another value costs nothing, or means another object.
        if mode.is_configurable() && !local && changeable == replace.is_fixed() {
            let name = self.attribute.name;
            mistakes.push(format!("{name}: a change must either be an update or a replacement"));
        }
        mistakes
    }

    /// What contradicts itself in the mappings of this row and of those inside it. A nested row has no
    /// update call of its own, so this is all that can be asked of it.
    pub fn mapping_mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut mistake = |wrong: &str| {
            mistakes.push(format!("{}: {wrong}", self.attribute.name));
        };
        let Attribute { mode, local, .. } = self.attribute;
        let configurable = mode.is_configurable();
        if !configurable && (self.create.is_some() || self.update.is_some()) {
            mistake("a computed attribute cannot go into a request");
        }
        if local && (self.create.is_some() || self.update.is_some() || self.read.is_some()) {
            mistake("a local attribute has no mapping");
        }
        if configurable && !local && self.create.is_none() && !self.sent_elsewhere {
            mistake("a configurable attribute needs a create mapping, or to be local");
        }
        if !local && self.read.is_none() {
            mistake("nothing reads it back");
        }
        if !local {
            let name = self.attribute.name;
            mistakes.extend(self.inside.iter().map(|wrong| format!("{name}.{wrong}")));
        }
        mistakes
    }
}

/// A row under construction. Order of words: mode, plan behaviour, doc, validation, default, create, update, read.
pub struct TypedRow<C, U, R, I, O> {
    row: Row<C, U, R>,
    codec: Codec<I, O>,
    types: PhantomData<fn(I) -> O>,
}

/// An attribute of a nested object.
pub fn field<B, R, I: 'static, O: 'static>(
    name: &'static str,
    codec: Codec<I, O>,
) -> TypedRow<B, (), R, I, O> {
    TypedRow::new(name, codec)
}

impl<C, U, R, I, O> From<TypedRow<C, U, R, I, O>> for Row<C, U, R> {
    fn from(typed: TypedRow<C, U, R, I, O>) -> Self {
        typed.row
    }
}

impl<C, U, R, I: 'static, O: 'static> TypedRow<C, U, R, I, O> {
    /// An attribute of that name and type, with no mode, behaviour or mapping yet.
    pub fn new(name: &'static str, codec: Codec<I, O>) -> Self {
        let attribute = Attribute::new(name, codec.kind.clone(), codec.validators.clone());
        let row = Row {
            attribute,
            create: None,
            update: None,
            read: None,
            sent_elsewhere: false,
            updated_elsewhere: false,
            inside: codec.mistakes.clone(),
        };
        Self { row, codec, types: PhantomData }
    }

    fn change(mut self, change: impl FnOnce(&mut Attribute)) -> Self {
        change(&mut self.row.attribute);
        self
    }

    /// The configuration must set it.
    #[must_use]
    pub fn required(self) -> Self {
        self.change(|a| a.mode = Mode::Required)
    }

    /// The configuration may set it; otherwise it is null.
    #[must_use]
    pub fn optional(self) -> Self {
        self.change(|a| a.mode = Mode::Optional)
    }

    /// The provider sets it.
    #[must_use]
    pub fn computed(self) -> Self {
        self.change(|a| a.mode = Mode::Computed)
    }

    /// The configuration may set it; otherwise the provider does.
    #[must_use]
    pub fn optional_computed(self) -> Self {
        self.change(|a| a.mode = Mode::OptionalComputed)
    }

    /// It exists in Terraform alone: no call carries it, and no answer holds it.
    #[must_use]
    pub fn local(self) -> Self {
        self.change(|a| a.local = true)
    }

    /// It gives the value of another attribute to the create call, and neither a plan nor a state holds
    /// it: see [`write_only`](super::write_only).
    #[must_use]
    pub fn write_only_for(self, name: &'static str) -> Self {
        self.local().change(|a| a.write_only_for = Some(name))
    }

    /// It never changes, so a refresh keeps what state has: the service may tell less of it, or the
    /// same in other words, and a difference would replace the object.
    #[must_use]
    pub fn kept(self) -> Self {
        self.change(|a| a.kept = true)
    }

    /// Engines hide its value.
    #[must_use]
    pub fn sensitive(self) -> Self {
        self.change(|a| a.sensitive = true)
    }

    /// A known, different value needs a new object; a value that is unknown at plan does not.
    #[must_use]
    pub fn requires_replace(self) -> Self {
        self.change(|a| a.replace = Replace::WhenKnown)
    }

    /// Another value means another object; one that is unknown at plan may turn out to be the same.
    /// See [`Replace::Relocates`].
    #[must_use]
    pub fn relocates(self) -> Self {
        self.change(|a| a.replace = Replace::Relocates)
    }

    /// Another member of a [`one_of`](super::codec::one_of) needs a new object; see
    /// [`Replace::OfVariant`].
    #[must_use]
    pub fn requires_replace_of_variant(self) -> Self {
        self.change(|a| a.replace = Replace::OfVariant)
    }

    /// An update that calls the API may change it.
    #[must_use]
    pub fn unknown_on_update(self) -> Self {
        self.change(|a| a.recompute = Recompute::OnUpdate)
    }

    /// A change of one of these top-level attributes may change it.
    #[must_use]
    pub fn unknown_with(self, names: &'static [&'static str]) -> Self {
        self.change(|a| a.recompute = Recompute::With(names))
    }

    /// Two spellings that mean the same are no change; the prior one is kept.
    #[must_use]
    pub fn equivalent(self, same: fn(&Value, &Value) -> bool) -> Self {
        self.change(|a| a.equivalent = Some(same))
    }

    /// The resource's own code puts it into the create call, or decides by it where the call goes.
    #[must_use]
    pub fn sent_elsewhere(mut self) -> Self {
        self.row.sent_elsewhere = true;
        self
    }

    /// A change is made by calls of the resource's own rather than by the update call.
    #[must_use]
    pub fn updated_elsewhere(mut self) -> Self {
        self.row.updated_elsewhere = true;
        self
    }

    /// What practitioners read.
    #[must_use]
    pub fn doc(self, description: &str) -> Self {
        self.change(|a| a.description = description.to_owned())
    }

    /// One more check of configured values.
    #[must_use]
    pub fn validate(self, validator: Validator) -> Self {
        self.change(|a| a.validators.push(validator))
    }

    /// What holds when the configuration is silent, and when the service answers with nothing.
    #[must_use]
    pub fn default(self, value: Value) -> Self {
        self.change(|a| a.default = Some(value))
    }

    /// The create call carries it.
    #[must_use]
    pub fn create(mut self, set: impl Fn(C, Option<I>) -> C + Send + Sync + 'static) -> Self {
        let codec = self.codec.clone();
        self.row.create = Some(Arc::new(move |builder, value, path| {
            Ok(set(builder, codec.decode(value, path)?))
        }));
        self
    }

    /// The update call carries it.
    #[must_use]
    pub fn update(mut self, set: impl Fn(U, Option<I>) -> U + Send + Sync + 'static) -> Self {
        let codec = self.codec.clone();
        self.row.update = Some(Arc::new(move |builder, value, path| {
            Ok(set(builder, codec.decode(value, path)?))
        }));
        self
    }

    /// Where the answer holds it.
    #[must_use]
    pub fn read(mut self, get: impl Fn(&R) -> Option<O> + Send + Sync + 'static) -> Self {
        let codec = self.codec.clone();
        self.row.read = Some(Arc::new(move |answer| {
            get(answer).map_or(Value::Null, |value| codec.encode(&value))
        }));
        self
    }
}

#[cfg(test)]
mod tests;
