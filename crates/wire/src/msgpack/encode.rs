//! Values to bytes.

use rmp::encode::{self, ByteBuf};

use crate::conformity::{check_depth, typed_attributes, typed_elements};
use crate::error::{EncodeError, EncodeProblem};
use crate::value::normalised;
use crate::{Number, Step, Type, Value};

/// An unknown value without refinements: extension type 0 with one zero byte.
const UNKNOWN: [u8; 3] = [0xd4, 0x00, 0x00];

/// Writes `value`, which must be of type `ty`.
///
/// Null and unknown are of every type. An object must have exactly the
/// attributes of its type: one that is not set is null, not absent.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder { bytes: ByteBuf::new() };
    encoder.value(value, ty, 1)?;
    Ok(encoder.bytes.into_vec())
}

struct Encoder {
    bytes: ByteBuf,
}

impl Encoder {
    /// Writes the value at nesting `depth`, where the root has depth 1.
    fn value(&mut self, value: &Value, ty: &Type, depth: usize) -> Result<(), EncodeError> {
        check_depth(depth)?;
        match (value, ty) {
            (Value::Null, _) => self.nil(),
            (Value::Unknown, _) => self.bytes.as_mut_vec().extend(UNKNOWN),
            (Value::Bool(value), Type::Bool) => self.bool(*value),
            (Value::Number(number), Type::Number) => self.number(number)?,
            (Value::String(text), Type::String) => self.text(&normalised(text))?,
            (Value::Dynamic(typed), Type::Dynamic) => self.dynamic(&typed.1, &typed.0, depth)?,
            (Value::List(elements), Type::List(ty)) => {
                self.elements(elements.iter().map(|element| (element, &**ty)), depth)?;
            }
            (Value::Set(elements), Type::Set(ty)) => {
                self.elements(elements.iter().map(|element| (element, &**ty)), depth)
                    .map_err(EncodeError::within_set)?;
            }
            (Value::Tuple(elements), Type::Tuple(types)) => {
                self.elements(typed_elements(elements, types)?, depth)?;
            }
            (Value::Map(elements), Type::Map(ty)) => {
                let elements = elements.iter().map(|(key, element)| (key, element, &**ty));
                self.entries(elements, Step::Key, depth)?;
            }
            (Value::Object(attributes), Type::Object(types)) => {
                self.entries(typed_attributes(attributes, types)?, Step::Attribute, depth)?;
            }
            _ => return Err(EncodeProblem::mismatch(ty, value).into()),
        }
        Ok(())
    }

    fn elements<'a>(
        &mut self,
        elements: impl ExactSizeIterator<Item = (&'a Value, &'a Type)>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        let Ok(_) = encode::write_array_len(&mut self.bytes, length(elements.len())?);
        for (index, (element, ty)) in elements.enumerate() {
            self.value(element, ty, depth + 1).map_err(|err| err.within(Step::at(index)))?;
        }
        Ok(())
    }

    /// Writes a map or an object, whose `step` leads into an entry.
    fn entries<'a>(
        &mut self,
        entries: impl ExactSizeIterator<Item = (&'a String, &'a Value, &'a Type)>,
        step: fn(String) -> Step,
        depth: usize,
    ) -> Result<(), EncodeError> {
        let Ok(_) = encode::write_map_len(&mut self.bytes, length(entries.len())?);
        for (key, value, ty) in entries {
            self.text(&normalised(key))?;
            self.value(value, ty, depth + 1).map_err(|err| err.within(step(key.clone())))?;
        }
        Ok(())
    }

    fn dynamic(&mut self, value: &Value, ty: &Type, depth: usize) -> Result<(), EncodeError> {
        let ty_json = ty.to_json().to_string();
        let ty_length = length(ty_json.len())?;
        let Ok(_) = encode::write_array_len(&mut self.bytes, 2);
        let Ok(_) = encode::write_bin_len(&mut self.bytes, ty_length);
        self.bytes.as_mut_vec().extend(ty_json.as_bytes());
        self.value(value, ty, depth + 1)
    }

    fn number(&mut self, number: &Number) -> Result<(), EncodeError> {
        if let Some(integer) = number.as_i64() {
            let Ok(_) = encode::write_sint(&mut self.bytes, integer);
            return Ok(());
        }
        if !number.is_integer()
            && let Some(float) = number.as_exact_f64()
        {
            let Ok(()) = encode::write_f64(&mut self.bytes, float);
            return Ok(());
        }
        self.text(&number.to_string())
    }

    fn text(&mut self, text: &str) -> Result<(), EncodeError> {
        let Ok(_) = encode::write_str_len(&mut self.bytes, length(text.len())?);
        self.bytes.as_mut_vec().extend(text.as_bytes());
        Ok(())
    }

    fn bool(&mut self, value: bool) {
        let Ok(()) = encode::write_bool(&mut self.bytes, value);
    }

    fn nil(&mut self) {
        let Ok(()) = encode::write_nil(&mut self.bytes);
    }
}

fn length(length: usize) -> Result<u32, EncodeError> {
    u32::try_from(length).map_err(|_| EncodeProblem::TooLong.into())
}
