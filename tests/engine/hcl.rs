//! Configurations in HCL, as far as scenarios use it, as programs for the engine in small.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use cleanrooms_provider::framework::schema::{Block as BlockSchema, Nesting, Schema};
use cleanrooms_provider::framework::testing::{
    Declared, Evaluate, Import, Imported, Lifecycle, Move, Program, ProviderBlock, Scope, Trigger,
};
use cleanrooms_provider::wire::{AttributePath, Number, Type, Value};
use hcl::expr::{Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl::template::{Element, Template};
use hcl::{Block, Body};

/// What a configuration is read with.
pub struct Reader<'a> {
    /// The schema of a resource type; none for an unknown one.
    pub schema: &'a dyn Fn(&str) -> Option<Schema>,
    /// The schema of the provider block.
    pub provider: &'a Schema,
    /// The values of input variables.
    pub variables: BTreeMap<String, String>,
}

/// What expressions can see.
#[derive(Clone)]
struct Names {
    variables: Arc<BTreeMap<String, String>>,
    /// The addresses that are declared.
    addresses: Arc<BTreeSet<String>>,
    /// The variables of `for`.
    local: BTreeMap<String, Value>,
}

impl Reader<'_> {
    /// Reads the text of all files of a configuration together.
    pub fn read(&self, text: &str) -> Result<Program> {
        let body = hcl::parse(text).context("reading the configuration")?;
        let blocks: Vec<&Block> = body.blocks().collect();
        let addresses = blocks.iter().map(|block| addresses(block)).collect::<Result<Vec<_>>>()?;
        let names = Names {
            variables: Arc::new(self.variables(&blocks)?),
            addresses: Arc::new(addresses.into_iter().flatten().collect()),
            local: BTreeMap::new(),
        };
        let mut program = Program::default();
        for block in blocks {
            match block.identifier() {
                "resource" => program.instances.extend(self.resource(block, &names)?),
                "action" => program.actions.push(self.action(block, &names)?),
                "data" => program.data.extend(self.resource(block, &names)?),
                "provider" => {
                    let (alias, read) = self.provider_block(block, &names)?;
                    program.providers.insert(alias, read);
                }
                "import" => program.imports.push(import(block, &names)?),
                "moved" => program.moves.push(moved(block)?),
                "variable" | "terraform" => {}
                other => bail!("the engine in small knows no `{other}` block"),
            }
        }
        Ok(program)
    }

    /// The variables that are given, and the defaults of others.
    fn variables(&self, blocks: &[&Block]) -> Result<BTreeMap<String, String>> {
        let mut variables = self.variables.clone();
        for block in blocks.iter().filter(|block| block.identifier() == "variable") {
            let default = block.body.attributes().find(|attribute| attribute.key() == "default");
            if let Some(Expression::String(default)) = default.map(|attribute| &attribute.expr) {
                variables.entry(label(block, 0)?.to_owned()).or_insert(default.clone());
            }
        }
        Ok(variables)
    }

    fn resource(&self, block: &Block, names: &Names) -> Result<Vec<Declared>> {
        let type_name = label(block, 0)?;
        let named = format!("{}{type_name}", prefix(block));
        let schema = (self.schema)(&named).with_context(|| format!("there is no {named}"))?;
        let mut provider = String::new();
        let mut arguments = Vec::new();
        for attribute in block.body.attributes() {
            match attribute.key() {
                "count" | "depends_on" => {}
                "provider" => provider = alias(&attribute.expr)?,
                key => arguments.push((key.to_owned(), attribute.expr.clone())),
            }
        }
        let lifecycle = match block.body.blocks().next() {
            None => Lifecycle::default(),
            Some(block) if block.identifier() == "lifecycle" => lifecycle(block, names)?,
            Some(block) => bail!("{type_name} has no block `{}`", block.identifier()),
        };
        let mut refers_to = BTreeSet::new();
        for (_, expr) in &arguments {
            references(expr, names, &mut refers_to);
        }
        if let Some(attribute) = block.body.attributes().find(|one| one.key() == "depends_on") {
            references(&attribute.expr, names, &mut refers_to);
        }
        let config = evaluated(schema.implied_type(), arguments, names.clone())?;
        let instance = |address| Declared {
            address,
            type_name: type_name.to_owned(),
            provider: provider.clone(),
            refers_to: refers_to.clone(),
            config: Arc::clone(&config),
            lifecycle: lifecycle.clone(),
        };
        Ok(addresses(block)?.into_iter().map(instance).collect())
    }

    /// An action, whose arguments stand in a block of its own.
    fn action(&self, block: &Block, names: &Names) -> Result<Declared> {
        let type_name = label(block, 0)?;
        let named = format!("action.{type_name}");
        let schema = (self.schema)(&named).with_context(|| format!("there is no {named}"))?;
        let mut provider = String::new();
        for attribute in block.body.attributes() {
            match attribute.key() {
                "provider" => provider = alias(&attribute.expr)?,
                key => bail!("the engine in small knows no `{key}` of an action"),
            }
        }
        let config = block.body.blocks().find(|block| block.identifier() == "config");
        let arguments = config.into_iter().flat_map(|config| config.body.attributes());
        let arguments: Vec<_> =
            arguments.map(|one| (one.key().to_owned(), one.expr.clone())).collect();
        let mut refers_to = BTreeSet::new();
        for (_, expr) in &arguments {
            references(expr, names, &mut refers_to);
        }
        Ok(Declared {
            address: format!("{named}.{}", label(block, 1)?),
            type_name: type_name.to_owned(),
            provider,
            refers_to,
            config: evaluated(schema.implied_type(), arguments, names.clone())?,
            lifecycle: Lifecycle::default(),
        })
    }

    fn provider_block(&self, block: &Block, names: &Names) -> Result<(String, ProviderBlock)> {
        let mut refers_to = BTreeSet::new();
        let mut alias = String::new();
        for attribute in block.body.attributes().filter(|one| one.key() == "alias") {
            let Expression::String(name) = &attribute.expr else { bail!("an alias is a text") };
            alias.clone_from(name);
        }
        references_of_body(&block.body, names, &mut refers_to);
        let (ty, body, names) = (self.provider.implied_type(), block.body.clone(), names.clone());
        let blocks = self.provider.blocks.clone();
        let config: Evaluate = Arc::new(move |scope| {
            let loose = body_value(&body, &blocks, &names, scope).expect("it can be evaluated");
            conform(&loose, &ty).expect("it fits the schema")
        });
        config(&Scope::default());
        Ok((alias, ProviderBlock { refers_to, config }))
    }
}

