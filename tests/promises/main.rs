//! The promises of rolewatch, each as a test. One binary, so that it links once.

mod meanings;
mod order;
