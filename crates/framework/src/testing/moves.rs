//! Moved objects: another address, and maybe another type.

use super::core::{Core, Said};
use super::program::{Move, Program};
use super::state::{Place, State, Stored};
use crate::moving::Source;
use crate::{Diagnostic, Provider};
use wire::{Type, Value, json};

/// The state with every move made, before anything is planned; and what was said of it.
pub(super) fn moved<P: Provider>(core: &Core<P>, program: &Program) -> (State, Vec<Said>) {
    let (mut state, mut said) = (core.state.clone(), Vec::new());
    for one in &program.moves {
        if let Err(diagnostic) = moved_one(core, program, one, &mut state) {
            said.push(Said { address: None, diagnostic });
        }
    }
    (state, said)
}

fn moved_one<P: Provider>(
    core: &Core<P>,
    program: &Program,
    Move { from, to }: &Move,
    state: &mut State,
) -> Result<(), Diagnostic> {
    let Some(declared) = program.instance(to).filter(|_| state.get(to).is_none()) else {
        return Ok(());
    };
    let places: Vec<Place> =
        state.objects.keys().filter(|it| it.address == *from).cloned().collect();
    for place in places {
        let Some(mut stored) = state.objects.remove(&place) else { continue };
        // Terraform converts no deposed object, but takes it along under the new type.
        if stored.type_name != declared.type_name && place.deposed.is_none() {
            stored = converted(core, &declared.type_name, stored)?;
        }
        stored.type_name.clone_from(&declared.type_name);
        stored.provider.clone_from(&declared.provider);
        let place = Place { address: to.clone(), deposed: place.deposed };
        state.objects.insert(place, stored);
    }
    Ok(())
}

/// An object of another type, as the provider has it.
fn converted<P: Provider>(
    core: &Core<P>,
    type_name: &str,
    stored: Stored,
) -> Result<Stored, Diagnostic> {
    let broken = |detail: String| Diagnostic::error("Provider returned invalid value", detail);
    let Some(resource) = core.resources.get(type_name) else {
        return Err(broken(format!("there is no {type_name}")));
    };
    let moved = resource.move_here(Source {
        // All that some engines tell of it.
        provider: stored.type_name.split('_').next().unwrap_or_default(),
        type_name: &stored.type_name,
        version: stored.version,
        state: &stored.attributes,
        private: &stored.private,
        identity: stored.identity.as_deref().unwrap_or_default(),
    })?;
    if moved.state.is_null() {
        return Err(broken("an object that is moved is there".to_owned()));
    }
    let encoded = |value: &Value, ty: &Type| {
        json::encode(value, ty).map_err(|err| broken(format!("{value} is not what it says: {err}")))
    };
    let identity_ty = resource.identity_schema().implied_type();
    Ok(Stored {
        attributes: encoded(&moved.state, &resource.schema().implied_type())?,
        version: resource.schema().version,
        private: moved.private.to_bytes(),
        identity: match moved.identity {
            Value::Null => None,
            identity => Some(encoded(&identity, &identity_ty)?),
        },
        ..stored
    })
}