/// The addresses of a resource block's instances.
fn addresses(block: &Block) -> Result<Vec<String>> {
    if !["resource", "data"].contains(&block.identifier()) {
        return Ok(Vec::new());
    }
    let base = format!("{}{}.{}", prefix(block), label(block, 0)?, label(block, 1)?);
    match block.body.attributes().find(|attribute| attribute.key() == "count") {
        None => Ok(vec![base]),
        Some(attribute) => match &attribute.expr {
            Expression::Number(count) => {
                let count = count.as_u64().context("a count is a whole number")?;
                Ok((0..count).map(|index| format!("{base}[{index}]")).collect())
            }
            other => bail!("the engine in small cannot count {other:?}"),
        },
    }
}

/// What goes before the type of a data source.
fn prefix(block: &Block) -> &'static str {
    if block.identifier() == "data" { "data." } else { "" }
}

fn label(block: &Block, position: usize) -> Result<&str> {
    Ok(block.labels.get(position).context("a block lacks a label")?.as_str())
}

/// `cleanrooms.partner` is the alias `partner`.
fn alias(expr: &Expression) -> Result<String> {
    match expr {
        Expression::Traversal(traversal) => match &traversal.operators[..] {
            [TraversalOperator::GetAttr(alias)] => Ok(alias.to_string()),
            _ => bail!("no provider is called {traversal:?}"),
        },
        _ => Ok(String::new()),
    }
}

fn lifecycle(block: &Block, names: &Names) -> Result<Lifecycle> {
    let mut lifecycle = Lifecycle::default();
    for block in block.body.blocks() {
        match block.identifier() {
            "action_trigger" => lifecycle.action_triggers.push(trigger(block)?),
            other => bail!("the engine in small knows no `{other}` in a lifecycle"),
        }
    }
    for attribute in block.body.attributes() {
        match (attribute.key(), &attribute.expr) {
            ("create_before_destroy", Expression::Bool(first)) => {
                lifecycle.create_before_destroy = *first;
            }
            ("ignore_changes", Expression::Array(ignored)) => {
                for one in ignored {
                    let Expression::Variable(name) = one else { bail!("cannot ignore {one:?}") };
                    lifecycle.ignore_changes.push(name.to_string());
                }
            }
            ("replace_triggered_by", Expression::Array(triggers)) => {
                for trigger in triggers {
                    let Expression::Traversal(trigger) = trigger else { bail!("no trigger") };
                    let (address, rest) =
                        address_of(trigger, names).context("an unknown trigger")?;
                    let path =
                        rest.iter().try_fold(AttributePath::root(), |path, step| match step {
                            TraversalOperator::GetAttr(name) => Ok(path.attribute(name.as_str())),
                            other => bail!("a trigger with {other:?}"),
                        })?;
                    lifecycle.replace_triggered_by.push((address, path));
                }
            }
            (key, _) => bail!("the engine in small knows no `{key}` in a lifecycle"),
        }
    }
    Ok(lifecycle)
}

