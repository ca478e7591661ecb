//! What AWS documents of the evaluation of policies, case by case, and what must hold of all.

mod boundaries;
mod conditions;
mod documented;
mod evaluation;
mod operators;
mod properties;
