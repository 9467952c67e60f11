//! Bytes to values.

use std::collections::BTreeMap;

use rmp::Marker;

use crate::error::{DecodeError, DecodeProblem, MAX_DEPTH, kind_of_type};
use crate::value::normalised;
use crate::{Number, Step, Type, Value};

/// Reads a value of type `ty`, which must be all that `bytes` hold.
///
/// Strings and map keys come out in normalisation form C, and equal known
/// elements of a set become one. Every extension reads as unknown, whatever
/// refinements it carries.
///
/// Memory and time are in proportion to the length of `bytes`, whatever
/// lengths they claim; nesting is bounded by [`MAX_DEPTH`].
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut decoder = Decoder { rest: bytes };
    let value = decoder.value(ty, 1)?;
    match decoder.rest.len() {
        0 => Ok(value),
        trailing => Err(DecodeProblem::TrailingBytes(trailing).into()),
    }
}

struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    /// Reads the value at nesting `depth`, where the root has depth 1.
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeProblem::TooDeep.into());
        }
        let marker = self.marker()?;
        if marker == Marker::Null {
            return Ok(Value::Null);
        }
        if let Some(length) = self.extension_length(marker)? {
            self.take(length)?;
            return Ok(Value::Unknown);
        }
        let mismatch = || mismatch(ty, marker);
        match ty {
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => Err(mismatch()),
            },
            Type::Number => self.number(marker).map(Value::Number),
            Type::String => {
                let length = self.text_length(marker)?.ok_or_else(mismatch)?;
                Ok(Value::string(self.text(length)?))
            }
            Type::Dynamic => match self.array_length(marker)? {
                Some(2) => self.dynamic(depth),
                _ => Err(mismatch()),
            },
            Type::List(element) => {
                let length = self.array_length(marker)?.ok_or_else(mismatch)?;
                self.elements(length, element, depth).map(Value::List)
            }
            Type::Set(element) => {
                let length = self.array_length(marker)?.ok_or_else(mismatch)?;
                let elements = self.elements(length, element, depth);
                elements.map(Value::set).map_err(DecodeError::within_set)
            }
            Type::Tuple(types) => {
                let length = self.array_length(marker)?.ok_or_else(mismatch)?;
                self.tuple(length, types, depth)
            }
            Type::Map(element) => {
                let length = self.map_length(marker)?.ok_or_else(mismatch)?;
                self.map(length, element, depth)
            }
            Type::Object(attributes) => {
                let length = self.map_length(marker)?.ok_or_else(mismatch)?;
                self.object(length, attributes, depth)
            }
        }
    }

    fn number(&mut self, marker: Marker) -> Result<Number, DecodeError> {
        Ok(match marker {
            Marker::FixPos(number) => i64::from(number).into(),
            Marker::FixNeg(number) => i64::from(number).into(),
            Marker::U8 => i64::from(u8::from_be_bytes(self.array()?)).into(),
            Marker::U16 => i64::from(u16::from_be_bytes(self.array()?)).into(),
            Marker::U32 => i64::from(u32::from_be_bytes(self.array()?)).into(),
            Marker::U64 => u64::from_be_bytes(self.array()?).into(),
            Marker::I8 => i64::from(i8::from_be_bytes(self.array()?)).into(),
            Marker::I16 => i64::from(i16::from_be_bytes(self.array()?)).into(),
            Marker::I32 => i64::from(i32::from_be_bytes(self.array()?)).into(),
            Marker::I64 => i64::from_be_bytes(self.array()?).into(),
            Marker::F32 => return float(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => return float(f64::from_be_bytes(self.array()?)),
            _ => match self.text_length(marker)? {
                Some(length) => self.text(length)?.parse().map_err(DecodeProblem::Number)?,
                None => return Err(mismatch(&Type::Number, marker)),
            },
        })
    }

    /// Reads the two elements of a dynamic value: its type, and itself.
    fn dynamic(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let marker = self.marker()?;
        let length = match self.binary_length(marker)? {
            Some(length) => length,
            None => self.text_length(marker)?.ok_or_else(|| mismatch(&Type::Dynamic, marker))?,
        };
        let ty = Type::from_json(self.take(length)?).map_err(DecodeProblem::Type)?;
        let value = self.value(&ty, depth + 1)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    fn elements(
        &mut self,
        length: usize,
        ty: &Type,
        depth: usize,
    ) -> Result<Vec<Value>, DecodeError> {
        // Not allocated ahead, for the length may be a lie.
        let mut elements = Vec::new();
        for index in 0..length {
            elements.push(self.element(index, ty, depth)?);
        }
        Ok(elements)
    }

    fn tuple(&mut self, found: usize, types: &[Type], depth: usize) -> Result<Value, DecodeError> {
        let wanted = types.len();
        if found != wanted {
            return Err(DecodeProblem::WrongLength { wanted, found }.into());
        }
        let elements = types.iter().enumerate().map(|(index, ty)| self.element(index, ty, depth));
        elements.collect::<Result<_, _>>().map(Value::Tuple)
    }

    fn element(&mut self, index: usize, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        self.value(ty, depth + 1).map_err(|err| err.within(Step::at(index)))
    }

    fn map(&mut self, length: usize, ty: &Type, depth: usize) -> Result<Value, DecodeError> {
        let mut elements = BTreeMap::new();
        for _ in 0..length {
            let key = self.key()?;
            if elements.contains_key(&key) {
                return Err(DecodeProblem::DuplicateKey(key).into());
            }
            let element = self.value(ty, depth + 1);
            let element = element.map_err(|err| err.within(Step::Key(key.clone())))?;
            elements.insert(key, element);
        }
        Ok(Value::Map(elements))
    }

    fn object(
        &mut self,
        length: usize,
        types: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let mut attributes = BTreeMap::new();
        for _ in 0..length {
            let name = self.key()?;
            let Some(ty) = types.get(&name) else {
                return Err(DecodeProblem::UnsupportedAttribute(name).into());
            };
            if attributes.contains_key(&name) {
                return Err(DecodeProblem::DuplicateKey(name).into());
            }
            let attribute = self.value(ty, depth + 1);
            let attribute = attribute.map_err(|err| err.within(Step::Attribute(name.clone())))?;
            attributes.insert(name, attribute);
        }
        match types.keys().find(|name| !attributes.contains_key(*name)) {
            Some(missing) => Err(DecodeProblem::MissingAttribute(missing.clone()).into()),
            None => Ok(Value::Object(attributes)),
        }
    }

    fn key(&mut self) -> Result<String, DecodeError> {
        let marker = self.marker()?;
        let length = self.text_length(marker)?.ok_or_else(|| mismatch(&Type::String, marker))?;
        Ok(normalised(self.text(length)?).into_owned())
    }

    fn text(&mut self, length: usize) -> Result<&'a str, DecodeError> {
        str::from_utf8(self.take(length)?).map_err(|_| DecodeProblem::NotUtf8.into())
    }

    /// The length of the string that `marker` announces, if it does.
    fn text_length(&mut self, marker: Marker) -> Result<Option<usize>, DecodeError> {
        match marker {
            Marker::FixStr(length) => Ok(Some(length.into())),
            Marker::Str8 => self.length_8().map(Some),
            Marker::Str16 => self.length_16().map(Some),
            Marker::Str32 => self.length_32().map(Some),
            _ => Ok(None),
        }
    }

    fn binary_length(&mut self, marker: Marker) -> Result<Option<usize>, DecodeError> {
        match marker {
            Marker::Bin8 => self.length_8().map(Some),
            Marker::Bin16 => self.length_16().map(Some),
            Marker::Bin32 => self.length_32().map(Some),
            _ => Ok(None),
        }
    }

    fn array_length(&mut self, marker: Marker) -> Result<Option<usize>, DecodeError> {
        match marker {
            Marker::FixArray(length) => Ok(Some(length.into())),
            Marker::Array16 => self.length_16().map(Some),
            Marker::Array32 => self.length_32().map(Some),
            _ => Ok(None),
        }
    }

    fn map_length(&mut self, marker: Marker) -> Result<Option<usize>, DecodeError> {
        match marker {
            Marker::FixMap(length) => Ok(Some(length.into())),
            Marker::Map16 => self.length_16().map(Some),
            Marker::Map32 => self.length_32().map(Some),
            _ => Ok(None),
        }
    }

    /// The length of the extension that `marker` announces, its type byte
    /// included.
    fn extension_length(&mut self, marker: Marker) -> Result<Option<usize>, DecodeError> {
        let payload = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => self.length_8()?,
            Marker::Ext16 => self.length_16()?,
            Marker::Ext32 => self.length_32()?,
            _ => return Ok(None),
        };
        Ok(Some(payload.saturating_add(1)))
    }

    fn length_8(&mut self) -> Result<usize, DecodeError> {
        Ok(u8::from_be_bytes(self.array()?).into())
    }

    fn length_16(&mut self) -> Result<usize, DecodeError> {
        Ok(u16::from_be_bytes(self.array()?).into())
    }

    fn length_32(&mut self) -> Result<usize, DecodeError> {
        let length = u32::from_be_bytes(self.array()?);
        // Where a usize is smaller than the length, the bytes cannot be there.
        usize::try_from(length).map_err(|_| DecodeProblem::EndsEarly.into())
    }

    fn marker(&mut self) -> Result<Marker, DecodeError> {
        let [byte] = self.array()?;
        Ok(Marker::from_u8(byte))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(DecodeProblem::EndsEarly)?;
        self.rest = rest;
        Ok(*array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(DecodeProblem::EndsEarly)?;
        self.rest = rest;
        Ok(bytes)
    }
}

fn float(float: f64) -> Result<Number, DecodeError> {
    Ok(Number::try_from(float).map_err(DecodeProblem::Number)?)
}

fn mismatch(ty: &Type, marker: Marker) -> DecodeError {
    DecodeProblem::Mismatch { wanted: kind_of_type(ty), found: kind_of_marker(marker) }.into()
}

fn kind_of_marker(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "a bool",
        Marker::FixPos(_)
        | Marker::FixNeg(_)
        | Marker::U8
        | Marker::U16
        | Marker::U32
        | Marker::U64
        | Marker::I8
        | Marker::I16
        | Marker::I32
        | Marker::I64
        | Marker::F32
        | Marker::F64 => "a number",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "binary data",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => "an unknown value",
        Marker::Reserved => "a byte without meaning",
    }
}