fn trigger(block: &Block) -> Result<Trigger> {
    let mut trigger = Trigger { events: Vec::new(), actions: Vec::new() };
    for attribute in block.body.attributes() {
        let Expression::Array(items) = &attribute.expr else { bail!("a trigger without a list") };
        for item in items {
            match (attribute.key(), item) {
                ("events", Expression::Variable(event)) => trigger.events.push(event.to_string()),
                ("actions", Expression::Traversal(action)) => {
                    trigger.actions.push(written(action)?);
                }
                (key, item) => bail!("the engine in small knows no {item:?} in `{key}`"),
            }
        }
    }
    Ok(trigger)
}

fn import(block: &Block, names: &Names) -> Result<Import> {
    let mut to = None;
    let mut what = None;
    for attribute in block.body.attributes() {
        match attribute.key() {
            "to" => {
                let Expression::Traversal(target) = &attribute.expr else { bail!("no target") };
                to = Some(match address_of(target, names) {
                    Some((address, _)) => address,
                    None => bail!("the engine in small generates no configuration"),
                });
            }
            "id" => {
                let id = evaluate(&attribute.expr, names, &Scope::default())?;
                what = Some(Imported::Id(text(&id)?));
            }
            "identity" => {
                let given = evaluate(&attribute.expr, names, &Scope::default())?;
                what = Some(Imported::Identity(given));
            }
            _ => {}
        }
    }
    Ok(Import {
        to: to.context("an import without a target")?,
        what: what.context("an import of nothing")?,
    })
}

fn moved(block: &Block) -> Result<Move> {
    let end = |name: &str| {
        let found = block.body.attributes().find(|one| one.key() == name);
        match found.map(|attribute| &attribute.expr) {
            Some(Expression::Traversal(traversal)) => written(traversal),
            _ => bail!("a move without `{name}`"),
        }
    };
    Ok(Move { from: end("from")?, to: end("to")? })
}

/// An address of any type, as it stands there.
fn written(traversal: &Traversal) -> Result<String> {
    let Expression::Variable(type_name) = &traversal.expr else { bail!("no address") };
    let mut address = type_name.to_string();
    for step in &traversal.operators {
        match step {
            TraversalOperator::GetAttr(name) => address.push_str(&format!(".{name}")),
            TraversalOperator::Index(Expression::Number(index)) => {
                address.push_str(&format!("[{index}]"));
            }
            other => bail!("an address with {other:?}"),
        }
    }
    Ok(address)
}

/// The function that gives a resource's arguments. That it fits the schema is
/// tried with everything unknown.
fn evaluated(ty: Type, arguments: Vec<(String, Expression)>, names: Names) -> Result<Evaluate> {
    let evaluate_all = move |scope: &Scope| -> Result<Value> {
        let mut object = BTreeMap::new();
        for (name, expr) in &arguments {
            let value = evaluate(expr, &names, scope).with_context(|| format!("in {name}"))?;
            object.insert(name.clone(), value);
        }
        conform(&Value::Object(object), &ty)
    };
    evaluate_all(&Scope::default())?;
    Ok(Arc::new(move |scope| evaluate_all(scope).expect("what fits while unknown fits later")))
}

fn body_value(body: &Body, schemas: &[BlockSchema], names: &Names, scope: &Scope) -> Result<Value> {
    let mut object = BTreeMap::new();
    for attribute in body.attributes().filter(|one| !["alias", "version"].contains(&one.key())) {
        object.insert(attribute.key().to_owned(), evaluate(&attribute.expr, names, scope)?);
    }
    for schema in schemas {
        let found = body.blocks().filter(|block| block.identifier() == schema.name);
        let found: Vec<Value> = found
            .map(|block| body_value(&block.body, &schema.blocks, names, scope))
            .collect::<Result<_>>()?;
        let value = match schema.nesting {
            Nesting::Single => found.into_iter().next().unwrap_or_default(),
            _ => Value::Tuple(found),
        };
        object.insert(schema.name.to_owned(), value);
    }
    Ok(Value::Object(object))
}

