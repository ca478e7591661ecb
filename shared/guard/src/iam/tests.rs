//! What AWS documents about policy evaluation, case by case, and properties that must always hold.

mod boundaries;
mod conditions;
mod documented;
mod evaluation;
mod operators;
mod properties;
