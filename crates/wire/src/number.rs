//! Numbers as Terraform knows them: decimal, of any precision.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, FromPrimitive, ToPrimitive, Zero};

/// The most digits that a number may have before or after its point.
///
/// Terraform computes with 512 bits, about 154 digits, and a float64 written
/// out exactly needs at most 1,074. The bound keeps a few hostile bytes such
/// as `1e999999999` from becoming gigabytes.
const MAX_DIGITS: u64 = 4_096;

/// The longest text of a number: all its digits, and sign, point, exponent.
const MAX_TEXT: u64 = 2 * MAX_DIGITS + 32;

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
    /// The float is NaN.
    #[error("NaN is not a number to Terraform")]
    NotANumber,
    /// The text is something else than a decimal number.
    #[error("a number must be in decimal notation")]
    NotDecimal,
    /// Written out, the number would be longer than 4,096 digits.
    #[error("a number may have at most {MAX_DIGITS} digits before or after its point")]
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
            Repr::Finite(decimal) if decimal.is_integer() => decimal.to_i64(),
            _ => None,
        }
    }

    /// The float64 nearest to the number, which may be an infinity.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::NegativeInfinity => f64::NEG_INFINITY,
            Repr::PositiveInfinity => f64::INFINITY,
            // The standard library's parser rounds correctly.
            Repr::Finite(_) => self.to_string().parse().expect("plain decimal notation is a float"),
        }
    }

    /// The float64 that is exactly this number, if there is one.
    pub fn as_exact_f64(&self) -> Option<f64> {
        let float = self.as_f64();
        (Self::try_from(float).as_ref() == Ok(self)).then_some(float)
    }

    /// Whether the number is an integer of any size.
    pub fn is_integer(&self) -> bool {
        matches!(&self.0, Repr::Finite(decimal) if decimal.is_integer())
    }
}

fn finite(decimal: &BigDecimal) -> Number {
    Number(Repr::Finite(decimal.normalized()))
}

/// Brings `decimal` into its one form, if it is within the limits.
fn checked(decimal: &BigDecimal) -> Result<BigDecimal, InvalidNumber> {
    if decimal.is_zero() {
        return Ok(BigDecimal::zero());
    }
    // Arithmetic with extreme exponents could overflow or fill the memory, so
    // they are refused first; the text's length bounds the zeros to strip.
    if decimal.fractional_digit_count().unsigned_abs() > MAX_TEXT {
        return Err(InvalidNumber::TooLong);
    }
    let decimal = decimal.normalized();
    let fraction_digits = i128::from(decimal.fractional_digit_count());
    let integer_digits = i128::from(decimal.digits()) - fraction_digits;
    if fraction_digits.max(integer_digits) > i128::from(MAX_DIGITS) {
        return Err(InvalidNumber::TooLong);
    }
    Ok(decimal)
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        finite(&BigDecimal::from(number))
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        finite(&BigDecimal::from(number))
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
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
        let decimal = BigDecimal::from_f64(float).ok_or(InvalidNumber::NotANumber)?;
        Ok(finite(&decimal))
    }
}

/// Reads decimal notation, with or without a fraction and an exponent.
impl FromStr for Number {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        if text.len() as u64 > MAX_TEXT {
            return Err(InvalidNumber::TooLong);
        }
        // The decimal parser would also take 1_000 and, for -0.05, .-5.
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let mut significand = unsigned.bytes().take_while(|byte| !b"eE".contains(byte));
        if !significand.all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(InvalidNumber::NotDecimal);
        }
        let decimal = BigDecimal::from_str(text).map_err(|_| InvalidNumber::NotDecimal)?;
        Ok(Self(Repr::Finite(checked(&decimal)?)))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect(text)
    }

    #[test]
    fn one_number_has_one_form() {
        for text in ["1", "1.0", "10e-1", "0.1E1", "+1", "01", "1."] {
            assert_eq!(number(text), Number::from(1_i64), "{text}");
        }
        assert_eq!(number("-0"), number("0e50000"));
        assert_eq!(number("100").to_string(), "100");
        assert_eq!(number("1e-3").to_string(), "0.001");
    }

    #[test]
    fn equal_numbers_hash_alike() {
        use std::collections::HashSet;
        let numbers = HashSet::from([number("100"), number("1e2"), number("100.00")]);
        assert_eq!(numbers.len(), 1);
    }

    #[test]
    fn numbers_are_ordered_by_size() {
        let ascending = [
            Number::NEGATIVE_INFINITY,
            number("-1e300"),
            number("-2.5"),
            number("0"),
            number("1e-300"),
            number("9"),
            number("10"),
            Number::INFINITY,
        ];
        assert!(ascending.is_sorted_by(|smaller, greater| smaller < greater));
    }

    #[test]
    fn only_integers_within_range_are_an_i64() {
        assert_eq!(number("-9223372036854775808").as_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775807").as_i64(), Some(i64::MAX));
        assert_eq!(number("9223372036854775808").as_i64(), None);
        assert_eq!(number("1e2").as_i64(), Some(100));
        assert_eq!(number("0.5").as_i64(), None);
        assert_eq!(Number::INFINITY.as_i64(), None);
    }

    #[test]
    fn floats_are_taken_exactly() {
        let tenth = Number::try_from(0.1).expect("0.1 is a number");
        assert_eq!(tenth.to_string(), "0.1000000000000000055511151231257827021181583404541015625");
        assert_eq!(number("0.1").as_exact_f64(), None);
        assert_eq!(number("0.5").as_exact_f64(), Some(0.5));
        assert_eq!(Number::try_from(f64::NAN), Err(InvalidNumber::NotANumber));
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for text in [
            "", "-", ".", "e5", "1e", "1_000", "0x1", "NaN", "inf", " 1", "1,5", "1-1", ".-5",
            "--1", "1e5e5", "1e1_0", "1.2.3",
        ] {
            assert_eq!(text.parse::<Number>(), Err(InvalidNumber::NotDecimal), "{text:?}");
        }
    }

    #[test]
    fn a_number_too_long_to_write_out_is_refused() {
        let nines = "9".repeat(1_000_000);
        for text in ["1e4096", "1e-4097", "1e9223372036854775807", "1e-9223372036854775807", &nines]
        {
            assert_eq!(text.parse::<Number>(), Err(InvalidNumber::TooLong), "{text:.40}");
        }
        assert_eq!(number("1e4095").to_string().len(), 4_096);
    }

    proptest! {
        #[test]
        fn every_finite_float_survives(float in proptest::num::f64::NORMAL
            | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO)
        {
            let number = Number::try_from(float).expect("a finite float is a number");
            prop_assert_eq!(number.as_exact_f64(), Some(float));
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[+-]?[0-9.]{0,9}([eE.+-][+-]?[0-9]{0,40})?") {
            if let Ok(number) = text.parse::<Number>() {
                prop_assert_eq!(number.to_string().parse(), Ok(number));
            }
        }
    }
}