// References.

fn references_of_body(body: &Body, names: &Names, found: &mut BTreeSet<String>) {
    body.attributes().for_each(|attribute| references(&attribute.expr, names, found));
    body.blocks().for_each(|block| references_of_body(&block.body, names, found));
}

/// Collects the declared addresses that an expression mentions.
fn references(expr: &Expression, names: &Names, found: &mut BTreeSet<String>) {
    let mut each = |expr: &Expression| references(expr, names, found);
    match expr {
        Expression::Array(items) => items.iter().for_each(each),
        Expression::Object(members) => members.iter().for_each(|(key, value)| {
            if let ObjectKey::Expression(key) = key {
                each(key);
            }
            each(value);
        }),
        Expression::TemplateExpr(template) => {
            for element in Template::from_expr(template).iter().flat_map(|one| one.elements()) {
                if let Element::Interpolation(interpolation) = element {
                    each(&interpolation.expr);
                }
            }
        }
        Expression::Traversal(traversal) => {
            if let Some((address, _)) = address_of(traversal, names) {
                found.insert(address);
            } else {
                each(&traversal.expr);
            }
        }
        Expression::FuncCall(call) => call.args.iter().for_each(each),
        Expression::Parenthesis(inner) => each(inner),
        Expression::Conditional(conditional) => {
            each(&conditional.cond_expr);
            each(&conditional.true_expr);
            each(&conditional.false_expr);
        }
        Expression::ForExpr(for_expr) => {
            each(&for_expr.collection_expr);
            for_expr.key_expr.iter().for_each(&mut each);
            each(&for_expr.value_expr);
        }
        _ => {}
    }
}

/// The declared address at the head of a traversal, and what follows it.
fn address_of<'a>(
    traversal: &'a Traversal,
    names: &Names,
) -> Option<(String, &'a [TraversalOperator])> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let (base, rest) = match &traversal.operators[..] {
        [TraversalOperator::GetAttr(ty), TraversalOperator::GetAttr(name), rest @ ..]
            if root.as_str() == "data" =>
        {
            (format!("data.{}.{}", ty.as_str(), name.as_str()), rest)
        }
        [TraversalOperator::GetAttr(name), rest @ ..] => {
            (format!("{}.{}", root.as_str(), name.as_str()), rest)
        }
        _ => return None,
    };
    if names.addresses.contains(&base) {
        return Some((base, rest));
    }
    let [TraversalOperator::Index(Expression::Number(index)), rest @ ..] = rest else {
        return None;
    };
    let instance = format!("{base}[{index}]");
    names.addresses.contains(&instance).then_some((instance, rest))
}

// Values.

fn evaluate(expr: &Expression, names: &Names, scope: &Scope) -> Result<Value> {
    let each = |expr: &Expression| evaluate(expr, names, scope);
    Ok(match expr {
        Expression::Null => Value::Null,
        Expression::Bool(value) => Value::Bool(*value),
        Expression::Number(number) => {
            Value::Number(number.to_string().parse::<Number>().context("a number")?)
        }
        Expression::String(text) => Value::string(text.clone()),
        Expression::Array(items) => Value::Tuple(items.iter().map(each).collect::<Result<_>>()?),
        Expression::Object(members) => {
            let mut object = BTreeMap::new();
            for (key, value) in members.iter() {
                let key = match key {
                    ObjectKey::Identifier(name) => Value::string(name.as_str()),
                    ObjectKey::Expression(key) => each(key)?,
                    other => bail!("an object with the key {other:?}"),
                };
                if key.is_unknown() {
                    return Ok(Value::Unknown);
                }
                object.insert(text(&key)?, each(value)?);
            }
            Value::Object(object)
        }
        Expression::TemplateExpr(template) => {
            let mut written = String::new();
            for element in Template::from_expr(template)?.elements() {
                match element {
                    Element::Literal(literal) => written.push_str(literal),
                    Element::Interpolation(interpolation) => match each(&interpolation.expr)? {
                        Value::Unknown => return Ok(Value::Unknown),
                        known => written.push_str(&text(&known)?),
                    },
                    Element::Directive(_) => bail!("the engine in small knows no directives"),
                }
            }
            Value::string(written)
        }
        Expression::Variable(name) => {
            let local = names.local.get(name.as_str());
            local.cloned().with_context(|| format!("nothing is called {}", name.as_str()))?
        }
        Expression::Traversal(traversal) => follow(traversal, names, scope)?,
        Expression::FuncCall(call) => called(call, names, scope)?,
        Expression::Parenthesis(inner) => each(inner)?,
        Expression::Conditional(conditional) => match each(&conditional.cond_expr)? {
            Value::Unknown => Value::Unknown,
            Value::Bool(true) => each(&conditional.true_expr)?,
            Value::Bool(false) => each(&conditional.false_expr)?,
            other => bail!("{other} is neither true nor false"),
        },
        Expression::ForExpr(for_expr) => for_each(for_expr, names, scope)?,
        other => bail!("the engine in small cannot evaluate {other:?}"),
    })
}

