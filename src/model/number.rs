use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// An exact decimal, in JSON a plain number without trailing zeros: `0.9877`, `24888140000`, never a float's noise.
///
/// 96 bits of mantissa and a scale of up to 28 (`rust_decimal`); what does not fit is never built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl Number {
    /// The number, its trailing zeros taken off (`3144.00` → `3144`; negative zero → `0`).
    pub fn new(value: Decimal) -> Self {
        Number(value.normalize())
    }

    /// The exact value.
    pub fn get(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Number::new(value)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "description": "exact decimal"})
    }
}
