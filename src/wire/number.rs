//! Numbers as Terraform knows them: decimal, of any precision.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, FromPrimitive};

/// The most digits that a number may have before or after its point.
///
/// Terraform computes with 512 bits, about 154 digits, and a float64 written
/// out exactly needs at most 1,074. The bound keeps a few hostile bytes such
/// as `1e999999999` from becoming gigabytes.
const MAX_DIGITS: u64 = 4_096;

/// A decimal number of arbitrary precision, or an infinity.
///
/// Equal numbers are equal however they were written: `1`, `1.0` and `10e-1`
/// are one number, and so are `0` and `-0`. There is no NaN.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Repr);

/// Variants stand in ascending order, which the derived `Ord` relies on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    NegativeInfinity,
    /// Always normalised, so that scale and digits are those of the value.
    Finite(BigDecimal),
    PositiveInfinity,
}

/// A text or float that is not a number within the limits of [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNumber {
    /// The text is not in decimal notation, or the float is NaN.
    #[error("not a decimal number")]
    NotDecimal,
    /// Written out, the number would be longer than 4,096 digits.
    #[error("a number with more than {MAX_DIGITS} digits")]
    TooLong,
}

impl Number {
    /// Larger than every other number.
    pub const INFINITY: Number = Number(Repr::PositiveInfinity);
    /// Smaller than every other number.
    pub const NEGATIVE_INFINITY: Number = Number(Repr::NegativeInfinity);

    /// Whether this is neither of the infinities.
    pub fn is_finite(&self) -> bool {
        matches!(self.0, Repr::Finite(_))
    }

    /// The number, if it is an integer within the range of `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Finite(decimal) if decimal.is_integer() => {
                bigdecimal::ToPrimitive::to_i64(decimal)
            }
            _ => None,
        }
    }

    /// The float64 nearest to the number, which may be an infinity.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::NegativeInfinity => f64::NEG_INFINITY,
            Repr::PositiveInfinity => f64::INFINITY,
            // The standard library's parser rounds correctly.
            Repr::Finite(_) => self
                .to_string()
                .parse()
                .expect("plain decimal notation is a float"),
        }
    }

    /// Whether the number is an integer of any size.
    pub fn is_integer(&self) -> bool {
        matches!(&self.0, Repr::Finite(decimal) if decimal.is_integer())
    }
}

fn finite(decimal: &BigDecimal) -> Number {
    Number(Repr::Finite(decimal.normalized()))
}

/// Whether `decimal` has few enough digits on both sides of its point.
fn is_within_limits(decimal: &BigDecimal) -> bool {
    let fraction_digits = i128::from(decimal.fractional_digit_count());
    let integer_digits = i128::from(decimal.digits()) - fraction_digits;
    let limit = i128::from(MAX_DIGITS);
    fraction_digits <= limit && integer_digits <= limit
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        finite(&BigDecimal::from(number))
    }
}

/// Takes the float's exact value: `0.1_f64` is not the decimal number 0.1.
impl TryFrom<f64> for Number {
    type Error = InvalidNumber;

    fn try_from(float: f64) -> Result<Self, InvalidNumber> {
        if float == f64::INFINITY {
            return Ok(Self::INFINITY);
        }
        if float == f64::NEG_INFINITY {
            return Ok(Self::NEGATIVE_INFINITY);
        }
        let decimal = BigDecimal::from_f64(float).ok_or(InvalidNumber::NotDecimal)?;
        Ok(finite(&decimal))
    }
}

/// Reads decimal notation, with or without a fraction and an exponent.
impl FromStr for Number {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        if text.len() as u64 > 2 * MAX_DIGITS {
            return Err(InvalidNumber::TooLong);
        }
        // The decimal parser would take digit groups such as 1_000, too.
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        {
            return Err(InvalidNumber::NotDecimal);
        }
        let decimal = BigDecimal::from_str(text).map_err(|_| InvalidNumber::NotDecimal)?;
        let decimal = decimal.normalized();
        if !is_within_limits(&decimal) {
            return Err(InvalidNumber::TooLong);
        }
        Ok(Self(Repr::Finite(decimal)))
    }
}

/// Plain decimal notation without an exponent; infinities as `inf` and `-inf`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::NegativeInfinity => f.write_str("-inf"),
            Repr::Finite(decimal) => decimal.write_plain_string(f),
            Repr::PositiveInfinity => f.write_str("inf"),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