fn follow(traversal: &Traversal, names: &Names, scope: &Scope) -> Result<Value> {
    let variable = match (&traversal.expr, traversal.operators.first()) {
        (Expression::Variable(root), Some(TraversalOperator::GetAttr(name)))
            if root.as_str() == "var" =>
        {
            let value = names.variables.get(name.as_str());
            Some(value.with_context(|| format!("no variable is called {}", name.as_str()))?)
        }
        _ => None,
    };
    let (mut value, rest) = match (variable, address_of(traversal, names)) {
        (Some(variable), _) => (Value::string(variable.clone()), &traversal.operators[1..]),
        (None, Some((address, rest))) => (scope.get(&address).clone(), rest),
        (None, None) => (evaluate(&traversal.expr, names, scope)?, &traversal.operators[..]),
    };
    for step in rest {
        if value.is_unknown() {
            break;
        }
        value = match step {
            TraversalOperator::GetAttr(name) => value.get(name.as_str()).clone(),
            TraversalOperator::Index(index) => match evaluate(index, names, scope)? {
                Value::Unknown => Value::Unknown,
                Value::Number(index) => {
                    let index: usize = index.to_string().parse().context("an index")?;
                    elements(&value)?
                        .into_iter()
                        .nth(index)
                        .map(|(_, one)| one)
                        .context("no such element")?
                }
                key => value.get(&text(&key)?).clone(),
            },
            other => bail!("the engine in small cannot follow {other:?}"),
        };
    }
    Ok(value)
}

fn called(call: &FuncCall, names: &Names, scope: &Scope) -> Result<Value> {
    let arguments: Vec<Value> =
        call.args.iter().map(|one| evaluate(one, names, scope)).collect::<Result<_>>()?;
    if arguments.iter().any(Value::is_unknown) {
        return Ok(Value::Unknown);
    }
    match (call.name.name.as_str(), &arguments[..]) {
        ("merge", objects) => {
            let mut merged = BTreeMap::new();
            for object in objects {
                merged.extend(
                    elements(object)?
                        .into_iter()
                        .map(|(key, value)| (text(&key).unwrap_or_default(), value)),
                );
            }
            Ok(Value::Object(merged))
        }
        ("join", [separator, list]) => {
            let parts: Vec<String> =
                elements(list)?.iter().map(|(_, part)| text(part)).collect::<Result<_>>()?;
            Ok(Value::string(parts.join(&text(separator)?)))
        }
        ("range", [end]) => {
            let end: i64 = text(end)?.parse().context("a range")?;
            Ok(Value::Tuple((0..end).map(Value::from).collect()))
        }
        ("one", [collection]) => match elements(collection)?.as_slice() {
            [] => Ok(Value::Null),
            [(_, only)] => Ok(only.clone()),
            several => bail!("`one` of {} elements", several.len()),
        },
        (name, _) => bail!("the engine in small knows no function `{name}` of so many arguments"),
    }
}

fn for_each(for_expr: &ForExpr, names: &Names, scope: &Scope) -> Result<Value> {
    let collection = evaluate(&for_expr.collection_expr, names, scope)?;
    if collection.is_unknown() {
        return Ok(Value::Unknown);
    }
    ensure!(for_expr.cond_expr.is_none(), "the engine in small knows no condition in a `for`");
    let (mut list, mut object) = (Vec::new(), BTreeMap::new());
    for (key, value) in elements(&collection)? {
        let mut names = names.clone();
        if let Some(name) = &for_expr.key_var {
            names.local.insert(name.to_string(), key);
        }
        names.local.insert(for_expr.value_var.to_string(), value);
        let value = evaluate(&for_expr.value_expr, &names, scope)?;
        match &for_expr.key_expr {
            None => list.push(value),
            Some(key) => match evaluate(key, &names, scope)? {
                Value::Unknown => return Ok(Value::Unknown),
                key => {
                    object.insert(text(&key)?, value);
                }
            },
        }
    }
    Ok(if for_expr.key_expr.is_some() { Value::Object(object) } else { Value::Tuple(list) })
}

/// Keys and elements of any collection.
fn elements(value: &Value) -> Result<Vec<(Value, Value)>> {
    Ok(match value {
        Value::Dynamic(dynamic) => elements(&dynamic.1)?,
        Value::Object(members) | Value::Map(members) => {
            members.iter().map(|(key, one)| (Value::string(key.clone()), one.clone())).collect()
        }
        Value::Tuple(items) => {
            (0i64..).zip(items).map(|(index, one)| (index.into(), one.clone())).collect()
        }
        Value::List(_) => (0i64..)
            .zip(value.as_elements())
            .map(|(index, one)| (index.into(), one.clone()))
            .collect(),
        Value::Set(_) => value.as_elements().map(|one| (one.clone(), one.clone())).collect(),
        other => bail!("{other} has no elements"),
    })
}

fn text(value: &Value) -> Result<String> {
    match value {
        Value::Dynamic(dynamic) => text(&dynamic.1),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        other => bail!("{other} is no text"),
    }
}

/// Converts what was written to what the schema says, as core does.
fn conform(value: &Value, ty: &Type) -> Result<Value> {
    let each = |values: Vec<(Value, Value)>, ty: &Type| -> Result<Vec<Value>> {
        values.iter().map(|(_, one)| conform(one, ty)).collect()
    };
    Ok(match (value, ty) {
        (Value::Null, _) => Value::Null,
        (Value::Unknown, _) => Value::Unknown,
        (Value::Dynamic(_), Type::Dynamic) => value.clone(),
        (known, Type::Dynamic) => {
            let ty = type_of(known);
            Value::Dynamic(Box::new((ty.clone(), conform(known, &ty)?)))
        }
        (Value::Dynamic(dynamic), ty) => conform(&dynamic.1, ty)?,
        (_, Type::String) => Value::string(text(value)?),
        (Value::Bool(_), Type::Bool) | (Value::Number(_), Type::Number) => value.clone(),
        (Value::String(text), Type::Bool) => Value::Bool(text.parse().context("a bool")?),
        (Value::String(text), Type::Number) => Value::Number(text.parse().context("a number")?),
        (_, Type::List(ty)) => Value::list(each(elements(value)?, ty)?),
        (_, Type::Set(ty)) => Value::set(each(elements(value)?, ty)?),
        (_, Type::Tuple(types)) => {
            let items = elements(value)?;
            let items = items.iter().zip(types).map(|((_, one), ty)| conform(one, ty));
            Value::Tuple(items.collect::<Result<_>>()?)
        }
        (Value::Object(members) | Value::Map(members), Type::Map(ty)) => {
            let members = members.iter().map(|(key, one)| Ok((key.clone(), conform(one, ty)?)));
            Value::Map(members.collect::<Result<_>>()?)
        }
        (Value::Object(members) | Value::Map(members), Type::Object(types)) => {
            let stranger = members.keys().find(|name| !types.contains_key(*name));
            ensure!(stranger.is_none(), "Unsupported argument {stranger:?}");
            let members = types.iter().map(|(name, ty)| {
                let member = members.get(name).unwrap_or(&Value::Null);
                Ok((name.clone(), conform(member, ty).with_context(|| format!("in {name}"))?))
            });
            Value::Object(members.collect::<Result<_>>()?)
        }
        (other, ty) => bail!("{other} is no {ty}"),
    })
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::Tuple(items) => Type::Tuple(items.iter().map(type_of).collect()),
        Value::Object(members) => {
            Type::Object(members.iter().map(|(name, one)| (name.clone(), type_of(one))).collect())
        }
        Value::Map(members) => {
            Type::Map(Box::new(members.values().next().map_or(Type::String, type_of)))
        }
        Value::List(_) | Value::Set(_) => {
            Type::list(value.as_elements().next().map_or(Type::String, type_of))
        }
        Value::Dynamic(dynamic) => dynamic.0.clone(),
        Value::Null | Value::Unknown => Type::Dynamic,
    }
}
